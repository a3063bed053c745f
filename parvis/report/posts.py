"""The list of posts: drafts, what is scheduled, what went out, what got stuck."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Func, IntegerField, Prefetch, Q, QuerySet

from parvis.compose.models import Post, PostMedia, Variant
from parvis.compose.search import words_hit
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.excerpts import Piece, excerpt_of, shortened
from parvis.report.faces import Speaker
from parvis.report.post_search import Shelf as Shelf
from parvis.report.post_search import Wanted, found_posts

PAGE = 30


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
        return shortened(self.handle, 24)


@dataclass(frozen=True, slots=True)
class Belongs:
    """A campaign or a tag of a post; `colour` is one of the desk's, and empty for a tag."""

    key: int
    name: str
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """`at` is when it is or was due, and for a draft when it was saved. `parts` counts the texts
    as they were written."""

    post_id: int
    text: str
    excerpt: tuple[Piece, ...]
    is_draft: bool
    is_deleted: bool
    at: datetime
    planned_at: datetime | None
    pictures: int
    videos: int
    parts: int
    places: tuple[Place, ...]
    campaign: Belongs | None
    tags: tuple[Belongs, ...]

    @property
    def has_more(self) -> bool:
        """More than one text."""
        return self.parts > 1 or self.pictures > 0 or self.videos > 0

    @property
    def has_facts(self) -> bool:
        """There is more to tell of it than its text and its places."""
        return self.has_more or self.is_draft or self.campaign is not None or bool(self.tags)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the list: beside this post."""

    at: datetime
    post_id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.post_id}"

    @classmethod
    def read(cls, written: str) -> "Spot | None":
        at, _, key = written.rpartition("_")
        try:
            spot = cls(datetime.fromisoformat(at), int(key))
        except ValueError:
            return None
        return spot if spot.at.tzinfo and 0 <= spot.post_id < 2**63 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    """`newer` and `older` are the spots from which the list goes on, None where it ends."""

    lines: tuple[PostLine, ...]
    newer: Spot | None
    older: Spot | None


def page_of_posts(
    workspace: Workspace,
    wanted: Wanted,
    *,
    before: Spot | None = None,
    after: Spot | None = None,
    length: int = PAGE,
) -> PostPage:
    """The newest first: what is older than `before`, or what is newer than `after`."""
    posts = found_posts(workspace, wanted)
    if before is None and after is not None:
        return _page_after(posts, wanted, after, length)
    return _page_before(posts, wanted, before, length)


def _page_before(
    posts: QuerySet[Post], wanted: Wanted, before: Spot | None, length: int
) -> PostPage:
    if before:
        older = Q(at__lt=before.at) | Q(pk__lt=before.post_id)
        posts = posts.filter(older, at__lte=before.at)
    read = list(_told(posts).order_by("-at", "-pk")[: length + 1])
    shown = read[:length]
    return PostPage(
        lines=_lines(shown, wanted),
        newer=_spot(shown[0]) if before and shown else None,
        older=_spot(shown[-1]) if len(read) > length else None,
    )


def _page_after(posts: QuerySet[Post], wanted: Wanted, after: Spot, length: int) -> PostPage:
    newer = Q(at__gt=after.at) | Q(pk__gt=after.post_id)
    read = list(_told(posts.filter(newer, at__gte=after.at)).order_by("at", "pk")[: length + 1])
    shown = read[:length][::-1]
    if not shown:
        return _page_before(posts, wanted, None, length)
    return PostPage(
        lines=_lines(shown, wanted),
        newer=_spot(shown[0]) if len(read) > length else None,
        older=_spot(shown[-1]),
    )


def _spot(post: Post) -> Spot:
    return Spot(post.at, post.pk)


def _told(posts: QuerySet[Post]) -> QuerySet[Post]:
    media = PostMedia.objects.select_related("media").only(
        "post_id", "position", "media__media_type"
    )
    return posts.select_related("campaign").prefetch_related(
        "tags",
        Prefetch("used_media", media),
        Prefetch("variants", _told_variants()),
        Prefetch("deliveries", _told_deliveries()),
    )


def _told_variants() -> QuerySet[Variant]:
    own = (f"account__{name}" for name in ("network", "handle", "is_sandbox"))
    return Variant.objects.select_related("account").only("post_id", "text", *own)


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


def _lines(posts: Sequence[Post], wanted: Wanted) -> tuple[PostLine, ...]:
    texts = {post.pk: tuple(_texts(post)) for post in posts}
    said = (text for of_one in texts.values() for text in of_one)
    hits = words_hit(wanted.words, said) if wanted.words.strip() else frozenset()
    return tuple(_line(post, excerpt_of(texts[post.pk], hits)) for post in posts)


def _texts(post: Post) -> Iterator[str]:
    """All that it says, its shared text first."""
    yield post.text
    yield from post.thread
    yield from (variant.text for variant in post.variants.all() if variant.text is not None)
    yield from (post.first_comment, post.content_warning)
    yield from (post.poll or {}).get("options", ())


def _line(post: Post, excerpt: tuple[Piece, ...]) -> PostLine:
    media = [used.media.is_video for used in post.used_media.all()]
    return PostLine(
        post_id=post.pk,
        text=post.text,
        excerpt=excerpt,
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        at=post.at,
        planned_at=post.planned_at,
        pictures=media.count(False),
        videos=media.count(True),
        parts=1 + len(post.thread),
        places=_draft_places(post) if post.is_draft else _places(post),
        campaign=_campaign(post),
        tags=tuple(Belongs(tag.pk, tag.name) for tag in post.tags.all()),
    )


def _campaign(post: Post) -> Belongs | None:
    campaign = post.campaign
    return Belongs(campaign.pk, campaign.name, campaign.colour) if campaign else None


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
