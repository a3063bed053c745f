"""The queue: the slots of the coming days with what fills them, drafts, and what pauses hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
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
from parvis.schedule.slots import PROPOSED, WeeklyTime, coming, moment_of

DAYS = 7
DRAFTS = 12
HELD = 60
# Of one account this many that a pause held are written out; the others are counted.
HELD_OF_ONE = 5
ROWS = 100
# At a free slot this many accounts are named, and the others counted.
NAMED = 6
EXCERPT = 160


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
    """From `first` on, a day of the workspace's zone; `chosen` is the account shown alone. `cut_at`
    is where these days go on, if they hold more than a page."""

    today: date
    first: date
    cut_at: datetime | None
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
    def after(self) -> str:
        """A day, or the moment at which this page was cut off."""
        return (self.cut_at or self.first + timedelta(days=DAYS)).isoformat()

    @property
    def before(self) -> date:
        return max(self.first - timedelta(days=DAYS), self.today)

    @property
    def has_free_slots(self) -> bool:
        return any(row.post is None for row in self.rows)


def queue_of(workspace: Workspace, first: date | None = None, only: int | None = None) -> Queue:
    """The days from `first` on, which may be a moment in the midst of one, or from now; of all
    accounts, or `only` of one."""
    now = database_now()
    today = now.astimezone(workspace.zone).date()
    begin = max(now, _moment(first or today, workspace))
    day = begin.astimezone(workspace.zone).date()
    accounts = _accounts(workspace)
    chosen = [account for account in accounts if account.pk == only] or accounts
    rows, cut_at = _rows(workspace, chosen, begin, day)
    return Queue(
        today=today,
        first=day,
        cut_at=cut_at,
        is_ahead=first is not None and begin > now,
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


def proposal() -> tuple[WeekLine, ...]:
    return week_lines(PROPOSED)


def _accounts(workspace: Workspace) -> list[Account]:
    here = Account.objects.filter(workspace=workspace).exclude(state=AccountState.DISCONNECTED)
    told = here.only("network", "handle", "is_sandbox", "paused_at")
    return list(told.prefetch_related("slots"))


def _account(account: Account) -> QueueAccount:
    return QueueAccount(
        account_id=account.pk,
        speaker=speaker_of(account),
        paused_at=account.paused_at,
        week=week_lines(_weekly(account)),
    )


def _weekly(account: Account) -> list[WeeklyTime]:
    return [WeeklyTime(slot.weekday, slot.time) for slot in account.slots.all()]


def _rows(
    workspace: Workspace, accounts: Sequence[Account], begin: datetime, first: date
) -> tuple[list[QueueRow], datetime | None]:
    """And where they are cut off."""
    end = _moment(first + timedelta(days=DAYS), workspace)
    slots = _slots_by_minute(workspace, accounts, begin, end)
    planned = list(_planned(workspace, accounts, begin, end))
    filled = [_filled(at, together, slots) for at, together in _by_post(planned)]
    taken = {(_minute(each.due_at), each.account_id) for each in planned}
    free = [
        QueueRow(at=at, places=tuple(speaker_of(a) for a in at_it))
        for at, all_at_it in slots.items()
        if (at_it := [a for a in all_at_it if (at, a.pk) not in taken])
    ]
    rows = sorted([*filled, *free], key=lambda row: row.at)
    known_until = planned[-1].due_at if len(planned) > ROWS else end
    return _cut_off(rows, known_until, end)


def _cut_off(
    rows: Sequence[QueueRow], known_until: datetime, end: datetime
) -> tuple[list[QueueRow], datetime | None]:
    """Between two moments, so that the next page can begin with one; the first is always shown."""
    cut = min(known_until, rows[ROWS].at) if len(rows) > ROWS else known_until
    if rows and cut <= rows[0].at:
        cut = rows[0].at + timedelta(microseconds=1)
    return [row for row in rows if row.at < cut], cut if cut < end else None


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


def _planned(
    workspace: Workspace, accounts: Sequence[Account], begin: datetime, end: datetime
) -> QuerySet[Delivery]:
    return (
        Delivery.objects.filter(
            workspace=workspace,
            account__in=accounts,
            state=State.SCHEDULED,
            due_at__gt=begin,
            due_at__lt=end,
        )
        .annotate(excerpt=Left("post__text", EXCERPT * 2), in_series=F("post__occurrence__series"))
        .select_related("account")
        .only("post_id", "due_at", *_FACE)
        .order_by("due_at", "post_id", "pk")[: ROWS + 1]
    )


_FACE = ("account__network", "account__handle", "account__is_sandbox")


def _by_post(planned: Iterable[Delivery]) -> Iterable[tuple[datetime, list[Delivery]]]:
    for (at, _), together in groupby(planned, key=lambda each: (each.due_at, each.post_id)):
        yield at, list(together)


def _filled(
    at: datetime, together: Sequence[Delivery], slots: Mapping[datetime, Sequence[Account]]
) -> QueueRow:
    places = tuple(speaker_of(each.account) for each in together)
    slotted = {account.pk for account in slots.get(_minute(at), ())}
    return QueueRow(
        at=at,
        places=places,
        post=QueuePost(
            post_id=together[0].post_id,
            text=_excerpt(together[0].excerpt),  # type: ignore[attr-defined]  # annotated
            places=places,
            series=together[0].in_series,  # type: ignore[attr-defined]  # annotated
        ),
        in_slot=any(each.account_id in slotted for each in together),
    )


def _with_neighbours(rows: Sequence[QueueRow]) -> list[QueueRow]:
    posts = [row.post.post_id for row in rows if row.post]
    around = {
        post: (before, after)
        for before, post, after in zip([None, *posts], posts, [*posts[1:], None], strict=False)
    }
    return [_beside(row, *around[row.post.post_id]) if row.post else row for row in rows]


def _beside(row: QueueRow, earlier: int | None, later: int | None) -> QueueRow:
    return QueueRow(
        at=row.at,
        places=row.places,
        post=row.post,
        in_slot=row.in_slot,
        earlier=earlier,
        later=later,
    )


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
        yield QueuePost(post_id=post.pk, text=_excerpt(post.text), places=places)


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
        has_slots=bool(account.slots.all()),
        posts=tuple(
            HeldPost(
                delivery_id=each.pk,
                post_id=each.post_id,
                text=_excerpt(each.excerpt),  # type: ignore[attr-defined]  # annotated
                due_at=each.due_at,
            )
            for each in held[:HELD_OF_ONE]
        ),
        count=len(held),
        is_more=is_more,
    )


def _excerpt(text: str) -> str:
    return shortened(text, EXCERPT)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _moment(day: date, workspace: Workspace) -> datetime:
    """Of a day, its midnight."""
    if isinstance(day, datetime):
        return day
    return moment_of(datetime.combine(day, time()), workspace.zone)
