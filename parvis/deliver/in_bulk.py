"""What can be done to many posts at once: to each of them, or not, and why not.

Every post has a transaction of its own, so that one that cannot be changed keeps no other from it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from parvis.compose import verbs as compose
from parvis.compose.models import Campaign, Post, Tag
from parvis.deliver import verbs as deliver
from parvis.people.models import User
from parvis.schedule.slots import moment_of


class Obstacle(StrEnum):
    """Why a post stayed as it was."""

    ON_ITS_WAY = "on-its-way"
    GONE_BY = "gone-by"
    NO_TIME = "no-time"
    A_DRAFT = "a-draft"
    DELETED = "deleted"
    NOT_DELETED = "not-deleted"
    SO_ALREADY = "so-already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By whole days clocks show the same time afterwards; by hours the same span has passed."""

    days: int = 0
    hours: int = 0

    def of(self, moment: datetime, zone: ZoneInfo) -> datetime:
        local = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=self.days)
        day = moment_of(local, zone) if self.days else moment
        return day + timedelta(hours=self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a post. `obstacle` is None where it was done; `made` is the new post, where
    one was made of it."""

    post_id: int
    text: str
    obstacle: Obstacle | None = None
    made: int | None = None


class _Stays(Exception):
    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


Posts = Iterable[Post]
Doing = Callable[[Post], Post | None]


def move_all(posts: Posts, shift: Shift, zone: ZoneInfo, *, by: User) -> list[Fate]:
    """What is scheduled, and drafts for which a time was chosen."""
    return _each(posts, partial(_move, shift=shift, zone=zone, by=by))


def put_all_into(posts: Posts, campaign: Campaign | None) -> list[Fate]:
    """Into a campaign, or out of any."""
    return _each(posts, partial(_put_into, campaign=campaign))


def tag_all(posts: Posts, tag: Tag) -> list[Fate]:
    return _each(posts, partial(_tag, tag=tag))


def untag_all(posts: Posts, tag: Tag) -> list[Fate]:
    return _each(posts, partial(_untag, tag=tag))


def duplicate_all(posts: Posts, *, by: User) -> list[Fate]:
    return _each(posts, partial(compose.duplicate, author=by))


def take_all_back(posts: Posts, *, by: User) -> list[Fate]:
    return _each(posts, partial(_take_back, by=by))


def delete_all(posts: Posts, *, by: User) -> list[Fate]:
    return _each(posts, partial(_delete, by=by))


def restore_all(posts: Posts) -> list[Fate]:
    return [_done_to(post, _restore) for post in posts]


def _each(posts: Posts, do: Doing) -> list[Fate]:
    return [_done_to(post, partial(_unless_deleted, do=do)) for post in posts]


def _done_to(post: Post, do: Doing) -> Fate:
    try:
        with transaction.atomic():
            made = do(post)
    except _Stays as stays:
        return Fate(post_id=post.pk, text=post.text, obstacle=stays.obstacle)
    except (deliver.AlreadyOnItsWay, compose.NoLongerADraft):
        return Fate(post_id=post.pk, text=post.text, obstacle=Obstacle.ON_ITS_WAY)
    except deliver.InThePast:
        return Fate(post_id=post.pk, text=post.text, obstacle=Obstacle.GONE_BY)
    return Fate(post_id=post.pk, text=post.text, made=made.pk if made else None)


def _unless_deleted(post: Post, do: Doing) -> Post | None:
    if post.deleted_at is not None:
        raise _Stays(Obstacle.DELETED)
    return do(post)


def _move(post: Post, shift: Shift, zone: ZoneInfo, by: User) -> None:
    if post.planned_at is None:
        raise _Stays(Obstacle.NO_TIME)
    try:
        to = shift.of(post.planned_at, zone)
    except OverflowError:
        raise _Stays(Obstacle.GONE_BY) from None
    if post.is_draft:
        compose.plan(post, to)
    else:
        deliver.move(post, to, by=by)


def _put_into(post: Post, campaign: Campaign | None) -> None:
    if post.campaign_id == (campaign.pk if campaign else None):
        raise _Stays(Obstacle.SO_ALREADY)
    Post.objects.filter(pk=post.pk).update(campaign=campaign)


def _tag(post: Post, tag: Tag) -> None:
    if tag in post.tags.all():
        raise _Stays(Obstacle.SO_ALREADY)
    post.tags.add(tag)


def _untag(post: Post, tag: Tag) -> None:
    if tag not in post.tags.all():
        raise _Stays(Obstacle.SO_ALREADY)
    post.tags.remove(tag)


def _take_back(post: Post, by: User) -> None:
    if post.is_draft:
        raise _Stays(Obstacle.A_DRAFT)
    deliver.take_back(post, by=by)


def _delete(post: Post, by: User) -> None:
    deliver.delete(post, by=by)


def _restore(post: Post) -> None:
    if post.deleted_at is None:
        raise _Stays(Obstacle.NOT_DELETED)
    compose.restore_draft(post)
