"""The list of posts: drafts, what is scheduled, what went out, what got stuck."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.paginator import Paginator
from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce
from django.utils.text import Truncator

from parvis.compose.models import Post, Variant
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.deciding import WAITS_FOR_A_PERSON
from parvis.report.faces import Speaker

PAGE = 30


class Shelf(StrEnum):
    """Which posts are shown."""

    ALL = ""
    DRAFTS = "drafts"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TO_DECIDE = "to-decide"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a post goes, or went. A draft's place has no state yet. `is_partly_out`: the first
    parts are there, and the rest waits or was given up."""

    network: str
    handle: str
    is_sandbox: bool
    state: str | None
    is_partly_out: bool = False

    @property
    def named(self) -> str:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox).named

    @property
    def short(self) -> str:
        return Truncator(self.handle).chars(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """`at` is when it is or was due, and for a draft when it was saved. `parts` counts the texts
    as they were written."""

    post_id: int
    text: str
    is_draft: bool
    is_deleted: bool
    at: datetime
    planned_at: datetime | None
    pictures: int
    videos: int
    parts: int
    places: tuple[Place, ...]

    @property
    def has_more(self) -> bool:
        """More than one text."""
        return self.parts > 1 or self.pictures > 0 or self.videos > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    shelf: Shelf
    lines: tuple[PostLine, ...]
    number: int
    pages: int


def page_of_posts(workspace: Workspace, shelf: Shelf, number: int) -> PostPage:
    """A page that does not exist shows the nearest one that does."""
    pages = Paginator(_shelved(workspace, shelf), PAGE)
    page = pages.get_page(number)
    return PostPage(
        shelf=shelf,
        lines=tuple(_line(post) for post in page.object_list),
        number=page.number,
        pages=pages.num_pages,
    )


def _shelved(workspace: Workspace, shelf: Shelf) -> QuerySet[Post]:
    posts = Post.objects.filter(workspace=workspace)
    deleted = Q(deleted_at__isnull=shelf is not Shelf.DELETED)
    return (
        _on_shelf(posts.filter(deleted), shelf)
        .annotate(
            at=Coalesce("planned_at", "saved_at"),
            picture_count=Count("used_media", filter=~_IS_VIDEO),
            video_count=Count("used_media", filter=_IS_VIDEO),
        )
        .prefetch_related(
            Prefetch("variants", Variant.objects.select_related("account")),
            Prefetch("deliveries", _told_deliveries()),
        )
        .order_by("-at", "-pk")
    )


def _on_shelf(posts: QuerySet[Post], shelf: Shelf) -> QuerySet[Post]:
    match shelf:
        case Shelf.DRAFTS:
            return posts.filter(handed_over_at=None)
        case Shelf.SCHEDULED:
            return posts.filter(_with(Q(state__in=_ON_ITS_WAY)))
        case Shelf.PUBLISHED:
            return posts.filter(_with(Q(state=State.PUBLISHED) | ~Q(receipts=[])))
        case Shelf.TO_DECIDE:
            return posts.filter(_with(WAITS_FOR_A_PERSON))
        case _:
            return posts


_IS_VIDEO = Q(used_media__media__media_type__startswith="video/")
_ON_ITS_WAY = (State.SCHEDULED, State.CLAIMED, State.SENDING, State.CHECKING)


def _with(deliveries: Q) -> Exists:
    return Exists(Delivery.objects.filter(deliveries, post=OuterRef("pk")))


def _told_deliveries() -> QuerySet[Delivery]:
    """Without the large columns: a line shows states, and whether some of it is out. What was
    called off or refused before anything of it was out leaves no trace here."""
    off = Q(state=State.CANCELLED) | Q(set_aside_at__isnull=False)
    return (
        Delivery.objects.exclude(off, receipts=[])
        .select_related("account")
        .annotate(out=_length("receipts"), length=_length("parts"))
        .annotate(is_half_way=Q(out__gt=0, out__lt=F("length")))
        .only("post_id", "state", "account__network", "account__handle", "account__is_sandbox")
        .order_by("account__network", "account__handle")
    )


def _length(of: str) -> Func:
    return Func(F(of), function="jsonb_array_length", output_field=IntegerField())


def _line(post: Post) -> PostLine:
    return PostLine(
        post_id=post.pk,
        text=post.text,
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        at=post.at,  # type: ignore[attr-defined]  # annotated
        planned_at=post.planned_at,
        pictures=post.picture_count,  # type: ignore[attr-defined]  # annotated
        videos=post.video_count,  # type: ignore[attr-defined]  # annotated
        parts=1 + len(post.thread),
        places=_draft_places(post) if post.is_draft else _places(post),
    )


def _draft_places(post: Post) -> tuple[Place, ...]:
    return tuple(
        Place(
            network=variant.account.network,
            handle=variant.account.handle,
            is_sandbox=variant.account.is_sandbox,
            state=None,
        )
        for variant in post.variants.all()
    )


def _places(post: Post) -> tuple[Place, ...]:
    return tuple(
        Place(
            network=delivery.account.network,
            handle=delivery.account.handle,
            is_sandbox=delivery.account.is_sandbox,
            state=delivery.state,
            is_partly_out=delivery.is_half_way,  # type: ignore[attr-defined]  # annotated
        )
        for delivery in post.deliveries.all()
    )
