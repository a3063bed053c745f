"""The calendar's three views: a month, a week hour by hour, and the agenda from a day on."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models.functions import TruncDay, TruncHour

from parvis.people.models import Workspace
from parvis.report.calendar_entries import (
    Counted,
    Entry,
    Faces,
    Filters,
    Span,
    entries_from,
    first_of_each_cell,
)

IN_A_DAY, IN_AN_HOUR, ON_A_PAGE = 3, 2, 100
USUAL_HOURS = range(7, 22)
AGENDA = timedelta(days=60)
_WEEK = timedelta(days=7)


class View(StrEnum):
    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A day of a month, or an hour of a day of a week. `start` is what its clocks show, without
    zone. `more` entries are folded away."""

    start: datetime
    entries: tuple[Entry, ...]
    more: int
    is_now: bool
    is_beside: bool = False

    @property
    def total(self) -> int:
        return len(self.entries) + self.more

    @property
    def date(self) -> date:
        return self.start.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    hour: time
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaDay:
    date: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One of `weeks`, `hours` and `agenda` is filled, as the view has it. `last` is its last day.
    `later` is the key of the last entry of an agenda that goes on; `shows_all_hours` where
    nothing of the night is left out."""

    view: View
    day: date
    today: date
    first: date
    last: date
    before: date
    after: date
    weeks: tuple[tuple[Cell, ...], ...] = ()
    days: tuple[date, ...] = ()
    hours: tuple[HourRow, ...] = ()
    shows_all_hours: bool = False
    agenda: tuple[AgendaDay, ...] = ()
    later: tuple[datetime, int] | None = None

    @property
    def is_empty(self) -> bool:
        cells = [*(c for w in self.weeks for c in w), *(c for h in self.hours for c in h.cells)]
        return not self.agenda and not any(cell.total for cell in cells)


def month_of(
    workspace: Workspace, day: date, now: datetime, filters: Filters, faces: Faces
) -> Calendar:
    first, following = day.replace(day=1), _first_of_next_month(day)
    days = _days(_monday(first), _monday(following - timedelta(days=1)) + _WEEK)
    cells = _month_cells(workspace, days, now, filters, faces, month=day.month)
    return Calendar(
        view=View.MONTH,
        day=day,
        today=_today(now, workspace.zone),
        first=first,
        last=following - timedelta(days=1),
        before=(first - timedelta(days=1)).replace(day=1),
        after=following,
        weeks=tuple(cells[at : at + 7] for at in range(0, len(cells), 7)),
    )


def week_of(
    workspace: Workspace,
    day: date,
    now: datetime,
    filters: Filters,
    faces: Faces,
    *,
    all_hours: bool = False,
) -> Calendar:
    monday = _monday(day)
    days = _days(monday, monday + _WEEK)
    hours = _hour_rows(workspace, days, now, filters, faces, all_hours=all_hours)
    return Calendar(
        view=View.WEEK,
        day=day,
        today=_today(now, workspace.zone),
        first=monday,
        last=days[-1],
        before=day - _WEEK,
        after=day + _WEEK,
        days=days,
        hours=hours,
        shows_all_hours=len(hours) == 24,
    )


def agenda_of(
    workspace: Workspace,
    day: date,
    now: datetime,
    filters: Filters,
    faces: Faces,
    *,
    after: tuple[datetime, int] | None = None,
) -> Calendar:
    """The first hundred entries from the day on, or after the key `after`."""
    zone, end = workspace.zone, day + AGENDA
    span = _span(day, end, zone)
    found = entries_from(workspace, span, filters, faces, limit=ON_A_PAGE + 1, after=after)
    shown = found[:ON_A_PAGE]
    return Calendar(
        view=View.AGENDA,
        day=day,
        today=_today(now, zone),
        first=day,
        last=end - timedelta(days=1),
        before=day - _WEEK,
        after=day + _WEEK,
        agenda=tuple(
            AgendaDay(date=date, entries=tuple(entries))
            for date, entries in groupby(shown, lambda entry: entry.at.astimezone(zone).date())
        ),
        later=shown[-1].key if len(found) > ON_A_PAGE else None,
    )


def _month_cells(
    workspace: Workspace,
    days: Sequence[date],
    now: datetime,
    filters: Filters,
    faces: Faces,
    *,
    month: int,
) -> tuple[Cell, ...]:
    zone = workspace.zone
    counted = first_of_each_cell(
        workspace,
        _span(days[0], days[-1] + timedelta(days=1), zone),
        filters,
        faces,
        cell=TruncDay("stands_at", tzinfo=zone),
        shown=IN_A_DAY,
    )
    by_day = _gathered(counted, lambda at: at.astimezone(zone).date())
    today = _today(now, zone)
    return tuple(
        _cell(
            datetime.combine(day, time()),
            by_day.get(day, ()),
            IN_A_DAY,
            is_now=day == today,
            is_beside=day.month != month,
        )
        for day in days
    )


def _hour_rows(
    workspace: Workspace,
    days: Sequence[date],
    now: datetime,
    filters: Filters,
    faces: Faces,
    *,
    all_hours: bool,
) -> tuple[HourRow, ...]:
    zone = workspace.zone
    counted = first_of_each_cell(
        workspace,
        _span(days[0], days[-1] + timedelta(days=1), zone),
        filters,
        faces,
        cell=TruncHour("stands_at", tzinfo=zone),
        shown=IN_AN_HOUR,
    )
    by_hour = _gathered(counted, lambda at: _hour_shown(at, zone))
    this_hour = _hour_shown(now, zone)
    return tuple(
        HourRow(
            hour=time(hour),
            cells=tuple(
                _cell(
                    start := datetime.combine(day, time(hour)),
                    by_hour.get(start, ()),
                    IN_AN_HOUR,
                    is_now=start == this_hour,
                )
                for day in days
            ),
        )
        for hour in _hours([at.hour for at in by_hour], all_hours=all_hours)
    )


def _hours(used: Sequence[int], *, all_hours: bool) -> range:
    if all_hours:
        return range(24)
    shown = [*USUAL_HOURS, *used]
    return range(min(shown), max(shown) + 1)


Where = TypeVar("Where", bound=Hashable)


def _gathered(
    counted: Iterable[Counted], where: Callable[[datetime], Where]
) -> Mapping[Where, list[Counted]]:
    gathered: dict[Where, list[Counted]] = defaultdict(list)
    for one in counted:
        gathered[where(one.entry.at)].append(one)
    return gathered


def _cell(
    start: datetime,
    counted: Sequence[Counted],
    shown: int,
    *,
    is_now: bool,
    is_beside: bool = False,
) -> Cell:
    """Deliveries and drafts were counted apart."""
    entries = tuple(sorted((one.entry for one in counted), key=lambda entry: entry.key)[:shown])
    total = sum({one.entry.is_draft: one.of for one in counted}.values())
    return Cell(
        start=start,
        entries=entries,
        more=total - len(entries),
        is_now=is_now,
        is_beside=is_beside,
    )


def _hour_shown(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks show; an hour that they show twice is one row."""
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None, fold=0)


def _span(first: date, end: date, zone: ZoneInfo) -> Span:
    start, following = (datetime.combine(day, time(), tzinfo=zone) for day in (first, end))
    return Span(start.astimezone(UTC), following.astimezone(UTC))


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def _days(first: date, end: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((end - first).days))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
