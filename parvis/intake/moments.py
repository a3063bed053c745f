"""What people type into a table as a date, a time and a zone, as one moment.

A date written with slashes or dots is read with the day first; where it could be read the other
way round as well, that is told.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from parvis.schedule.local_time import Repeated, Skipped, settle

FIRST_YEAR, LAST_YEAR = 1970, 2199
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_TIME = re.compile(
    r"(\d{1,2})(?:\s*[:h.]\s*(\d{2})?)?(?::(\d{2})(?:\.\d+)?)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE
)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_OFFSET_BEHIND = re.compile(r"\s*(Z|(?:UTC|GMT)|[+-]\d{2}:?\d{2})$", re.IGNORECASE)


class NoMoment(Exception):
    """`code` and `facts` say which of the cells will not do, and why."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """In UTC. `could_be_other` where day and month could change places."""

    at: datetime
    could_be_other: bool = False


def read_moment(day: str, at: str, zone: str, usual: ZoneInfo) -> Moment | None:
    """None where nothing is written. The date's cell may hold the time and the offset as well.

    Raises NoMoment: "no-date", "no-time", "bad-date", "bad-time", "bad-zone", "skipped-time" or
    "repeated-time".
    """
    if not day and not at:
        return None
    if not day:
        raise NoMoment("no-date")
    day, at, zone = _taken_apart(day, at, zone)
    if not at:
        raise NoMoment("no-time")
    chosen, could_be_other = _day(day)
    local = datetime.combine(chosen, _time(at))
    return Moment(at=_settled(local, _zone(zone, usual)), could_be_other=could_be_other)


def _taken_apart(day: str, at: str, zone: str) -> tuple[str, str, str]:
    day, _, behind = day.replace("T", " ").replace(",", " ").strip().partition(" ")
    at = at.strip() or behind.strip()
    if found := _OFFSET_BEHIND.search(at):
        at, zone = at[: found.start()].strip(), zone or found[1]
    return day, at, zone.strip()


def _day(written: str) -> tuple[date, bool]:
    iso, day_first = _ISO_DAY.fullmatch(written), _DAY_FIRST.fullmatch(written)
    try:
        if iso:
            return _within_reach(date(*map(int, iso.groups())), written), False
        if day_first:
            day, month, year = map(int, day_first.groups())
            return _within_reach(date(year, month, day), written), day <= 12 and day != month
    except ValueError:
        pass
    raise NoMoment("bad-date", written=written[:40])


def _within_reach(chosen: date, written: str) -> date:
    if not FIRST_YEAR <= chosen.year <= LAST_YEAR:
        raise NoMoment("bad-date", written=written[:40])
    return chosen


def _time(written: str) -> time:
    found = _TIME.fullmatch(written.strip())
    if found is None or written.strip().isdecimal():
        raise NoMoment("bad-time", written=written[:40])
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    try:
        return time(_on_24_hours(hour, found[4]), minute, second)
    except ValueError:
        raise NoMoment("bad-time", written=written[:40]) from None


def _on_24_hours(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in "pP" else 0)


def _zone(written: str, usual: ZoneInfo) -> tzinfo:
    if not written:
        return usual
    if written.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if found := _OFFSET.fullmatch(written):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if ahead < timedelta(hours=24):
            return timezone(ahead if found[1] == "+" else -ahead)
    try:
        return ZoneInfo(written)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise NoMoment("bad-zone", written=written[:40]) from None


def _settled(local: datetime, zone: tzinfo) -> datetime:
    if not isinstance(zone, ZoneInfo):
        return local.replace(tzinfo=zone).astimezone(UTC)
    try:
        return settle(local, zone)
    except Skipped as skipped:
        raise NoMoment("skipped-time", **_offsets(skipped.before, skipped.after, zone)) from None
    except Repeated as repeated:
        raise NoMoment("repeated-time", **_offsets(repeated.first, repeated.second, zone)) from None


def _offsets(one: datetime, other: datetime, zone: ZoneInfo) -> dict[str, str]:
    """With which the two moments are told apart in the column of the zone."""
    first, second = (moment.astimezone(zone).strftime("%z") for moment in (one, other))
    return {"first": f"{first[:3]}:{first[3:]}", "second": f"{second[:3]}:{second[3:]}"}
