"""What watchdogs have in common: a trouble opens once, is seen by any of them, and ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from parvis.watch import ledger
from parvis.watch.database import Cursor, database_asked
from parvis.watch.models import KeptTrouble, Notice, Watcher
from parvis.watch.troubles import Severity, Trouble

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = Trouble(code="no-worker", severity=Severity.ERROR)
FORGOTTEN = timedelta(seconds=ledger.forget_seconds(settings.TERMS) + 1)


def held(count: int) -> Trouble:
    return Trouble(code="held-late", severity=Severity.WARNING, facts={"count": count})


@pytest.fixture
def cursor(transactional_db: None) -> Iterator[Cursor]:
    with database_asked(patience=30) as cursor:
        yield cursor


def settle(cursor: Cursor, *seen: Trouble) -> set[str]:
    return {trouble.code for trouble in ledger.settle(cursor, seen, settings.TERMS)}


def pass_by(seconds: timedelta) -> None:
    KeptTrouble.objects.update(
        seen_at=F("seen_at") - seconds,
        opened_at=F("opened_at") - seconds,
        closed_at=F("closed_at") - seconds,
    )


def test_a_trouble_that_is_seen_twice_is_kept_once(cursor: Cursor) -> None:
    assert settle(cursor, NOBODY) == {"no-worker"}
    assert settle(cursor, NOBODY) == {"no-worker"}
    assert KeptTrouble.objects.count() == 1


def test_two_watchdogs_that_see_different_things_both_count(cursor: Cursor) -> None:
    settle(cursor, NOBODY)
    assert settle(cursor, held(1)) == {"no-worker", "held-late"}


def test_what_nobody_sees_any_more_is_over(cursor: Cursor) -> None:
    settle(cursor, NOBODY)
    pass_by(FORGOTTEN)
    assert settle(cursor) == set()
    assert KeptTrouble.objects.get().closed_at is not None


def test_a_trouble_that_comes_back_is_another_one(cursor: Cursor) -> None:
    settle(cursor, NOBODY)
    pass_by(FORGOTTEN)
    settle(cursor)
    assert settle(cursor, NOBODY) == {"no-worker"}
    assert KeptTrouble.objects.count() == 2


def test_a_databases_clock_that_went_back_keeps_no_trouble_open_for_ever(cursor: Cursor) -> None:
    settle(cursor, NOBODY)
    KeptTrouble.objects.update(seen_at=Now() + timedelta(hours=1))
    assert settle(cursor) == set()


def test_a_trouble_keeps_its_first_time_and_its_newest_facts(cursor: Cursor) -> None:
    first = datetime(2026, 4, 20, tzinfo=UTC)
    for since, count in ((first, 3), (first + timedelta(hours=1), 5)):
        overdue = Trouble(
            code="overdue", severity=Severity.ERROR, since=since, facts={"count": count}
        )
        settle(cursor, overdue)
    kept = KeptTrouble.objects.get()
    assert (kept.since, kept.facts) == (first, {"count": 5})


def test_more_held_deliveries_are_counted_as_a_rise_and_fewer_are_not(cursor: Cursor) -> None:
    for count in (2, 3, 1, 1):
        settle(cursor, held(count))
    assert KeptTrouble.objects.get().rises == 1


def test_the_same_trouble_on_two_hosts_is_two(cursor: Cursor) -> None:
    for host in ("host-1", "host-2"):
        settle(cursor, Trouble(code="clock-apart", severity=Severity.WARNING, subject=host))
    assert KeptTrouble.objects.count() == 2


def test_history_is_kept_for_a_month_with_its_notices(cursor: Cursor) -> None:
    settle(cursor, NOBODY)
    Notice.objects.create(
        trouble=KeptTrouble.objects.get(), event="opened", way="mail", lease_until=Now()
    )
    KeptTrouble.objects.update(closed_at=Now() - timedelta(days=29))
    settle(cursor)
    assert (KeptTrouble.objects.count(), Notice.objects.count()) == (1, 1)
    pass_by(timedelta(days=2))
    settle(cursor)
    settle(cursor)
    assert (KeptTrouble.objects.count(), Notice.objects.count()) == (0, 0)


def test_each_look_is_written_down_by_the_databases_clock(cursor: Cursor) -> None:
    assert not ledger.is_watched(cursor, settings.TERMS)
    moment = ledger.look_recorded(cursor, "host-1:1", "host-1")
    assert Watcher.objects.get().looked_at == moment
    assert ledger.is_watched(cursor, settings.TERMS)


def test_a_watchdog_that_is_gone_is_forgotten_after_a_day(cursor: Cursor) -> None:
    ledger.look_recorded(cursor, "host-1:1", "host-1")
    Watcher.objects.update(looked_at=Now() - timedelta(days=2))
    settle(cursor)
    assert not Watcher.objects.exists()
