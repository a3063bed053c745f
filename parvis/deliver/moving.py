"""Gives one entry of the calendar another time, whatever it is: a draft, a post, a held part."""

from datetime import datetime

from django.db import transaction

from parvis.compose.models import Post
from parvis.compose.verbs import plan
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import AlreadyOnItsWay, InThePast, database_now, move, move_alone
from parvis.people.models import User


class MovedMeanwhile(Exception):
    """It is not where it was seen any more: another tab or person came first. Nothing changed."""


def move_entry(post: Post, seen_at: datetime, to: datetime, *, by: User | None = None) -> None:
    """Moves what of the post stood at `seen_at`.

    Raises MovedMeanwhile, InThePast or AlreadyOnItsWay; nothing was changed then.
    """
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        if current.is_draft:
            _plan_anew(current, seen_at, to)
        else:
            _move_what_waits(current, seen_at, to, by)


def _plan_anew(draft: Post, seen_at: datetime, to: datetime) -> None:
    if draft.planned_at != seen_at or draft.deleted_at is not None:
        raise MovedMeanwhile
    if to < database_now():
        raise InThePast
    plan(draft, to)


def _move_what_waits(post: Post, seen_at: datetime, to: datetime, by: User | None) -> None:
    """The post as a whole; where some of it is out already, what is held of it, each alone."""
    there = list(Delivery.objects.filter(post=post, due_at=seen_at).exclude(state=State.CANCELLED))
    if not there:
        raise MovedMeanwhile
    try:
        move(post, to, by=by)
    except AlreadyOnItsWay:
        held = [delivery for delivery in there if delivery.state == State.HELD]
        if not held:
            raise
        for delivery in held:
            move_alone(delivery, to, by=by)
