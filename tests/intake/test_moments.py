"""What people write into a table as a date, a time and a zone."""

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.intake.moments import Moment, NoMoment, read_moment

PARIS = ZoneInfo("Europe/Paris")


def read(day: str, at: str = "", zone: str = "") -> str:
    moment = read_moment(day, at, zone, PARIS)
    assert moment is not None
    return f"{moment.at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2027-01-30", "18:05"),
        ("30/01/2027", "18 h 05"),
        ("30.01.2027", "18h05"),
        ("2027-01-30", "6:05 pm"),
        ("2027-01-30", "6:05 p.m."),
        ("2027-01-30 18:05", ""),
        ("2027-01-30T18:05:00", ""),
        ("2027-01-30T17:05:00Z", ""),
        ("2027-01-30 18:05+01:00", ""),
    ],
)
def test_a_moment_is_read_however_it_is_written(day: str, at: str) -> None:
    assert read(day, at) == "2027-01-30 17:05"


@pytest.mark.parametrize("zone", ["America/New_York", "-05:00", "UTC-5"])
def test_a_zone_of_its_own_is_heeded(zone: str) -> None:
    assert read("2027-01-30", "18:05", zone) == "2027-01-30 23:05"


def test_a_full_hour_needs_no_minutes() -> None:
    assert read("2027-01-30", "18 h") == "2027-01-30 17:00"
    assert read("2027-01-30", "12 am") == "2027-01-29 23:00"


def test_nothing_written_is_no_moment() -> None:
    assert read_moment("", "", "Europe/Paris", PARIS) is None


def test_a_date_that_could_be_read_the_other_way_round_is_told() -> None:
    for day, could in (("03/04/2027", True), ("30/04/2027", False), ("2027-04-03", False)):
        moment = read_moment(day, "18:05", "", PARIS)
        assert isinstance(moment, Moment)
        assert moment.could_be_other is could


@pytest.mark.parametrize(
    ("day", "at", "zone", "code"),
    [
        ("", "18:05", "", "no-date"),
        ("2027-01-30", "", "", "no-time"),
        ("2027-02-30", "18:05", "", "bad-date"),
        ("01/30/2027", "18:05", "", "bad-date"),
        ("9999-01-30", "18:05", "", "bad-date"),
        ("2027-01-30", "25:00", "", "bad-time"),
        ("2027-01-30", "18", "", "bad-time"),
        ("2027-01-30", "13 pm", "", "bad-time"),
        ("2027-01-30", "18:05", "Mars/Olympus", "bad-zone"),
        ("2027-01-30", "18:05", "../../etc/passwd", "bad-zone"),
        ("2027-03-28", "02:30", "", "skipped-time"),
        ("2027-10-31", "02:30", "", "repeated-time"),
    ],
)
def test_what_is_no_moment_is_told_by_a_code(day: str, at: str, zone: str, code: str) -> None:
    with pytest.raises(NoMoment) as refused:
        read_moment(day, at, zone, PARIS)
    assert refused.value.code == code


def test_a_repeated_time_names_the_offsets_that_settle_it() -> None:
    with pytest.raises(NoMoment) as refused:
        read_moment("2027-10-31", "02:30", "", PARIS)
    assert refused.value.facts == {"first": "+02:00", "second": "+01:00"}
    assert read("2027-10-31", "02:30", "+01:00") == "2027-10-31 01:30"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_written_is_a_moment_or_told(day: str, at: str, zone: str) -> None:
    with suppress(NoMoment):
        moment = read_moment(day, at, zone, PARIS)
        assert moment is None or moment.at.tzinfo is not None
