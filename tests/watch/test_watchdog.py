"""The watchdog itself: what it sees, what it says without a database, and that it goes on."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.utils import connector_params

from parvis.connections.models import Account
from parvis.watch import here, watchdog
from parvis.watch.clocks import Clocks
from parvis.watch.database import Database
from parvis.watch.models import KeptTrouble, Watcher
from parvis.watch.troubles import Severity
from parvis.watch.watchdog import SLOW_FOR_LONG_SECONDS, View, Watchdog
from tests.cast import scheduled
from tests.networks.loopback import dead_port
from tests.servers.receiver import Receiver
from tests.servers.waiting import wait_until
from tests.watch.conftest import worker

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 24 * 3600.0


class Wound:
    """Clocks that stand still until they are wound."""

    def __init__(self) -> None:
        self.began = time.time()
        self.seconds = 0.0
        self.jumped = 0.0

    def clocks(self) -> Clocks:
        return Clocks(
            wall=lambda: self.began + self.seconds + self.jumped, steady=lambda: self.seconds
        )


@pytest.fixture
def wound() -> Wound:
    return Wound()


@contextmanager
def busy_database() -> Iterator[None]:
    """Another has locked what a look writes to, and takes its time; others are answered."""
    with (
        psycopg.connect(**connector_params()) as busy,
        busy.cursor() as cursor,
    ):
        cursor.execute("LOCK TABLE watch_watcher IN ACCESS EXCLUSIVE MODE")
        yield
        busy.rollback()


@pytest.fixture
def hasty_dog(wound: Wound) -> Iterator[Watchdog]:
    """Has less patience than usual."""
    database, telling = Database(patience=1.0), Database()
    yield Watchdog(clocks=wound.clocks(), database=database, telling_database=telling)
    database.close()
    telling.close()


@pytest.fixture
def dog(wound: Wound) -> Iterator[Watchdog]:
    database, telling = Database(), Database()
    yield Watchdog(clocks=wound.clocks(), database=database, telling_database=telling)
    database.close()
    telling.close()


def codes(view: View) -> set[str]:
    return {trouble.code for trouble in view.troubles}


def lose_the_database(dog: Watchdog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", dead_port())
    dog.close()


def test_a_look_keeps_what_it_saw_and_signs_for_it(dog: Watchdog, ponts: Account) -> None:
    scheduled(ponts)
    assert "no-worker" in codes(dog.look())
    assert KeptTrouble.objects.filter(code="no-worker", closed_at=None).exists()
    assert Watcher.objects.get().name == dog.name


def test_what_another_watchdog_saw_is_seen_here_as_well(dog: Watchdog, wound: Wound) -> None:
    worker()
    other = Watchdog(clocks=wound.clocks())
    other.look()
    wound.jumped += 3600
    other.look()
    other.close()
    assert "host-clock-jumped" in codes(dog.look())


def test_a_clock_that_is_set_is_noticed(dog: Watchdog, wound: Wound) -> None:
    worker()
    dog.look()
    wound.jumped -= 3600
    assert "host-clock-jumped" in codes(dog.look())


def test_a_database_that_went_away_is_noticed_and_its_return(
    dog: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker()
    dog.look()
    with monkeypatch.context() as away:
        lose_the_database(dog, away)
        assert codes(dog.look()) == {"database-away"}
    assert codes(dog.look()) == set()


def test_what_the_database_told_of_before_it_went_away_is_not_over_for_that(
    dog: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    dog.look()
    lose_the_database(dog, monkeypatch)
    assert codes(dog.look()) == {"database-away", "no-worker"}


def test_the_loss_of_the_database_is_told_from_memory_once_and_every_day(
    dog: Watchdog,
    wound: Wound,
    receiver: Receiver,
    alerted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker()
    dog.look()
    with monkeypatch.context() as away:
        lose_the_database(dog, away)
        dog.look()
        dog.tell()
        assert receiver.events == []
        dog.look()
        dog.tell()
        dog.tell()
        assert receiver.events == [("opened", "database-away")]
        wound.seconds += DAY + 1
        dog.tell()
        assert receiver.events[1:] == [("still", "database-away")]
    dog.look()
    dog.tell()
    dog.tell()
    assert receiver.events[2:] == [("closed", "database-away")]


def test_a_notice_that_fails_while_the_database_is_away_is_tried_again(
    dog: Watchdog, receiver: Receiver, alerted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_database(dog, monkeypatch)
    dog.look()
    dog.look()
    receiver.status = 500
    dog.tell()
    receiver.status = 204
    dog.tell()
    dog.tell()
    assert receiver.events == [("opened", "database-away")] * 2


def test_a_database_that_is_slow_once_is_no_trouble(hasty_dog: Watchdog) -> None:
    worker()
    with busy_database():
        assert codes(hasty_dog.look()) == set()
    assert codes(hasty_dog.look()) == set()


def test_a_database_that_is_slow_again_and_again_is_named_and_in_the_end_an_error(
    hasty_dog: Watchdog, wound: Wound
) -> None:
    worker()
    with busy_database():
        hasty_dog.look()
        [warned] = hasty_dog.look().troubles
        wound.seconds += SLOW_FOR_LONG_SECONDS + 1
        [alarmed] = hasty_dog.look().troubles
    assert (warned.code, warned.severity) == ("database-slow", Severity.WARNING)
    assert (alarmed.code, alarmed.severity) == ("database-slow", Severity.ERROR)


def test_what_gets_worse_while_the_database_is_in_trouble_is_told_anew(
    hasty_dog: Watchdog,
    receiver: Receiver,
    alerted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with busy_database():
        hasty_dog.look()
        hasty_dog.look()
    with monkeypatch.context() as away:
        lose_the_database(hasty_dog, away)
        hasty_dog.tell()
        hasty_dog.look()
        hasty_dog.tell()
    assert receiver.events == [("opened", "database-slow"), ("opened", "database-away")]


def test_a_full_database_is_named(dog: Watchdog) -> None:
    worker()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON watch_watcher"
            " FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        assert codes(dog.look()) == {"database-full"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


def test_a_beginning_and_an_end_are_logged_once_each(
    dog: Watchdog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker()
    dog.look()
    with caplog.at_level(logging.INFO, "parvis.watch"):
        with monkeypatch.context() as away:
            lose_the_database(dog, away)
            dog.look()
            dog.look()
        dog.look()
        dog.look()
    said = [(record.levelname, record.trouble) for record in caplog.records]  # type: ignore[attr-defined]
    assert said == [("ERROR", "database-away"), ("INFO", "database-away")]


def test_the_watchdog_outlives_what_it_does_not_understand(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = threading.Semaphore(0)

    def break_down(*_: object) -> None:
        tries.release()
        raise ZeroDivisionError

    monkeypatch.setattr(watchdog, "examine_space", break_down)
    with quick_watchdog():
        assert tries.acquire(timeout=60)
        assert tries.acquire(timeout=60)
    assert "the watchdog met a defect" in caplog.text


def test_a_process_knows_what_its_own_watchdog_saw(ponts: Account, settings) -> None:
    settings.TERMS = settings.TERMS.at_pace(25)
    scheduled(ponts)
    assert here.view_here() is None
    with here.watching():
        seen = wait_until(here.view_here, 60, "a first look")
        assert "no-worker" in {trouble.code for trouble in seen.troubles}
    assert here.view_here() is None


def test_a_watchdog_that_is_stuck_is_a_trouble(
    dog: Watchdog, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker()
    seen = dog.look()
    dog.view = replace(seen, looked_at=here.steady_seconds() - 3600)
    monkeypatch.setattr(here, "_here", dog)
    view = here.view_here()
    assert view is not None
    assert view.troubles[0].code == "unwatched"


def quick_watchdog():
    terms = settings.TERMS.at_pace(25)
    return here.watching(Watchdog(terms=terms))
