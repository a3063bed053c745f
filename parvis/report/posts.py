"""The list of posts: drafts, what is scheduled, what went out, what got stuck."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
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
    """Where a post goes, or went. A draft's place has no state yet."""

    network: str
    handle: str
    is_sandbox: bool
    state: str | None

    @property
    def named(self) -> str:
        return Speaker(network=self.network, handle=self.handle, is_sandbox=self.is_sandbox).named

    @property
    def short(self) -> str:
        return Truncator(self.handle).chars(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """`at` is when it is or was due, and for a draft when it was saved."""

    post_id: int
    text: str
    is_draft: bool
    is_deleted: bool
    at: datetime
    planned_at: datetime | None
    pictures: int
    places: tuple[Place, ...]


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
        .annotate(at=Coalesce("planned_at", "saved_at"), picture_count=Count("used_media"))
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
            return posts.filter(_with(Q(state=State.PUBLISHED)))
        case Shelf.TO_DECIDE:
            return posts.filter(_with(WAITS_FOR_A_PERSON))
        case _:
            return posts


_ON_ITS_WAY = (State.SCHEDULED, State.CLAIMED, State.SENDING, State.CHECKING)


def _with(deliveries: Q) -> Exists:
    return Exists(Delivery.objects.filter(deliveries, post=OuterRef("pk")))


def _told_deliveries() -> QuerySet[Delivery]:
    """Without the large columns: a line shows states only."""
    told = Delivery.objects.exclude(state=State.CANCELLED).exclude(set_aside_at__isnull=False)
    return (
        told.select_related("account")
        .only("post_id", "state", "account__network", "account__handle", "account__is_sandbox")
        .order_by("account__network", "account__handle")
    )


def _line(post: Post) -> PostLine:
    return PostLine(
        post_id=post.pk,
        text=post.text,
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        at=post.at,  # type: ignore[attr-defined]  # annotated
        planned_at=post.planned_at,
        pictures=post.picture_count,  # type: ignore[attr-defined]  # annotated
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
        )
        for delivery in post.deliveries.all()
    )
