"""Putting posts into slots, and exchanging their places."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import AlreadyOnItsWay, database_now, move, schedule
from parvis.people.models import User
from parvis.schedule.slots import is_free, next_free_slot_for, planned_of


class SlotTaken(Exception):
    """Something of one of its accounts goes out in that minute. Nothing was changed."""


class NoFreeSlot(Exception):
    """Its accounts have no slots, or none that is free within half a year. Nothing was changed."""


@transaction.atomic
def fill_slot(post: Post, at: datetime, *, by: User | None = None) -> None:
    """Schedules a draft, or moves what is scheduled, where nothing else of its accounts goes out.

    Raises SlotTaken, freeze.NotReady, InThePast, AlreadyOnItsWay or AlreadyHandedOver.
    """
    accounts = _locked_accounts(post)
    if accounts and not is_free(at, planned_of(accounts, at, at)):
        raise SlotTaken
    _give(post, at, by)


@transaction.atomic
def fill_next_slot(post: Post, *, by: User | None = None) -> datetime:
    """Answers the moment. Raises NoFreeSlot, freeze.NotReady or AlreadyHandedOver."""
    at = next_free_slot_for(_locked_accounts(post), database_now())
    if at is None:
        raise NoFreeSlot
    _give(post, at, by)
    return at


@transaction.atomic
def swap(one: Post, other: Post, *, by: User | None = None) -> None:
    """Each goes out when the other was to. Both or none: raises AlreadyOnItsWay or InThePast."""
    list(
        Post.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    )
    times = [_due_at(post) for post in (one, other)]
    move(one, times[1], by=by)
    move(other, times[0], by=by)


def _give(post: Post, at: datetime, by: User | None) -> None:
    if post.is_draft:
        schedule(post, at, by=by)
    else:
        move(post, at, by=by)


def _locked_accounts(post: Post) -> Sequence[Account]:
    """Two people who fill the same slot come one after the other."""
    accounts = Account.objects.select_for_update(no_key=True, of=("self",))
    return list(accounts.select_related("workspace").filter(posts=post).order_by("pk"))


def _due_at(post: Post) -> datetime:
    waiting = Delivery.objects.filter(post=post, state=State.SCHEDULED).order_by("due_at")
    first = waiting.first()
    if first is None:
        raise AlreadyOnItsWay
    return first.due_at
