"""What stands in the calendar: posts at their times, and drafts at the times planned for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Count, F, Min, Q, QuerySet, Value, Window
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Left, RowNumber

from parvis.compose.models import Post
from parvis.deliver.models import Delivery
from parvis.deliver.states import MAY_BE_CALLED_BACK, State
from parvis.people.models import Workspace
from parvis.report.faces import Speaker

_TEXT = 160


class Kind(StrEnum):
    """Which entries are asked for."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TO_DECIDE = "to-decide"
    REFUSED = "refused"


class Stays(StrEnum):
    """Why an entry cannot be moved; empty where it can."""

    NO = ""
    OUT = "out"
    GOING = "going"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """None where all are shown. Ids of another workspace find nothing."""

    account: int | None = None
    campaign: int | None = None
    tag: int | None = None
    kind: Kind | None = None

    @property
    def are_set(self) -> bool:
        return any((self.account, self.campaign, self.tag, self.kind))


@dataclass(frozen=True, slots=True)
class Span:
    """UTC moments, from `start` up to and without `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What of a post goes out, or went, at one moment. `state` is the gravest of its deliveries'
    and empty for a draft; `text` is its beginning; `first_delivery` is 0 for a draft. `campaign`
    and `colour`, one of the desk's, are empty without one; `series` is the one it is a turn of.
    """

    post_id: int
    at: datetime
    text: str
    places: tuple[Speaker, ...]
    account_ids: tuple[int, ...]
    state: str
    stays: Stays
    campaign: str
    colour: str
    first_delivery: int
    series: int | None = None

    @property
    def is_draft(self) -> bool:
        return not self.state

    @property
    def key(self) -> tuple[datetime, int]:
        """No two entries have the same."""
        return self.at, self.post_id


@dataclass(frozen=True, slots=True)
class Counted:
    """An entry that is shown, beside how many of its source stand in the same cell."""

    entry: Entry
    of: int


Faces = Mapping[int, Speaker]


def entries_from(
    workspace: Workspace,
    span: Span,
    filters: Filters,
    faces: Faces,
    *,
    limit: int | None = None,
    after: tuple[datetime, int] | None = None,
) -> list[Entry]:
    """In the order of their times; the first `limit` that come after the key `after`."""
    delivered = _told(_delivered(workspace, span, filters))
    entries = [
        _entry(row, faces)
        for source in (delivered, _planned(workspace, span, filters))
        for row in _after(source, after).order_by("stands_at", "post_number")[:limit]
    ]
    return sorted(entries, key=lambda entry: entry.key)[:limit]


def first_of_each_cell(
    workspace: Workspace,
    span: Span,
    filters: Filters,
    faces: Faces,
    *,
    cell: BaseExpression,
    shown: int,
) -> list[Counted]:
    """Of deliveries and of drafts the first `shown` of each `cell`, told by `stands_at`."""
    delivered = _delivered(workspace, span, filters)
    planned = _planned(workspace, span, filters)
    return [
        *_first_delivered(delivered, faces, cell, shown),
        *(Counted(_entry(row, faces), row["of"]) for row in _first(planned, cell, shown)),
    ]


def _first_delivered(
    deliveries: QuerySet[Delivery], faces: Faces, cell: BaseExpression, shown: int
) -> Iterable[Counted]:
    """All are counted, and what they say is read of those that are shown: a month may hold
    thousands."""
    placed: Rows = deliveries.values(**_PLACE).annotate(together=Count("*"))
    of = {(row["stands_at"], row["post_number"]): row["of"] for row in _first(placed, cell, shown)}
    for row in _told(deliveries.filter(post__in={post for _, post in of})):
        entry = _entry(row, faces)
        if entry.key in of:
            yield Counted(entry, of[entry.key])


Rows = QuerySet[Any, Any]  # each row is a mapping of what `values` names


_PLACE = {"post_number": F("post_id"), "stands_at": F("due_at")}


def _delivered(workspace: Workspace, span: Span, filters: Filters) -> QuerySet[Delivery]:
    """What was called off or set aside before anything of it was out is not there; so neither is
    any delivery of a post that was deleted."""
    off = Q(state=State.CANCELLED) | Q(set_aside_at__isnull=False)
    deliveries = (
        Delivery.objects.filter(workspace=workspace, due_at__gte=span.start, due_at__lt=span.end)
        .filter(**_asked(filters, "account", "post__"))
        .exclude(off, receipts=[])
    )
    return deliveries.filter(state__in=_STATES[filters.kind]) if filters.kind else deliveries


