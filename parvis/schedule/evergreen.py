"""Which post of a shelf goes into the next free slot of an account. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]

from parvis.schedule.recurrence import LONGEST_YEARS, MOST_REPEATS, Improper

LONGEST_REST = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """How a post comes back in free slots: on each account `times` times at most, with
    `rest_days` between two of them at least, and until `ends_on`. Raises Improper."""

    times: int
    rest_days: int
    ends_on: date

    def __post_init__(self) -> None:
        if not 1 <= self.times <= MOST_REPEATS:
            raise Improper("times")
        if not 1 <= self.rest_days <= LONGEST_REST:
            raise Improper("rest")

    def to_json(self) -> dict[str, Any]:
        return {
            "times": self.times,
            "rest_days": self.rest_days,
            "ends_on": self.ends_on.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Shelf":
        return cls(
            times=stored["times"],
            rest_days=stored["rest_days"],
            ends_on=date.fromisoformat(stored["ends_on"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A series on the shelf, as one account has said it: `said` times, the last one at `last`, a
    time on the workspace's clocks."""

    series_id: int
    shelf: Shelf
    said: int
    last: datetime | None

    def may_fill(self, day: date) -> bool:
        """Days are counted as calendars do, whatever the clocks did in between."""
        rested = self.last is None or day - self.last.date() >= timedelta(self.shelf.rest_days)
        return rested and self.said < self.shelf.times and day <= self.shelf.ends_on


def fairest(candidates: Iterable[Candidate], day: date) -> Candidate | None:
    """What was never said first, then what was said the longest ago."""
    fitting = [one for one in candidates if one.may_fill(day)]
    return min(fitting, key=_in_turn, default=None)


def refuse_a_late_end(shelf: Shelf, today: date) -> None:
    """Raises Improper."""
    if shelf.ends_on < today:
        raise Improper("ends-before")
    if shelf.ends_on > today + relativedelta(years=LONGEST_YEARS):
        raise Improper("ends-too-late")


def _in_turn(one: Candidate) -> tuple[datetime, int]:
    return one.last or datetime.min.replace(tzinfo=UTC), one.series_id
