"""Which posts somebody wants to see, and the question that this is to the database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from parvis.compose.models import Post, PostMedia, Variant
from parvis.compose.search import FEW, found_by
from parvis.deliver.models import Delivery
from parvis.deliver.states import LEASED, State
from parvis.people.models import Workspace
from parvis.report.deciding import WAITS_FOR_A_PERSON

# More are not counted: whoever has so many wants to know that there are many.
COUNTED = 1000


class Shelf(StrEnum):
    """Which posts are shown."""

    ALL = ""
    DRAFTS = "drafts"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TO_DECIDE = "to-decide"
    DELETED = "deleted"


class Looks(StrEnum):
    """Whether pictures or videos are wanted."""

    EITHER = ""
    WITH_MEDIA = "with"
    WORDS_ALONE = "without"


# What a delivery of a post can be asked for. A delivery on its way is one of SCHEDULED here.
STATES = (State.SCHEDULED, State.PUBLISHED, State.REFUSED, State.HELD, State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`since` and `until` are days of the workspace, both included; keys stand for an account, a
    campaign, a tag and an author."""

    shelf: Shelf = Shelf.ALL
    words: str = ""
    account: int | None = None
    network: str = ""
    campaign: int | None = None
    tag: int | None = None
    state: str = ""
    media: Looks = Looks.EITHER
    since: date | None = None
    until: date | None = None
    author: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """`number` is exact unless `is_more` says that there are more than these."""

    number: int
    is_more: bool


def found_posts(workspace: Workspace, wanted: Wanted) -> QuerySet[Post]:
    """In no order."""
    posts = on_shelf(Post.objects.filter(workspace=workspace), wanted.shelf)
    posts = _of_what_was_chosen(posts, wanted)
    posts = _at_the_time(posts, wanted, workspace.zone)
    return found_by(posts, wanted.words) if wanted.words.strip() else posts


def on_shelf(posts: QuerySet[Post], shelf: Shelf) -> QuerySet[Post]:
    posts = posts.filter(deleted_at__isnull=shelf is not Shelf.DELETED)
    match shelf:
        case Shelf.DRAFTS:
            return posts.filter(handed_over_at=None)
        case Shelf.SCHEDULED:
            return posts.filter(pk__in=_few(_on_their_way()))
        case Shelf.PUBLISHED:
            out = Q(state=State.PUBLISHED) | ~Q(receipts=[])
            # Nothing goes out before its time, so what is still to come need not be looked at.
            return posts.filter(_with_deliveries(out), at__lte=Now())
        case Shelf.TO_DECIDE:
            return posts.filter(_with_deliveries(WAITS_FOR_A_PERSON))
        case _:
            return posts


def count(posts: QuerySet[Post]) -> Count:
    """Stops at COUNTED."""
    number = posts.order_by()[: COUNTED + 1].count()
    return Count(min(number, COUNTED), number > COUNTED)


def _on_their_way(**where: Any) -> QuerySet[Any]:
    """The posts of deliveries that go out by themselves, by the two indexes that hold these alone:
    delivery_ready and delivery_before_others."""
    ready = Delivery.objects.filter(state__in=[State.SCHEDULED, State.CHECKING], **where)
    leased = Delivery.objects.filter(state__in=sorted(LEASED), **where)
    return ready.values_list("post_id").union(leased.values_list("post_id"))


def _few(posts: QuerySet[Any]) -> QuerySet[Any] | list[int]:
    """Their keys, if they are few: then each post is looked up, where PostgreSQL, which cannot know
    how few they are, would read all posts."""
    keys = [key for (key,) in posts[: FEW + 1]]
    return posts if len(keys) > FEW else keys


def _of_what_was_chosen(posts: QuerySet[Post], wanted: Wanted) -> QuerySet[Post]:
    """A state that is asked for beside an account is the state there."""
    where = _accounts(wanted)
    if wanted.state == State.SCHEDULED:
        posts = posts.filter(pk__in=_few(_on_their_way(**where)))
    elif wanted.state:
        posts = posts.filter(_with_deliveries(Q(state=wanted.state, **where)))
    elif where:
        posts = posts.filter(_with(Variant.objects.filter(**where)))
    if wanted.tag is not None:
        posts = posts.filter(_with(Post.tags.through.objects.filter(tag_id=wanted.tag)))
    if wanted.media:
        has_media = _with(PostMedia.objects.all())
        posts = posts.filter(has_media if wanted.media is Looks.WITH_MEDIA else ~has_media)
    exact = {"campaign": wanted.campaign, "author": wanted.author}
    return posts.filter(**{name: key for name, key in exact.items() if key is not None})


def _accounts(wanted: Wanted) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if wanted.account is not None:
        where["account_id"] = wanted.account
    if wanted.network:
        where["account__network"] = wanted.network
    return where


def _at_the_time(posts: QuerySet[Post], wanted: Wanted, zone: ZoneInfo) -> QuerySet[Post]:
    if wanted.since:
        posts = posts.filter(at__gte=_midnight(wanted.since, zone))
    if wanted.until:
        posts = posts.filter(at__lt=_midnight(wanted.until + timedelta(days=1), zone))
    return posts


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _with_deliveries(deliveries: Q) -> Exists:
    return _with(Delivery.objects.filter(deliveries))


def _with(rows: QuerySet[Any]) -> Exists:
    return Exists(rows.filter(post=OuterRef("pk")))