def _told(deliveries: QuerySet[Delivery]) -> Rows:
    """One row per post and moment."""
    return deliveries.values(**_PLACE).annotate(
        accounts=ArrayAgg("account_id"),
        states=ArrayAgg("state", distinct=True),
        is_out=BoolOr(~Q(receipts=[])),
        beginning=Min(Left("post__text", _TEXT)),
        named_campaign=Min("post__campaign__name"),
        campaign_colour=Min("post__campaign__colour"),
        first_delivery=Min("pk"),
        in_series=Min("post__occurrence__series"),
    )


def _planned(workspace: Workspace, span: Span, filters: Filters) -> Rows:
    drafts = Post.objects.filter(
        workspace=workspace,
        handed_over_at=None,
        deleted_at=None,
        planned_at__gte=span.start,
        planned_at__lt=span.end,
        **_asked(filters, "variants__account", ""),
    )
    if filters.kind not in (None, Kind.DRAFT):
        drafts = drafts.none()
    return drafts.values(post_number=F("pk"), stands_at=F("planned_at")).annotate(
        accounts=ArrayAgg(
            "variants__account_id", filter=Q(variants__isnull=False), default=Value([])
        ),
        beginning=Left("text", _TEXT),
        named_campaign=Min("campaign__name"),
        campaign_colour=Min("campaign__colour"),
        in_series=Min("occurrence__series"),
    )


def _asked(filters: Filters, account: str, post: str) -> dict[str, int]:
    asked = {
        account: filters.account,
        f"{post}campaign": filters.campaign,
        f"{post}tags": filters.tag,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _after(source: Rows, after: tuple[datetime, int] | None) -> Rows:
    if after is None:
        return source
    at, post_id = after
    return source.filter(Q(stands_at__gt=at) | Q(stands_at=at, post_number__gt=post_id))


def _first(source: Rows, cell: BaseExpression, shown: int) -> Rows:
    numbered: Rows = source.annotate(
        nth=Window(RowNumber(), partition_by=[cell], order_by=["stands_at", "post_number"]),
        of=Window(Count("*"), partition_by=[cell]),
    )
    return numbered.filter(nth__lte=shown)


def _entry(row: Mapping[str, Any], faces: Faces) -> Entry:
    states: Sequence[str] = row.get("states", ())
    account_ids = tuple(sorted(set(row["accounts"])))
    return Entry(
        post_id=row["post_number"],
        at=row["stands_at"],
        text=row["beginning"] or "",
        places=tuple(faces[account_id] for account_id in account_ids if account_id in faces),
        account_ids=account_ids,
        state=_gravest(states),
        stays=_stays(states, is_out=row.get("is_out", False)),
        campaign=row["named_campaign"] or "",
        colour=row["campaign_colour"] or "",
        first_delivery=row.get("first_delivery", 0),
        series=row["in_series"],
    )


def _gravest(states: Iterable[str]) -> str:
    return min(states, key=_GRAVITY.index, default="")


def _stays(states: Sequence[str], *, is_out: bool) -> Stays:
    """What is held of a post can have a time of its own, whatever became of the rest."""
    if State.HELD in states or (MAY_BE_CALLED_BACK.issuperset(states) and not is_out):
        return Stays.NO
    if set(states) <= {State.REFUSED, State.CANCELLED} and not is_out:
        return Stays.REFUSED
    return Stays.OUT if set(states) <= {State.PUBLISHED, State.CANCELLED} else Stays.GOING


_GRAVITY: list[str] = [
    State.UNKNOWN,
    State.HELD,
    State.REFUSED,
    State.CHECKING,
    State.SENDING,
    State.CLAIMED,
    State.SCHEDULED,
    State.PUBLISHED,
    State.CANCELLED,
]
_STATES: dict[Kind, tuple[State, ...]] = {
    Kind.DRAFT: (),
    Kind.SCHEDULED: (State.SCHEDULED, State.CLAIMED, State.SENDING, State.CHECKING),
    Kind.PUBLISHED: (State.PUBLISHED,),
    Kind.TO_DECIDE: (State.UNKNOWN, State.HELD),
    Kind.REFUSED: (State.REFUSED,),
}
