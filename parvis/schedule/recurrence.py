"""On which days something comes back, and at which moments: local times of its workspace's zone.

The days are RFC 5545's, worked out by dateutil; the clocks are ours, as slots have them: where they
skip a time it falls on the moment after the jump, where they show it twice on the first of the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import groupby, islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule  # type: ignore[import-untyped]
from dateutil.rrule import weekday as day_of_week

from parvis.schedule.slots import moment_of

# A year of days, or two years of anything rarer: longer than anybody looks ahead.
MOST_REPEATS = 366
LONGEST_YEARS = 2
LONGEST_INTERVAL = 60
LAST = -1


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Improper(ValueError):
    """A recurrence that cannot be. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """`interval` counts days, weeks or months. It ends on a day, after a number of times, or
    whichever comes first; one of them is needed. Raises Improper.

    weekdays  0 is Monday: of a week those on which it comes, of a month the one that `nth` means
    day       of a month, from 1; LAST is its last. Where a month is shorter, its last day
    nth       which one of its weekday a month means: 1 to 4, or LAST
    """

    every: Every
    interval: int = 1
    at: time
    starts_on: date
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    nth: int | None = None
    ends_on: date | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        if code := next(_improper(self), None):
            raise Improper(code)

    def to_json(self) -> dict[str, Any]:
        return {
            "every": self.every.value,
            "interval": self.interval,
            "at": self.at.isoformat("minutes"),
            "starts_on": self.starts_on.isoformat(),
            "weekdays": list(self.weekdays),
            "day": self.day,
            "nth": self.nth,
            "ends_on": self.ends_on and self.ends_on.isoformat(),
            "times": self.times,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Recurrence":
        ends_on = stored["ends_on"]
        return cls(
            every=Every(stored["every"]),
            interval=stored["interval"],
            at=time.fromisoformat(stored["at"]),
            starts_on=date.fromisoformat(stored["starts_on"]),
            weekdays=tuple(stored["weekdays"]),
            day=stored["day"],
            nth=stored["nth"],
            ends_on=date.fromisoformat(ends_on) if ends_on else None,
            times=stored["times"],
        )


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """One coming back: the local day that it is meant for, and its moment in UTC."""

    at: datetime
    day: date


def turns_of(recurrence: Recurrence, zone: ZoneInfo, *, since: datetime) -> Iterator[Turn]:
    """All after `since`, in order; its number of times is counted from there."""
    turns = (
        Turn(moment_of(datetime.combine(day, recurrence.at), zone), day)
        for day in _days(recurrence)
    )
    # A zone that leaves out a whole day has two days at one moment.
    once = (next(same) for _, same in groupby(turns, key=lambda turn: turn.at))
    later = (turn for turn in once if turn.at > since)
    return islice(later, recurrence.times or MOST_REPEATS)


def _days(recurrence: Recurrence) -> Iterator[date]:
    last = last_day(recurrence)
    days = (moment.date() for moment in _rule(recurrence))
    return takewhile(lambda day: day <= last, days)


def last_day(recurrence: Recurrence) -> date:
    """The latest day on which it can come."""
    farthest: date = recurrence.starts_on + relativedelta(years=LONGEST_YEARS)
    return min(recurrence.ends_on or farthest, farthest)


def _rule(recurrence: Recurrence) -> rrule:
    start = datetime.combine(recurrence.starts_on, time())
    rule = {"dtstart": start, "interval": recurrence.interval}
    match recurrence.every:
        case Every.DAY:
            return rrule(DAILY, **rule)
        case Every.WEEK:
            return rrule(WEEKLY, byweekday=recurrence.weekdays, wkst=0, **rule)
        case Every.MONTH if recurrence.nth is not None:
            nth = day_of_week(recurrence.weekdays[0], recurrence.nth)
            return rrule(MONTHLY, byweekday=nth, **rule)
    # The latest of these days that the month has.
    days = [LAST] if recurrence.day == LAST else [*range(28, recurrence.day or 0), recurrence.day]
    return rrule(MONTHLY, bymonthday=days, bysetpos=-1, **rule)


def _improper(recurrence: Recurrence) -> Iterator[str]:
    if not 1 <= recurrence.interval <= LONGEST_INTERVAL:
        yield "interval"
    if not set(recurrence.weekdays) <= {*range(7)}:
        yield "weekdays"
    if recurrence.every is Every.WEEK and not recurrence.weekdays:
        yield "no-weekday"
    if recurrence.every is Every.MONTH:
        yield from _improper_in_a_month(recurrence)
    yield from _improper_end(recurrence)


def _improper_in_a_month(recurrence: Recurrence) -> Iterator[str]:
    if (recurrence.day is None) == (recurrence.nth is None):
        yield "no-day"
    if recurrence.day is not None and recurrence.day not in (LAST, *range(1, 32)):
        yield "no-day"
    if recurrence.nth is not None and (
        recurrence.nth not in (LAST, 1, 2, 3, 4) or len(recurrence.weekdays) != 1
    ):
        yield "no-day"


def _improper_end(recurrence: Recurrence) -> Iterator[str]:
    if recurrence.ends_on is None and recurrence.times is None:
        yield "no-end"
    if recurrence.times is not None and not 1 <= recurrence.times <= MOST_REPEATS:
        yield "times"
    if recurrence.ends_on is not None:
        if recurrence.ends_on < recurrence.starts_on:
            yield "ends-before"
        if recurrence.ends_on > recurrence.starts_on + relativedelta(years=LONGEST_YEARS):
            yield "ends-too-late"
