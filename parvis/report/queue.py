"""The queue: the slots of the coming days with what fills them, drafts, and what pauses hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Left
from django.utils.dates import WEEKDAYS
from django.utils.translation import pgettext

from parvis.compose.models import Post, Variant
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.outcomes import PAUSED
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from parvis.report.excerpts import shortened
from parvis.report.faces import Speaker, speaker_of
from parvis.schedule.slots import SLOT, WeeklyTime, coming, moment_of

DAYS = 7
DRAFTS = 12
HELD = 60
# Of one account this many that a pause held are written out; the others are counted.
HELD_OF_ONE = 5
ROWS = 50
# At a free slot this many accounts are named, and the others counted.
NAMED = 6
EXCERPT = 160

# Where a page begins or ends: after this moment and, of what goes out then, this post. 0 is before
# them all, and a free slot's.
Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """Days of the week (0 is Monday) that have the same times."""

    weekdays: tuple[int, ...]
    times: tuple[time, ...]

    @property
    def days(self) -> str:
        """“Monday to Friday”, “Tuesday, Sunday”."""
        first, last = self.weekdays[0], self.weekdays[-1]
        if len(self.weekdays) > 2 and last - first == len(self.weekdays) - 1:
            told = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
            return pgettext("days of the week", "%(first)s to %(last)s") % told
        return ", ".join(str(WEEKDAYS[weekday]) for weekday in self.weekdays)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAccount:
    account_id: int
    speaker: Speaker
    paused_at: datetime | None
    week: tuple[WeekLine, ...]

    @property
    def has_slots(self) -> bool:
        return bool(self.week)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePost:
    """`series` is the one that it is a turn of."""

    post_id: int
    text: str
    places: tuple[Speaker, ...]
    series: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One moment: what goes out then, or, without a `post`, at which accounts a slot is free.
    `earlier` and `later` are the posts whose places this one can take. `in_slot` is whether any
    of its accounts has a slot then."""

    at: datetime
    places: tuple[Speaker, ...]
    post: QueuePost | None = None
    in_slot: bool = True
    earlier: int | None = None
    later: int | None = None

    @property
    def key(self) -> Key:
        return self.at, self.post.post_id if self.post else 0

    @property
    def named(self) -> tuple[Speaker, ...]:
        return self.places[:NAMED]

    @property
    def others(self) -> int:
        return len(self.places) - len(self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPost:
    delivery_id: int
    post_id: int
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldByPause:
    """What pauses held of one account: the first of `count`."""

    account_id: int
    speaker: Speaker
    is_paused: bool
    has_slots: bool
    posts: tuple[HeldPost, ...]
    count: int
    is_more: bool

    @property
    def others(self) -> int:
        return self.count - len(self.posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """From `first` on, a day of the workspace's zone; `chosen` is the account shown alone. `later`
    is the key of the last row, if these days hold more than a page."""

    today: date
    first: date
    later: Key | None
    is_ahead: bool
    paused_at: datetime | None
    chosen: int | None
    accounts: tuple[QueueAccount, ...]
    rows: tuple[QueueRow, ...]
    drafts: tuple[QueuePost, ...]
    held: tuple[HeldByPause, ...]

    @property
    def has_slots(self) -> bool:
        return any(account.has_slots for account in self.accounts)

    @property
    def following(self) -> date:
        return self.first + timedelta(days=DAYS)

    @property
    def before(self) -> date:
        return max(self.first - timedelta(days=DAYS), self.today)


def queue_of(
    workspace: Workspace,
    first: date | None = None,
    only: int | None = None,
    *,
    after: Key | None = None,
) -> Queue:
    """The days from `first` on, or what comes after a key, or from now; of all accounts, or `only`
    of one."""
    now = database_now()
    today = now.astimezone(workspace.zone).date()
    begin = max((now, 0), after or (_midnight(first or today, workspace), 0))
    day = begin[0].astimezone(workspace.zone).date()
    accounts = _accounts(workspace)
    chosen = [account for account in accounts if account.pk == only] or accounts
    rows, later = _rows(workspace, chosen, begin, day)
    return Queue(
        today=today,
        first=day,
        later=later,
        is_ahead=begin[0] > now,
        paused_at=workspace.paused_at,
        chosen=chosen[0].pk if chosen is not accounts else None,
        accounts=tuple(_account(account) for account in accounts),
        rows=tuple(_with_neighbours(rows)),
        drafts=tuple(_drafts(workspace)),
        held=tuple(_held(workspace, accounts)),
    )


def week_lines(times: Iterable[WeeklyTime]) -> tuple[WeekLine, ...]:
    """“Monday to Friday, 9:30 and 17:30” in as few lines as that takes."""
    by_day: dict[int, list[time]] = defaultdict(list)
    for each in sorted(times):
        by_day[each.weekday].append(each.time)
    by_times: dict[tuple[time, ...], list[int]] = defaultdict(list)
    for weekday, of_day in by_day.items():
        by_times[tuple(of_day)].append(weekday)
    return tuple(
        WeekLine(weekdays=tuple(weekdays), times=of_days) for of_days, weekdays in by_times.items()
    )


def _accounts(workspace: Workspace) -> list[Account]:
    here = Account.objects.filter(workspace=workspace).exclude(state=AccountState.DISCONNECTED)
    told = here.only("network", "handle", "is_sandbox", "paused_at").order_by("network", "handle")
    return list(told.annotate(weekdays=_of_slots("weekday"), times=_of_slots("time")))


def _of_slots(name: str) -> ArrayAgg:
    there_are = Q(slots__isnull=False)
    return ArrayAgg(f"slots__{name}", filter=there_are, default=Value([]), order_by="slots__pk")


def _account(account: Account) -> QueueAccount:
    return QueueAccount(
        account_id=account.pk,
        speaker=speaker_of(account),
        paused_at=account.paused_at,
        week=week_lines(_weekly(account)),
    )


def _weekly(account: Account) -> list[WeeklyTime]:
    """Of an account as `_accounts` reads it."""
    return list(map(WeeklyTime, account.weekdays, account.times))  # type: ignore[attr-defined]  # annotated


def _rows(
    workspace: Workspace, accounts: Sequence[Account], begin: Key, first: date
) -> tuple[list[QueueRow], Key | None]:
    """And the key of the last one, if more follow."""
    end = _midnight(first + timedelta(days=DAYS), workspace)
    slots = _slots_by_minute(workspace, accounts, begin[0], end)
    scheduled = _scheduled(workspace, accounts)
    planned = _planned(scheduled, begin, end)
    until = planned[-1].key if len(planned) > ROWS else (end, 0)
    filled = _filled(planned, accounts, slots)
    rows = sorted([*filled, *_free(scheduled, slots, begin[0], until)], key=lambda row: row.key)
    shown = rows[:ROWS]
    return shown, shown[-1].key if len(rows) > ROWS else None


def _slots_by_minute(
    workspace: Workspace, accounts: Sequence[Account], begin: datetime, end: datetime
) -> Mapping[datetime, list[Account]]:
    """Many accounts may have the same week."""
    found: dict[datetime, list[Account]] = defaultdict(list)
    by_week: dict[tuple[WeeklyTime, ...], list[Account]] = defaultdict(list)
    for account in accounts:
        by_week[tuple(_weekly(account))].append(account)
    for week, together in by_week.items():
        for at in coming(week, workspace.zone, begin, end):
            found[at] += together
    return found


@dataclass(frozen=True, slots=True)
class _Planned:
    """What of a post goes out at one moment, and where."""

    at: datetime
    post_id: int
    account_ids: Sequence[int]

    @property
    def key(self) -> Key:
        return self.at, self.post_id


def _planned(scheduled: QuerySet[Delivery], begin: Key, end: datetime) -> list[_Planned]:
    """One more than a page has room for. What they say is read of those that are shown."""
    at, post = begin
    ahead = scheduled.filter(due_at__gte=at, due_at__lt=end)
    ahead = ahead.filter(Q(due_at__gt=at) | Q(post_id__gt=post))
    places = ArrayAgg("account_id", order_by="pk")
    by_post = ahead.values_list("due_at", "post_id").annotate(places=places)
    return [_Planned(*row) for row in by_post.order_by("due_at", "post_id")[: ROWS + 1]]


def _scheduled(workspace: Workspace, accounts: Sequence[Account]) -> QuerySet[Delivery]:
    every = Delivery.objects.filter(workspace=workspace, state=State.SCHEDULED)
    return every.filter(account__in=[account.pk for account in accounts]).order_by()


def _free(
    scheduled: QuerySet[Delivery],
    slots: Mapping[datetime, Sequence[Account]],
    begin: datetime,
    until: Key,
) -> Iterable[QueueRow]:
    """All that is planned within a slot's minute takes it, be it on this page or on another."""
    end = _minute(until[0]) + SLOT
    near = scheduled.filter(due_at__gte=_minute(begin), due_at__lt=end)
    taken = {(_minute(at), account) for at, account in near.values_list("due_at", "account_id")}
    for at, all_at_it in slots.items():
        free = [account for account in all_at_it if (at, account.pk) not in taken]
        if free and (at, 0) < until:
            yield QueueRow(at=at, places=tuple(map(speaker_of, free)))


def _filled(
    planned: Sequence[_Planned],
    accounts: Sequence[Account],
    slots: Mapping[datetime, Sequence[Account]],
) -> Iterable[QueueRow]:
    faces = {account.pk: speaker_of(account) for account in accounts}
    posts = Post.objects.filter(pk__in={each.post_id for each in planned})
    told = posts.values_list("pk", Left("text", EXCERPT * 2), "occurrence__series")
    said = {pk: (text, series) for pk, text, series in told}
    for each in planned:
        places = tuple(faces[pk] for pk in each.account_ids)
        text, series = said[each.post_id]
        slotted = {account.pk for account in slots.get(_minute(each.at), ())}
        yield QueueRow(
            at=each.at,
            places=places,
            post=QueuePost(
                post_id=each.post_id, text=shortened(text, EXCERPT), places=places, series=series
            ),
            in_slot=not slotted.isdisjoint(each.account_ids),
        )


_FACE = ("account__network", "account__handle", "account__is_sandbox")


def _with_neighbours(rows: Sequence[QueueRow]) -> list[QueueRow]:
    posts = [row.post.post_id for row in rows if row.post]
    later = dict(pairwise(posts))
    earlier = {after: before for before, after in pairwise(posts)}
    return [
        replace(row, earlier=earlier.get(row.post.post_id), later=later.get(row.post.post_id))
        if row.post
        else row
        for row in rows
    ]


def _drafts(workspace: Workspace) -> Iterable[QueuePost]:
    """The last ones that have an account to speak through."""
    has_account = Exists(Variant.objects.filter(post=OuterRef("pk")))
    drafts = Post.objects.filter(
        has_account, workspace=workspace, handed_over_at=None, deleted_at=None
    )
    variants = Variant.objects.select_related("account").only("post_id", *_FACE)
    told = drafts.prefetch_related(Prefetch("variants", variants)).only("text", "saved_at")
    for post in told.order_by("-saved_at")[:DRAFTS]:
        places = tuple(speaker_of(variant.account) for variant in post.variants.all())
        yield QueuePost(post_id=post.pk, text=shortened(post.text, EXCERPT), places=places)


def _held(workspace: Workspace, accounts: Sequence[Account]) -> Iterable[HeldByPause]:
    """What is listed is bounded; a count that has reached the bound says that there is more."""
    held = Delivery.objects.filter(
        workspace=workspace, state=State.HELD, reason_code=PAUSED, post__deleted_at=None
    )
    listed = held.annotate(excerpt=Left("post__text", EXCERPT * 2)).only(
        "post_id", "account_id", "due_at"
    )
    by_account: dict[int, list[Delivery]] = defaultdict(list)
    for each in (every := list(listed.order_by("due_at", "pk")[: HELD + 1]))[:HELD]:
        by_account[each.account_id].append(each)
    known = {account.pk: account for account in accounts}
    for pk, of_one in by_account.items():
        if account := known.get(pk):
            yield _held_of(account, workspace, of_one, is_more=len(every) > HELD)


def _held_of(
    account: Account, workspace: Workspace, held: Sequence[Delivery], *, is_more: bool
) -> HeldByPause:
    return HeldByPause(
        account_id=account.pk,
        speaker=speaker_of(account),
        is_paused=bool(account.paused_at or workspace.paused_at),
        has_slots=bool(_weekly(account)),
        posts=tuple(
            HeldPost(
                delivery_id=each.pk,
                post_id=each.post_id,
                text=shortened(each.excerpt, EXCERPT),  # type: ignore[attr-defined]  # annotated
                due_at=each.due_at,
            )
            for each in held[:HELD_OF_ONE]
        ),
        count=len(held),
        is_more=is_more,
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _midnight(day: date, workspace: Workspace) -> datetime:
    return moment_of(datetime.combine(day, time()), workspace.zone)
