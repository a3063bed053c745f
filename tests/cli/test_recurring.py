"""`parvis recurring`."""

import json

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.people.models import Workspace
from parvis.schedule.models import Series
from tests.intake.series import HOURS, begun, shelf

pytestmark = pytest.mark.django_db(transaction=True)


def test_series_are_listed_with_how_often_and_when_they_come(say, ponts: Account) -> None:
    begun(ponts)
    begun(ponts, rule=shelf(ponts))
    for said in (say("recurring"), say("recurring", "list")):
        assert said.exit_code == 0
        assert "Every day, at 09:00" in said.out
        assert "when a slot is free" in said.out
        assert HOURS in said.out


def test_a_program_is_told_the_same(say, ponts: Account) -> None:
    series = begun(ponts)
    (told,) = json.loads(say("recurring", "list", "--json").out)["series"]
    assert (told["series_id"], told["is_evergreen"], told["trouble"]) == (series.pk, False, "")


def test_without_any_it_says_so(say, workspace: Workspace) -> None:
    assert "Nothing comes back by itself." in say("recurring").out


def test_a_series_is_ended_and_what_is_scheduled_taken_off(say, ponts: Account) -> None:
    series = begun(ponts)
    said = say("recurring", "end", series.pk)
    assert "5 scheduled posts of it are off the desk" in said.out
    assert Post.objects.filter(deleted_at=None).count() == 0
    assert "ended" in say("recurring", "list", "--ended").out
    assert say("recurring", "end", series.pk).exit_code == 1


def test_what_is_scheduled_can_still_go_out(say, ponts: Account) -> None:
    series = begun(ponts)
    assert "goes out as planned" in say("recurring", "end", series.pk, "--leave-scheduled").out
    assert Post.objects.filter(deleted_at=None).count() == 5


def test_a_series_that_is_not_there_is_not_ended(say, ponts: Account) -> None:
    assert say("recurring", "end", 4711).exit_code == 4
    assert not Series.objects.exists()
