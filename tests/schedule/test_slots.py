"""Slots: the times of a week, the moments they fall on, and which of them are free."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from parvis.connections.models import Account
from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.people.models import Workspace
from parvis.schedule.slots import (
    MOST_SLOTS,
    TooManySlots,
    WeeklyTime,
    add_slots,
    coming,
    is_free,
    next_free_slot,
    next_free_slot_for,
    remove_slot,
    set_slots,
    slots_of,
)
from tests.cast import draft

PARIS = ZoneInfo("Europe/Paris")
MONDAY, WEDNESDAY, SUNDAY = 0, 2, 6
MORNING = WeeklyTime(MONDAY, time(9, 0))
NOON = WeeklyTime(WEDNESDAY, time(12, 0))


def in_paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc,arg-type]


def a_monday_ahead() -> datetime:
    """Sunday before a Monday next year, at noon in Paris: always to come, and far from a change of
    clocks."""
    first = date(datetime.now(UTC).year + 1, 6, 1)
    monday = first + timedelta(days=-first.weekday() % 7)
    return in_paris(monday.year, monday.month, monday.day, 12) - timedelta(days=1)


def plan(account: Account, at: datetime) -> Delivery:
    return deliver.schedule(draft(account), at)[0]


def test_the_slots_of_a_week_come_in_their_order() -> None:
    after = in_paris(2026, 6, 1, 0)
    found = list(coming({NOON, MORNING}, PARIS, after, after + timedelta(weeks=2)))
    assert found == [
        in_paris(2026, 6, 1, 9),
        in_paris(2026, 6, 3, 12),
        in_paris(2026, 6, 8, 9),
        in_paris(2026, 6, 10, 12),
    ]


def test_a_slot_keeps_its_local_time_when_the_clocks_change() -> None:
    sunday = WeeklyTime(SUNDAY, time(9, 0))
    after = in_paris(2027, 3, 20, 0)
    before, changed = coming({sunday}, PARIS, after, after + timedelta(days=10))
    assert (before, changed) == (in_paris(2027, 3, 21, 9), in_paris(2027, 3, 28, 9))
    assert changed - before == timedelta(days=7, hours=-1)


def test_a_slot_that_the_clocks_skip_falls_after_the_jump() -> None:
    night = WeeklyTime(SUNDAY, time(2, 30))
    (found,) = coming({night}, PARIS, in_paris(2027, 3, 27, 0), in_paris(2027, 3, 29, 0))
    assert found.astimezone(PARIS).time() == time(3, 30)


def test_a_slot_that_the_clocks_show_twice_comes_once_and_the_first_time() -> None:
    night = WeeklyTime(SUNDAY, time(2, 30))
    (found,) = coming({night}, PARIS, in_paris(2026, 10, 24, 0), in_paris(2026, 10, 26, 0))
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_slot_is_taken_within_its_minute_only() -> None:
    slot = in_paris(2026, 6, 1, 9)
    for seconds, free in ((-1, True), (0, False), (59, False), (60, True)):
        assert is_free(slot, [slot + timedelta(seconds=seconds)]) is free


@pytest.mark.django_db
def test_an_account_without_slots_has_no_next_one(ponts: Account) -> None:
    assert next_free_slot(ponts, a_monday_ahead()) is None


@pytest.mark.django_db
def test_the_next_free_slot_passes_over_what_is_taken(ponts: Account) -> None:
    set_slots(ponts, [MORNING, NOON])
    after = a_monday_ahead()
    first = next_free_slot(ponts, after)
    assert first is not None
    assert first.astimezone(PARIS).hour == 9
    plan(ponts, first)
    second = next_free_slot(ponts, after)
    assert second is not None
    assert second.astimezone(PARIS).hour == 12


@pytest.mark.django_db
def test_a_slot_that_is_free_for_one_account_must_be_free_for_all(
    ponts: Account, ponts_mastodon: Account
) -> None:
    set_slots(ponts, [MORNING])
    after = a_monday_ahead()
    first = next_free_slot(ponts, after)
    assert first is not None
    plan(ponts_mastodon, first)
    assert next_free_slot(ponts, after) == first
    assert next_free_slot_for([ponts, ponts_mastodon], after) == first + timedelta(weeks=1)


@pytest.mark.django_db
def test_a_slot_far_ahead_is_found_behind_a_long_queue(ponts: Account) -> None:
    set_slots(ponts, [MORNING])
    after = a_monday_ahead()
    for _ in range(6):
        first = next_free_slot(ponts, after)
        assert first is not None
        plan(ponts, first)
    assert next_free_slot(ponts, after) == first + timedelta(weeks=1)


@pytest.mark.django_db
def test_what_was_taken_back_frees_its_slot(ponts: Account) -> None:
    set_slots(ponts, [MORNING])
    after = a_monday_ahead()
    first = next_free_slot(ponts, after)
    assert first is not None
    post = plan(ponts, first).post
    deliver.take_back(post)
    assert next_free_slot(ponts, after) == first


@pytest.mark.django_db
def test_slots_are_kept_once_each_and_in_order(ponts: Account) -> None:
    set_slots(ponts, [NOON, MORNING, NOON])
    assert slots_of(ponts) == [MORNING, NOON]
    add_slots(ponts, [MORNING, WeeklyTime(SUNDAY, time(8, 0))])
    assert len(slots_of(ponts)) == 3
    remove_slot(ponts, NOON)
    assert slots_of(ponts) == [MORNING, WeeklyTime(SUNDAY, time(8, 0))]


@pytest.mark.django_db
def test_more_slots_than_a_week_can_use_are_refused_and_the_old_ones_stay(ponts: Account) -> None:
    set_slots(ponts, [MORNING])
    many = [WeeklyTime(n % 7, time(n // 60 % 24, n % 60)) for n in range(MOST_SLOTS + 1)]
    with pytest.raises(TooManySlots):
        set_slots(ponts, many)
    assert slots_of(ponts) == [MORNING]


@pytest.mark.django_db
def test_the_zone_is_the_workspaces(ponts: Account) -> None:
    Workspace.objects.update(time_zone="Pacific/Auckland")
    account = Account.objects.get(pk=ponts.pk)
    set_slots(account, [MORNING])
    first = next_free_slot(account, a_monday_ahead())
    assert first is not None
    assert first.astimezone(ZoneInfo("Pacific/Auckland")).time() == time(9, 0)
