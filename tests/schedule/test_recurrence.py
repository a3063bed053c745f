"""On which days a post comes back, and at which moments."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parvis.schedule.recurrence import (
    LAST,
    LONGEST_YEARS,
    MOST_REPEATS,
    Every,
    Improper,
    Recurrence,
    last_day,
    turns_of,
)

PARIS = ZoneInfo("Europe/Paris")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


def recurrence(every: Every, **how: Any) -> Recurrence:
    usual = {"at": time(9, 0), "starts_on": date(2031, 1, 1), "times": 5}
    return Recurrence(every=every, **{**usual, **how})


def days(wanted: Recurrence, zone: ZoneInfo = PARIS) -> list[str]:
    return [turn.day.isoformat() for turn in turns_of(wanted, zone, since=LONG_AGO)]


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    every = draw(st.sampled_from(Every))
    how: dict[str, Any] = {}
    if every is Every.WEEK:
        how["weekdays"] = tuple(draw(st.sets(st.integers(0, 6), min_size=1)))
    if every is Every.MONTH and draw(st.booleans()):
        how["nth"] = draw(st.sampled_from([1, 2, 3, 4, LAST]))
        how["weekdays"] = (draw(st.integers(0, 6)),)
    elif every is Every.MONTH:
        how["day"] = draw(st.sampled_from([LAST, *range(1, 32)]))
    starts_on = draw(st.dates(date(1971, 1, 1), date(2090, 1, 1)))
    return Recurrence(
        every=every,
        interval=draw(st.integers(1, 12)),
        at=draw(st.times()).replace(second=0, microsecond=0, tzinfo=None),
        starts_on=starts_on,
        ends_on=draw(st.none() | st.just(starts_on + timedelta(days=200))),
        times=draw(st.integers(1, MOST_REPEATS)),
        **how,
    )


def test_every_second_day() -> None:
    assert days(recurrence(Every.DAY, interval=2, times=3)) == [
        "2031-01-01",
        "2031-01-03",
        "2031-01-05",
    ]


def test_on_chosen_weekdays_of_every_second_week() -> None:
    wanted = recurrence(Every.WEEK, interval=2, weekdays=(0, 4), starts_on=date(2031, 1, 6))
    assert days(wanted) == ["2031-01-06", "2031-01-10", "2031-01-20", "2031-01-24", "2031-02-03"]


def test_on_the_last_day_of_each_month() -> None:
    assert days(recurrence(Every.MONTH, day=LAST, times=3)) == [
        "2031-01-31",
        "2031-02-28",
        "2031-03-31",
    ]


def test_on_the_31st_or_on_the_last_day_of_a_shorter_month() -> None:
    wanted = recurrence(Every.MONTH, day=31, times=4, starts_on=date(2032, 1, 15))
    assert days(wanted) == ["2032-01-31", "2032-02-29", "2032-03-31", "2032-04-30"]


def test_a_day_that_every_month_has_comes_each_month() -> None:
    wanted = recurrence(Every.MONTH, day=15, times=3, starts_on=date(2031, 1, 20))
    assert days(wanted) == ["2031-02-15", "2031-03-15", "2031-04-15"]


def test_on_the_second_and_on_the_last_friday_of_a_month() -> None:
    second = recurrence(Every.MONTH, nth=2, weekdays=(4,), times=2)
    last = recurrence(Every.MONTH, nth=LAST, weekdays=(4,), times=2)
    assert days(second) == ["2031-01-10", "2031-02-14"]
    assert days(last) == ["2031-01-31", "2031-02-28"]


def test_it_ends_on_its_day_or_after_its_times_whichever_comes_first() -> None:
    by_day = recurrence(Every.DAY, ends_on=date(2031, 1, 2))
    by_times = recurrence(Every.DAY, ends_on=date(2031, 3, 1), times=3)
    assert (len(days(by_day)), len(days(by_times))) == (2, 3)


def test_its_times_are_counted_from_a_moment() -> None:
    since = datetime(2031, 1, 3, 12, tzinfo=PARIS)
    turns = list(turns_of(recurrence(Every.DAY, times=2), PARIS, since=since))
    assert [turn.day for turn in turns] == [date(2031, 1, 4), date(2031, 1, 5)]


def test_a_time_that_the_clocks_skip_falls_after_the_jump_and_one_shown_twice_on_the_first() -> (
    None
):
    # In Paris clocks jump from 2:00 to 3:00 on 30 March 2031, and back on 26 October.
    spring = recurrence(Every.DAY, at=time(2, 30), starts_on=date(2031, 3, 30), times=1)
    autumn = recurrence(Every.DAY, at=time(2, 30), starts_on=date(2031, 10, 26), times=1)
    (skipped,) = turns_of(spring, PARIS, since=LONG_AGO)
    (repeated,) = turns_of(autumn, PARIS, since=LONG_AGO)
    assert skipped.at == datetime(2031, 3, 30, 1, 30, tzinfo=UTC)
    assert repeated.at == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)


def test_a_day_that_a_zone_leaves_out_does_not_come_twice() -> None:
    # Samoa went from 29 to 31 December 2011.
    wanted = recurrence(Every.DAY, starts_on=date(2011, 12, 29), times=3)
    turns = list(turns_of(wanted, ZoneInfo("Pacific/Apia"), since=LONG_AGO))
    assert len({turn.at for turn in turns}) == 3
    assert turns[-1].day == date(2012, 1, 1)


@settings(deadline=None, max_examples=150)
@given(wanted=recurrences(), zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_turns_come_in_order_within_their_bounds_and_show_their_time(
    wanted: Recurrence, zone: ZoneInfo
) -> None:
    turns = list(turns_of(wanted, zone, since=LONG_AGO))
    assert len(turns) <= (wanted.times or 0)
    assert all(one.at < other.at and one.day < other.day for one, other in pairwise(turns))
    for turn in turns:
        assert wanted.starts_on <= turn.day <= last_day(wanted)
        shown = turn.at.astimezone(zone)
        local = datetime.combine(turn.day, wanted.at)
        is_as_shown = shown.replace(tzinfo=None, fold=0) == local
        # Where not, the clocks skipped it: then it is after the jump, and by no more than a day.
        assert is_as_shown or timedelta() < shown.replace(tzinfo=None) - local <= timedelta(days=1)


@settings(deadline=None, max_examples=100)
@given(wanted=recurrences(), zone=st.sampled_from(ZONES).map(ZoneInfo), skip=st.integers(0, 40))
def test_what_was_left_behind_changes_nothing_of_what_comes(
    wanted: Recurrence, zone: ZoneInfo, skip: int
) -> None:
    turns = list(turns_of(wanted, zone, since=LONG_AGO))
    assume(len(turns) > skip)
    later = list(turns_of(wanted, zone, since=turns[skip].at))
    rest = turns[skip + 1 :]
    assert later[: len(rest)] == rest


@given(wanted=recurrences())
def test_a_recurrence_is_read_as_it_was_written(wanted: Recurrence) -> None:
    assert Recurrence.from_json(wanted.to_json()) == wanted


@pytest.mark.parametrize(
    ("every", "how", "code"),
    [
        (Every.DAY, {"times": None}, "no-end"),
        (Every.DAY, {"times": 0}, "times"),
        (Every.DAY, {"times": MOST_REPEATS + 1}, "times"),
        (Every.DAY, {"interval": 0}, "interval"),
        (Every.DAY, {"ends_on": date(2030, 12, 31)}, "ends-before"),
        (Every.DAY, {"ends_on": date(2031 + LONGEST_YEARS, 1, 2)}, "ends-too-late"),
        (Every.WEEK, {}, "no-weekday"),
        (Every.WEEK, {"weekdays": (7,)}, "weekdays"),
        (Every.MONTH, {}, "no-day"),
        (Every.MONTH, {"day": 32}, "no-day"),
        (Every.MONTH, {"day": 1, "nth": 1, "weekdays": (0,)}, "no-day"),
        (Every.MONTH, {"nth": 5, "weekdays": (0,)}, "no-day"),
        (Every.MONTH, {"nth": 1, "weekdays": (0, 1)}, "no-day"),
    ],
)
def test_what_cannot_be_is_refused(every: Every, how: dict[str, Any], code: str) -> None:
    with pytest.raises(Improper) as refused:
        recurrence(every, **how)
    assert refused.value.code == code
