"""The day as one line per account, with marks along the hours.

Positions are measured in elapsed time, so that a day of 23 or 25 hours is drawn as it is lived.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Func, Min, Value
from django.db.models.fields import DateTimeField

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.accounts import AccountLine
from parvis.report.marks import mark_of

USUAL_HOURS = (7, 21)
# Two marks nearer than this would lie on each other, so they are one with a number.
GRAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMark:
    """`x` is a percentage of the line. `post_id` leads to the first of `count` deliveries."""

    x: str
    at: datetime
    state: str
    count: int
    post_id: int

    @property
    def shape(self) -> str:
        return mark_of(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    account: AccountLine
    marks: tuple[ScoreMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    x: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    voices: tuple[Voice, ...]
    hours: tuple[Hour, ...]
    now: datetime
    now_x: str
    now_is_late: bool

    @property
    def is_empty(self) -> bool:
        return not any(voice.marks for voice in self.voices)


def score_of(workspace: Workspace, accounts: Iterable[AccountLine], now: datetime) -> Score:
    midnight, next_midnight = day_around(now, workspace.zone)
    groups = _groups(workspace, midnight, next_midnight)
    window = _window(now, workspace.zone, [at for marks in groups.values() for _, at, *_ in marks])
    return Score(
        voices=tuple(_voices(accounts, groups, window)),
        hours=tuple(_hours(window, workspace.zone)),
        now=now,
        now_x=window.x(now),
        now_is_late=window.share(now) > 0.85,
    )


def day_around(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The UTC moments of midnight before and after `now`, as the zone's clocks show them."""
    today = now.astimezone(zone).date()
    return _local(today, zone), _local(today + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class _Window:
    """What the line shows, from the first hour to the last."""

    start: datetime
    end: datetime

    def share(self, at: datetime) -> float:
        return (at - self.start) / (self.end - self.start)

    def x(self, at: datetime) -> str:
        return f"{100 * self.share(at):.2f}%"


_Group = tuple[str, datetime, int, int]  # state, first due time, count, a post


def _groups(workspace: Workspace, start: datetime, end: datetime) -> Mapping[int, list[_Group]]:
    """Grouped by the database: a day may hold thousands of deliveries."""
    slot = Func(
        Value(GRAIN), F("due_at"), Value(start), function="date_bin", output_field=DateTimeField()
    )
    rows = (
        Delivery.objects.filter(workspace=workspace, due_at__gte=start, due_at__lt=end)
        .filter(post__deleted_at=None)
        .exclude(state=State.CANCELLED, receipts=[])
        .annotate(slot=slot)
        .values_list("account_id", "state", "slot")
        .annotate(first=Min("due_at"), count=Count("pk"), post=Min("post_id"))
        .order_by("slot", "state")
    )
    groups: dict[int, list[_Group]] = defaultdict(list)
    for account_id, state, _, first, count, post in rows:
        groups[account_id].append((state, first, count, post))
    return groups


def _window(now: datetime, zone: ZoneInfo, moments: Sequence[datetime]) -> _Window:
    """Whole hours, wide enough for every mark and for now, and never narrower than usual."""
    today = now.astimezone(zone).date()
    usual = [_local(today, zone, hour) for hour in USUAL_HOURS]
    first, last = min([now, *moments, *usual]), max([now, *moments, *usual])
    start = first.replace(minute=0, second=0, microsecond=0)
    end = last.replace(minute=0, second=0, microsecond=0)
    return _Window(start, end if end == last else end + timedelta(hours=1))


def _voices(
    accounts: Iterable[AccountLine], groups: Mapping[int, list[_Group]], window: _Window
) -> Iterable[Voice]:
    for account in accounts:
        marks = tuple(_mark(group, window) for group in groups.get(account.account_id, ()))
        if marks or not account.is_disconnected:
            yield Voice(account=account, marks=marks)


def _mark(group: _Group, window: _Window) -> ScoreMark:
    state, at, count, post_id = group
    return ScoreMark(x=window.x(at), at=at, state=state, count=count, post_id=post_id)


def _hours(window: _Window, zone: ZoneInfo) -> Iterable[Hour]:
    """Every second hour, or every fourth of a long day: as many as have room on a telephone."""
    length = window.end - window.start
    step = 2 if length <= timedelta(hours=14) else 4
    at = window.start
    while at <= window.end:
        if at.astimezone(zone).hour % step == 0:
            yield Hour(x=window.x(at), at=at)
        at += timedelta(hours=1)


def _local(day: date, zone: ZoneInfo, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
