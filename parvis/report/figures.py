"""How posts fare: each account's own figures, under its network's own words, and who answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from parvis.compose.models import Post
from parvis.config.reach import all_networks
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.engagement.curve import Point
from parvis.engagement.models import Following, Reading, Reply, Snapshot
from parvis.networks.measures import Metric
from parvis.report.curves import Curve, curve_of
from parvis.report.faces import Speaker, face_of, speaker_of
from parvis.report.figure_phrases import LEADING, NAMES, counted_out, grouped, meaning_of
from parvis.report.figure_reasons import price_of_reading, why_not, why_so
from parvis.report.going_out import web_address
from parvis.report.spans import span_in_words
from parvis.report.waits import when_in_words

REPLIES_SHOWN = 20
_LED_BY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureShown:
    """`told_at` is when the network last told it, where that was not at the last look. `drawn`
    says what the curve shows."""

    name: str
    meaning: str
    value: str
    told_at: datetime | None
    curve: Curve | None
    drawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was told at one moment, in the order of the columns; empty where nothing was. `until`
    is the last look that saw the same."""

    at: datetime
    until: datetime | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShown:
    author: str
    handle: str
    text: str
    link: str
    written_at: datetime
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFigures:
    """One post on the network; `number` counts the parts of a thread, and is 0 without one."""

    number: int
    figures: tuple[FigureShown, ...]
    rows: tuple[Row, ...]
    replies: tuple[ReplyShown, ...]
    said: str
    is_gone: bool

    @property
    def is_drawn(self) -> bool:
        return any(figure.curve for figure in self.figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """`trouble` says why it is not read; `price` what a look costs; `pace` why it is read rarely
    or not at all. `page` is where the network says what it counts."""

    delivery_id: int
    speaker: Speaker
    label: str
    page: str
    parts: tuple[PartFigures, ...]
    trouble: str
    pace: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFigures:
    """`is_awaited`: a person asked for them to be read, and nothing stands in the way."""

    accounts: tuple[AccountFigures, ...]
    is_awaited: bool
    may_be_read: bool


def figures_of(post: Post) -> PostFigures:
    """A fixed number of queries, however many accounts, parts and readings."""
    now = database_now()
    deliveries = list(_out(post))
    followings = _by_delivery(deliveries)
    every = [one for some in followings.values() for one in some]
    told = _Told(now=now, snapshots=_snapshots(every), replies=_replies(every))
    accounts = tuple(_of_account(one, followings.get(one.pk, []), told) for one in deliveries)
    asked = {one.delivery_id for one in every if one.asked_at is not None}
    return PostFigures(
        accounts=accounts,
        is_awaited=any(one.delivery_id in asked and not one.trouble for one in accounts),
        may_be_read=any(one.account.state == AccountState.CONNECTED for one in deliveries),
    )


def with_counts(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Each with the newest figures of its first part as `counts`; None before they are read."""
    first = Following.objects.filter(delivery=OuterRef("pk"), part=0)
    return deliveries.annotate(counts=Subquery(first.values("counts")[:1]))


def leading_figures(counts: Mapping[str, int] | None) -> str:
    """“1,204 views · 31 likes · 4 replies”; after the first only what is not nought. Empty where
    nothing is known."""
    counts = counts or {}
    told = [(metric, counts[metric.value]) for metric in LEADING if metric.value in counts]
    worth = [pair for number, pair in enumerate(told) if pair[1] or number == 0]
    return " · ".join(counted_out(metric, count) for metric, count in worth[:_LED_BY])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    now: datetime
    snapshots: Mapping[int, Sequence[Snapshot]]
    replies: Mapping[int, Sequence[Reply]]


def _out(post: Post) -> Iterable[Delivery]:
    out = Delivery.objects.filter(post=post, state__in=(State.PUBLISHED, State.CANCELLED))
    out = out.exclude(receipts=[]).select_related("account", "account__reading")
    return out.order_by("account__network", "account__handle", "pk")


def _by_delivery(deliveries: Iterable[Delivery]) -> Mapping[int, list[Following]]:
    found: dict[int, list[Following]] = defaultdict(list)
    ids = [one.pk for one in deliveries]
    for one in Following.objects.filter(delivery__in=ids).order_by("part"):
        found[one.delivery_id].append(one)
    return found


def _snapshots(followings: Iterable[Following]) -> Mapping[int, Sequence[Snapshot]]:
    found: dict[int, list[Snapshot]] = defaultdict(list)
    ids = [one.pk for one in followings]
    for one in Snapshot.objects.filter(following__in=ids).order_by("at", "pk"):
        found[one.following_id].append(one)
    return found


def _replies(followings: Iterable[Following]) -> Mapping[int, Sequence[Reply]]:
    """The newest of each."""
    rank = Window(RowNumber(), partition_by=F("following"), order_by=F("written_at").desc())
    ids = [one.pk for one in followings]
    ranked = Reply.objects.filter(following__in=ids).annotate(rank=rank)
    found: dict[int, list[Reply]] = defaultdict(list)
    for one in ranked.filter(rank__lte=REPLIES_SHOWN).order_by("-written_at", "-pk"):
        found[one.following_id].append(one)
    return found


def _of_account(delivery: Delivery, followings: Sequence[Following], told: _Told) -> AccountFigures:
    account = delivery.account
    reading: Reading | None = getattr(account, "reading", None)
    network = all_networks().get(account.network)
    trouble = why_not(account, reading, told.now)
    return AccountFigures(
        delivery_id=delivery.pk,
        speaker=speaker_of(account),
        label=face_of(account.network).label,
        page=network.figures_page if network else "",
        parts=tuple(
            _of_part(one, account, len(followings), told, is_read=not trouble) for one in followings
        ),
        trouble=trouble,
        pace=why_so(account, reading, told.now),
        price=price_of_reading(account, told.now),
    )


def _of_part(
    one: Following, account: Account, parts: int, told: _Told, *, is_read: bool
) -> PartFigures:
    snapshots = told.snapshots.get(one.pk, ())
    known = [metric for metric in NAMES if metric.value in one.counts]
    return PartFigures(
        number=one.part + 1 if parts > 1 else 0,
        figures=tuple(_figure(metric, one, account, snapshots) for metric in known),
        rows=tuple(_row(snapshot, known) for snapshot in reversed(snapshots)),
        replies=tuple(_reply(reply) for reply in told.replies.get(one.pk, ())),
        said=_said(one, account, told.now, is_read=is_read),
        is_gone=one.is_gone,
    )


def _figure(
    metric: Metric, one: Following, account: Account, snapshots: Sequence[Snapshot]
) -> FigureShown:
    telling = [snapshot for snapshot in snapshots if metric.value in snapshot.counts]
    told_at = telling[-1].until if telling else None
    is_old = told_at is not None and one.looked_at is not None and told_at < one.looked_at
    curve = curve_of(_points(metric, one, telling), (s.at for s in telling))
    return FigureShown(
        name=str(NAMES[metric]),
        meaning=meaning_of(account.network, metric),
        value=grouped(one.counts[metric.value]),
        told_at=told_at if is_old else None,
        curve=curve,
        drawn=_drawn(metric, curve) if curve else "",
    )


def _drawn(metric: Metric, curve: Curve) -> str:
    """What the curve shows, for those who do not see it."""
    span = span_in_words((curve.until - curve.since).total_seconds())
    told = {"name": NAMES[metric], "most": grouped(curve.most), "span": span}
    return _("%(name)s over %(span)s, from 0 to %(most)s") % told


def _points(metric: Metric, one: Following, telling: Iterable[Snapshot]) -> list[Point]:
    points: list[Point] = [(one.published_at, 0.0)]
    for snapshot in telling:
        value = float(snapshot.counts[metric.value])
        points += [(at, value) for at in dict.fromkeys((snapshot.at, snapshot.until))]
    return points


def _row(snapshot: Snapshot, known: Iterable[Metric]) -> Row:
    return Row(
        at=snapshot.at,
        until=snapshot.until if snapshot.until > snapshot.at else None,
        values=tuple(
            grouped(snapshot.counts[metric.value]) if metric.value in snapshot.counts else ""
            for metric in known
        ),
    )


def _reply(reply: Reply) -> ReplyShown:
    return ReplyShown(
        author=reply.author_name or reply.author_handle or _("Somebody"),
        handle=reply.author_handle if reply.author_name else "",
        text=reply.text,
        link=web_address(reply.url),
        written_at=reply.written_at,
        is_hidden=reply.is_hidden,
    )


def _said(one: Following, account: Account, now: datetime, *, is_read: bool) -> str:
    """When it was read and when it is read next."""
    if one.asked_at is not None and is_read:
        return _("It is being read now.")
    if one.is_gone:
        return _("%(network)s no longer shows it. The figures stay as they were last told.") % {
            "network": face_of(account.network).label
        }
    if _awaits_its_first_look(one, now):
        assert one.next_at is not None
        return _("Not read yet: it is read for the first time %(when)s.") % {
            "when": when_in_words(one.next_at)
        }
    return f"{_last_read(one, now)} {_read_next(one, now)}"


def _awaits_its_first_look(one: Following, now: datetime) -> bool:
    """Nobody has tried yet, because there is little to see in the first minutes."""
    is_untried = one.looked_at is None and not one.misses
    return is_untried and one.next_at is not None and one.next_at > now


def _last_read(one: Following, now: datetime) -> str:
    if one.looked_at is None:
        return _("Not read yet.")
    span = span_in_words((now - one.looked_at).total_seconds())
    return _("Last read %(span)s ago.") % {"span": span}


def _read_next(one: Following, now: datetime) -> str:
    if one.next_at is None:
        return _("It is not read again by itself.")
    if one.next_at <= now:
        return _("Next: as soon as its turn comes.")
    return _("Next in %(span)s.") % {"span": span_in_words((one.next_at - now).total_seconds())}
