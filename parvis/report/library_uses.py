"""Where a picture or a video is used: the posts, and how they stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from parvis.compose.likeness import alike
from parvis.compose.models import Post, PostMedia
from parvis.deliver.models import Delivery
from parvis.report.excerpts import shortened

_LONGEST_EXCERPT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A post that uses it. `states` are those of its deliveries, each once. `at` is when it is or
    was due, and for a draft without a time when it was saved."""

    post_id: int
    excerpt: str
    is_draft: bool
    is_deleted: bool
    at: datetime
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """When a picture was used last, or one that looks like it, and how it was described then."""

    post_id: int
    at: datetime
    alt: str
    is_the_same: bool


def uses_by_post(post_ids: Iterable[int]) -> dict[int, Use]:
    deliveries = Delivery.objects.only("post_id", "state").order_by("pk")
    told = ("text", "handed_over_at", "deleted_at", "planned_at", "saved_at")
    posts = Post.objects.filter(pk__in=post_ids).only(*told)
    posts = posts.prefetch_related(Prefetch("deliveries", deliveries))
    return {post.pk: _use(post) for post in posts}


def memories_of(media_ids: Iterable[int], *, apart_from: int | None) -> dict[int, Memory]:
    """By the number of each picture that was used before, in another post than `apart_from`."""
    wanted = list(dict.fromkeys(media_ids))
    if not wanted:
        return {}
    twins = alike(wanted)
    last = _last_uses({*wanted, *(one for each in twins.values() for one in each)}, apart_from)
    found = {}
    for media_id in wanted:
        same = last.get(media_id)
        used = [last[twin] for twin in twins.get(media_id, ()) if twin in last]
        if latest := same or max(used, key=lambda use: use.post_id, default=None):
            found[media_id] = _memory(latest, is_the_same=latest is same)
    return found


def _use(post: Post) -> Use:
    return Use(
        post_id=post.pk,
        excerpt=shortened(post.text, _LONGEST_EXCERPT),
        is_draft=post.is_draft,
        is_deleted=post.deleted_at is not None,
        at=post.planned_at or post.saved_at,
        states=tuple(dict.fromkeys(delivery.state for delivery in post.deliveries.all())),
    )


def _last_uses(media_ids: Iterable[int], apart_from: int | None) -> dict[int, PostMedia]:
    used = PostMedia.objects.filter(media_id__in=media_ids, post__deleted_at=None)
    if apart_from is not None:
        used = used.exclude(post_id=apart_from)
    latest = used.order_by("media_id", "-post_id").distinct("media_id")
    return {use.media_id: use for use in latest.select_related("post")}


def _memory(use: PostMedia, *, is_the_same: bool) -> Memory:
    at = use.post.planned_at or use.post.created_at
    return Memory(post_id=use.post_id, at=at, alt=use.alt.strip(), is_the_same=is_the_same)
