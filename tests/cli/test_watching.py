"""`parvis watch`: one look for cron, a try of every way, and a watch that ends when told to."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from parvis.config.alerts import alerts
from parvis.config.installation import installation
from parvis.connections.models import Account
from parvis.people.models import Desk
from parvis.upkeep.identity import prove_identity
from tests.cast import make_due, scheduled
from tests.cli.conftest import Said
from tests.networks.loopback import dead_port
from tests.servers.mailbox import Mailbox
from tests.servers.receiver import Receiver
from tests.watch.conftest import alerted, mailbox, receiver, worker

__all__ = ["alerted", "mailbox", "receiver"]

pytestmark = pytest.mark.django_db(transaction=True)

Say = Callable[..., Said]


def test_one_look_at_a_desk_that_is_well_ends_with_nothing(say: Say) -> None:
    worker()
    said = say("watch", "--once")
    assert (said.exit_code, said.out.strip()) == (0, "All is well.")


def test_one_look_that_finds_a_warning_asks_for_a_person(say: Say) -> None:
    said = say("watch", "--once")
    assert said.exit_code == 6
    assert "Nothing is being sent: no worker is running." in said.out


def test_one_look_that_finds_an_error_fails(say: Say, ponts: Account) -> None:
    make_due(scheduled(ponts, in_=timedelta(days=1)), timedelta(minutes=10))
    said = say("watch", "--once", "--json")
    told = json.loads(said.out)
    assert (said.exit_code, told["status"]) == (1, "error")
    assert {trouble["code"] for trouble in told["troubles"]} == {"no-worker", "overdue"}


def test_one_look_while_the_database_is_away_says_so(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", dead_port())
    said = say("watch", "--once", "--json")
    assert said.exit_code == 1
    assert [each["code"] for each in json.loads(said.out)["troubles"]] == ["database-away"]


def test_another_desks_media_folder_is_not_watched(say: Say) -> None:
    prove_identity(installation())
    Desk.objects.update(mark="another")
    said = say("watch", "--once")
    assert said.exit_code == 1
    assert "is not the one of this desk" in said.err


def test_a_desk_that_was_never_started_gets_no_identity_from_a_watch(say: Say) -> None:
    worker()
    assert say("watch", "--once").exit_code == 0
    assert not Desk.objects.exists()


def test_a_try_reaches_everybody_and_says_so(
    say: Say, alerted: None, mailbox: Mailbox, receiver: Receiver
) -> None:
    said = say("watch", "--test")
    assert said.exit_code == 0
    assert "mail: sent" in said.out
    assert "webhook: sent" in said.out
    assert receiver.events == [("test", "test")]
    assert "This is a test" in mailbox.letters[0].get_content()
    assert mailbox.letters[0]["Subject"] == "Parvis: a test"


def test_a_try_that_fails_names_the_way_and_what_to_check(
    say: Say, alerted: None, receiver: Receiver
) -> None:
    receiver.status = 404
    said = say("watch", "--test")
    assert said.exit_code == 1
    assert "webhook: not sent (webhook-status-404)" in said.out
    assert "the-secret-of-ponts" not in said.out + said.err


def test_a_try_without_any_way_says_what_to_set(say: Say, settings: Any) -> None:
    settings.ALERTS = alerts({})
    said = say("watch", "--test")
    assert said.exit_code == 1
    assert "PARVIS_ALERT_EMAIL" in said.err


def test_looking_once_and_trying_exclude_each_other(say: Say) -> None:
    assert say("watch", "--once", "--test").exit_code == 2
