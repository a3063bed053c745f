"""Permissions that only a person can renew, told days ahead."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from parvis.connections.lapses import LapseNews
from parvis.connections.models import Account
from parvis.connections.verbs import LAPSE_ANNOUNCED, ask_to_reconnect, lapsing_accounts
from parvis.people.models import Workspace
from tests.cast import connect

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def lapsing(workspace: Workspace) -> Account:
    return connect(workspace, handle="ponts.example.org", lapses_at=NOW + timedelta(days=3))


def test_what_ends_within_days_is_announced_and_what_ends_later_is_not(
    workspace: Workspace, lapsing: Account
) -> None:
    connect(workspace, handle="alice.example.org", lapses_at=NOW + LAPSE_ANNOUNCED * 2)
    connect(workspace, handle="bob.example.org")
    assert lapsing_accounts(workspace) == [lapsing]


def test_what_has_ended_already_is_still_announced(workspace: Workspace) -> None:
    ended = connect(workspace, lapses_at=NOW - timedelta(days=1))
    assert lapsing_accounts() == [ended]


def test_an_account_that_must_be_connected_again_anyway_is_told_by_that_alone(
    workspace: Workspace, lapsing: Account
) -> None:
    ask_to_reconnect(lapsing, "The permission was taken back.")
    assert lapsing_accounts(workspace) == []


def test_the_log_tells_it_once_a_day(lapsing: Account, caplog: pytest.LogCaptureFixture) -> None:
    news = LapseNews()
    with caplog.at_level(logging.WARNING, logger="parvis.connections"):
        assert [news.tell(NOW), news.tell(NOW), news.tell(NOW + timedelta(days=1))] == [1, 0, 1]
    assert caplog.messages[0].startswith("the permission of bluesky:ponts.example.org ends on ")
