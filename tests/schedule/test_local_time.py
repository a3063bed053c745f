"""A local time is one moment, none or two; `settle` is held against the zone's own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parvis.schedule.local_time import Repeated, Skipped, settle

PARIS = ZoneInfo("Europe/Paris")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})

zones = st.sampled_from(ZONES).map(ZoneInfo)
local_times = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-02T00:00"),
    max_value=datetime.fromisoformat("2099-12-30T00:00"),
)
minutes = st.integers(0, int(timedelta(days=365 * 60).total_seconds() // 60))


def clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


@settings(deadline=None)
@given(local=local_times, zone=zones)
def test_a_settled_moment_shows_the_chosen_time(local: datetime, zone: ZoneInfo) -> None:
    try:
        moment = settle(local, zone)
    except (Skipped, Repeated):
        assume(False)
    assert clock(moment, zone) == local
    assert moment.tzinfo is UTC


@settings(deadline=None)
@given(local=local_times, zone=zones, fold=st.sampled_from([0, 1]))
def test_every_answer_to_a_skipped_or_repeated_time_is_offered_honestly(
    local: datetime, zone: ZoneInfo, fold: int
) -> None:
    answer = answer_to(local, zone)
    if isinstance(answer, Skipped):
        assert clock(answer.before, zone) < local < clock(answer.after, zone)
        assert isinstance(answer_to(local, zone, fold), Skipped)
    elif isinstance(answer, Repeated):
        assert answer.first < answer.second
        assert clock(answer.first, zone) == clock(answer.second, zone) == local
        assert answer_to(local, zone, fold) == (answer.first, answer.second)[fold]


@settings(deadline=None)
@given(minute=minutes, zone=zones)
def test_every_moment_is_reached_by_the_time_its_clock_shows(minute: int, zone: ZoneInfo) -> None:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    shown = clock(moment, zone)
    assert moment in {settle(shown, zone, fold=0), settle(shown, zone, fold=1)}


@settings(deadline=None)
@given(zone=zones, year=st.integers(1990, 2050))
def test_around_every_change_of_the_clock_no_moment_is_lost(zone: ZoneInfo, year: int) -> None:
    for change in changes_in(year, zone):
        for minutes_off in (-61, -1, 0, 1, 61):
            moment = change + timedelta(minutes=minutes_off)
            shown = clock(moment, zone)
            assert moment in {settle(shown, zone, fold=0), settle(shown, zone, fold=1)}


def test_a_summer_morning_in_paris_is_two_hours_ahead_of_utc() -> None:
    assert settle(datetime.fromisoformat("2026-07-14T10:30"), PARIS) == datetime(
        2026, 7, 14, 8, 30, tzinfo=UTC
    )


def test_an_hour_that_paris_skips_names_the_moments_around_the_jump() -> None:
    with pytest.raises(Skipped) as skipped:
        settle(datetime.fromisoformat("2026-03-29T02:30"), PARIS)
    assert skipped.value.before == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert skipped.value.after == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_hour_that_paris_repeats_is_first_summer_time_and_then_winter_time() -> None:
    with pytest.raises(Repeated) as repeated:
        settle(datetime.fromisoformat("2026-10-25T02:30"), PARIS)
    assert repeated.value.first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert repeated.value.second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_lord_howe_repeats_half_an_hour_only() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    with pytest.raises(Repeated) as repeated:
        settle(datetime.fromisoformat("2026-04-05T01:45"), zone)
    assert repeated.value.second - repeated.value.first == timedelta(minutes=30)


def test_a_day_that_apia_never_had_is_skipped() -> None:
    with pytest.raises(Skipped) as skipped:
        settle(datetime.fromisoformat("2011-12-30T12:00"), ZoneInfo("Pacific/Apia"))
    assert clock(skipped.value.after, ZoneInfo("Pacific/Apia")) == datetime.fromisoformat(
        "2011-12-31T12:00"
    )


def answer_to(
    local: datetime, zone: ZoneInfo, fold: int | None = None
) -> datetime | Skipped | Repeated:
    try:
        return settle(local, zone, fold=fold)
    except (Skipped, Repeated) as question:
        return question


def changes_in(year: int, zone: ZoneInfo) -> list[datetime]:
    """The UTC minutes of the year at which the zone's distance to UTC changes."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(366)]
    return [
        first_minute_with_other_offset(day, zone)
        for day in days
        if offset(day, zone) != offset(day + timedelta(days=1), zone)
    ]


def first_minute_with_other_offset(day: datetime, zone: ZoneInfo) -> datetime:
    before, after = 0, 24 * 60
    while after - before > 1:
        middle = (before + after) // 2
        same = offset(day + timedelta(minutes=middle), zone) == offset(day, zone)
        before, after = (middle, after) if same else (before, middle)
    return day + timedelta(minutes=after)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
