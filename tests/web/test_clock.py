"""The pages' clock is the database's, also where this host's is wrong."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver.verbs import database_now
from parvis.networks import present
from parvis.web import clock
from tests.servers.waiting import wait_until

TEN_MINUTES = 600.0


@pytest.fixture(autouse=True)
def right_again() -> Iterator[None]:
    yield
    present.set_clock_ahead(0.0)


class AheadByTenMinutes(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=TEN_MINUTES)


@pytest.fixture
def host_is_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    right = time.time
    monkeypatch.setattr(clock.time, "time", lambda: right() + TEN_MINUTES)
    monkeypatch.setattr(present, "datetime", AheadByTenMinutes)


@pytest.mark.django_db
def test_a_wrong_clock_is_corrected_by_the_databases(host_is_ahead: None) -> None:
    assert present.now() - database_now() > timedelta(minutes=9)
    clock.compare()
    assert abs(present.now() - database_now()) < timedelta(seconds=10)


@pytest.mark.django_db
def test_a_page_tells_of_a_wait_that_a_wrong_clock_takes_for_over(
    host_is_ahead: None, desk: Client, ponts: Account
) -> None:
    hold_calls_until(ponts, database_now() + timedelta(minutes=5))
    assert "asked to wait" not in desk.get("/accounts/").content.decode()
    clock.compare()
    assert "asked to wait" in desk.get("/accounts/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_clocks_are_compared_until_the_process_ends(host_is_ahead: None) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=clock.keep_comparing, args=(stop, 0.01))
    thread.start()
    try:
        wait_until(clock_is_right, 20, "the comparing")
    finally:
        stop.set()
        thread.join(timeout=20)
    assert not thread.is_alive()


def clock_is_right() -> bool:
    return abs(present.now() - datetime.now(UTC)) < timedelta(minutes=1)
