"""Disconnecting an account, with a decision about what it was still to say."""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from parvis.compose.content import Said, content_of
from parvis.compose.verbs import duplicate, start_draft
from parvis.connections import verbs as connections
from parvis.connections.models import Account, AccountState
from parvis.deliver.freeze import NotReady
from parvis.deliver.models import Delivery
from parvis.deliver.rest import content_of_the_rest
from parvis.deliver.states import State
from parvis.deliver.verbs import (
    DISCONNECTED,
    InThePast,
    NothingToDecide,
    give_up,
    hold_for,
    schedule,
    take_back,
)
from parvis.people.models import User


class Fate(StrEnum):
    """What becomes of a scheduled delivery of an account that leaves."""

    HOLD = "hold"
    DRAFT = "draft"
    INSTEAD = "instead"
    GIVE_UP = "give up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """How many deliveries each fate met. What could not meet the chosen one is held."""

    held: int = 0
    drafted: int = 0
    instead: int = 0
    given_up: int = 0


class NotAStandIn(Exception):
    """The other account cannot speak for this one. Nothing was changed."""


def part_with(
    account: Account, fate: Fate, *, by: User | None = None, stand_in: Account | None = None
) -> Parted:
    """Destroys the tokens. Whatever happens on the way, nothing scheduled is lost: what is not
    settled otherwise is held. Raises NotAStandIn."""
    if fate is Fate.INSTEAD and (stand_in is None or stand_in not in stand_ins_for(account)):
        raise NotAStandIn
    with transaction.atomic():
        scheduled = list(_scheduled(account).values_list("pk", flat=True))
        hold_for(account, DISCONNECTED)
        met = Counter(_settled(each, fate, by, stand_in) for each in _held(account, scheduled))
        connections.disconnect(account)
    return Parted(
        held=met[Fate.HOLD],
        drafted=met[Fate.DRAFT],
        instead=met[Fate.INSTEAD],
        given_up=met[Fate.GIVE_UP],
    )


def stand_ins_for(account: Account) -> list[Account]:
    """Connected accounts on the same network; the sandbox’s stand in for the sandbox’s alone."""
    return list(
        Account.objects.filter(
            workspace=account.workspace_id,
            network=account.network,
            is_sandbox=account.is_sandbox,
            state=AccountState.CONNECTED,
        ).exclude(pk=account.pk)
    )


def _scheduled(account: Account) -> QuerySet[Delivery]:
    scheduled = Delivery.objects.filter(account=account, state=State.SCHEDULED)
    return scheduled.select_for_update(no_key=True).order_by("pk")


def _held(account: Account, scheduled: list[int]) -> list[Delivery]:
    held = Delivery.objects.filter(pk__in=scheduled, account=account, state=State.HELD)
    return list(held.select_related("post", "account", "workspace").order_by("due_at", "pk"))


def _settled(delivery: Delivery, fate: Fate, by: User | None, stand_in: Account | None) -> Fate:
    """Which fate it met."""
    try:
        with transaction.atomic():
            if fate is Fate.DRAFT:
                _into_draft(delivery, by)
            elif fate is Fate.INSTEAD and stand_in is not None:
                _say_through(stand_in, delivery, by)
            elif fate is Fate.GIVE_UP:
                give_up(delivery, by=by)
    except (NotReady, InThePast, NothingToDecide):
        return Fate.HOLD
    return fate


def _into_draft(delivery: Delivery, by: User | None) -> None:
    """Of a post that other accounts say as well, a draft of its own is made."""
    if not delivery.receipts and not _says_it_beside(delivery).exists():
        take_back(delivery.post, by=by)
        return
    if delivery.receipts:
        start_draft(delivery.workspace, by, content_of_the_rest(delivery))
    else:
        duplicate(delivery.post, by, only=delivery.account)
    give_up(delivery, by=by)


def _say_through(stand_in: Account, delivery: Delivery, by: User | None) -> None:
    """At the same time, checked as if it had just been written. Raises NotReady, InThePast, and
    NothingToDecide where a thread is half out or the stand-in says the same post already."""
    if delivery.receipts or _says_it_beside(delivery).filter(account=stand_in).exists():
        raise NothingToDecide
    content = content_of(delivery.post)
    own = content.said.get(delivery.account_id, Said())
    anew = replace(content, said={stand_in.pk: own}, planned_at=None)
    schedule(start_draft(delivery.workspace, by, anew), delivery.due_at, by=by)
    give_up(delivery, by=by)


def _says_it_beside(delivery: Delivery) -> QuerySet[Delivery]:
    others = Delivery.objects.filter(post=delivery.post_id).exclude(pk=delivery.pk)
    return others.exclude(state=State.CANCELLED, receipts=[])
