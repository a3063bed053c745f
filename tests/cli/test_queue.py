"""`parvis pause`, `parvis resume` and `parvis slots`."""

import json
from datetime import time

import pytest

from parvis.connections.models import Account
from parvis.deliver.sweep import sweep
from parvis.people.models import Workspace
from parvis.schedule.slots import WeeklyTime, set_slots, slots_of
from tests.cast import scheduled

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_is_paused_and_resumed(say, workspace: Workspace, ponts: Account) -> None:
    said = say("pause")
    assert (said.exit_code, "Everything is paused." in said.out) == (0, True)
    workspace.refresh_from_db()
    assert workspace.paused_at is not None
    assert "Everything is resumed." in say("resume").out
    workspace.refresh_from_db()
    assert workspace.paused_at is None


def test_one_account_is_paused_and_the_held_are_counted(say, ponts: Account) -> None:
    scheduled(ponts)
    assert json.loads(say("pause", "ponts", "--json").out)["held"] == 0
    sweep()
    told = json.loads(say("resume", "ponts", "--json").out)
    assert told["held"] == 1
    assert told["accounts"] == [{"account": ponts.pk, "name": str(ponts), "paused_at": None}]


def test_an_account_that_does_not_exist_pauses_nothing(
    say, workspace: Workspace, ponts: Account
) -> None:
    assert say("pause", "ponts", "nobody").exit_code == 4
    ponts.refresh_from_db()
    assert ponts.paused_at is None


def test_slots_are_set_and_listed(say, ponts: Account) -> None:
    said = say("slots", "ponts", "--set", "mon-tue 9:30", "--set", "sun 10:00, 17:30")
    assert said.exit_code == 0
    assert "mon 09:30, tue 09:30, sun 10:00, sun 17:30" in said.out
    told = json.loads(say("slots", "--json").out)
    assert told["time_zone"] == "Europe/Paris"
    assert len(told["slots"][0]["free"]) == 3


def test_slots_are_cleared(say, ponts: Account) -> None:
    set_slots(ponts, [WeeklyTime(0, time(9, 0))])
    assert "none" in say("slots", "ponts", "--clear").out
    assert slots_of(ponts) == []


@pytest.mark.parametrize("line", ["monday 9:30", "mon", "mon 25:00", "fri-mon 9:30", ""])
def test_what_is_no_slot_is_refused_and_the_old_ones_stay(say, ponts: Account, line: str) -> None:
    set_slots(ponts, [WeeklyTime(0, time(9, 0))])
    said = say("slots", "ponts", "--set", line)
    assert said.exit_code == 2
    assert "Nothing was changed." in said.err
    assert slots_of(ponts) == [WeeklyTime(0, time(9, 0))]


def test_slots_are_not_set_for_nobody(say, ponts: Account) -> None:
    assert say("slots", "--clear").exit_code == 2
