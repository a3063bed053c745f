"""Pausing an account or everything, and what becomes of what was due meanwhile.

While a pause lasts nothing is claimed; what becomes due is held. Its end releases nothing: a person
says what still goes out.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from parvis.connections import verbs as connections
from parvis.connections.models import Account
from parvis.deliver.journal import note
from parvis.deliver.models import Delivery, Happened
from parvis.deliver.outcomes import PAUSED
from parvis.deliver.states import Change, State
from parvis.deliver.sweep import hold_paused
from parvis.deliver.verbs import (
    NothingToDecide,
    give_up,
    move_alone,
    refuse_while_paused,
    wake_the_clock,
)
from parvis.people import verbs as people
from parvis.people.models import User, Workspace

_RELEASE = Change(State.HELD, to=State.SCHEDULED)


def pause(account: Account) -> None:
    """Nothing more goes out of it. What its network has been asked just now comes to its end."""
    connections.pause(account)


def pause_all(workspace: Workspace) -> None:
    people.pause_all(workspace)


@transaction.atomic
def resume(account: Account) -> None:
    """What became due meanwhile is held, also where no clock has looked since."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    hold_paused()
    connections.resume(account)
    wake_the_clock()


@transaction.atomic
def resume_all(workspace: Workspace) -> None:
    """Accounts that were paused by themselves stay so."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    hold_paused()
    people.resume_all(workspace)
    wake_the_clock()


def held_by_pauses(account: Account) -> QuerySet[Delivery]:
    """In the order in which they were to go out."""
    held = Delivery.objects.filter(
        workspace=account.workspace_id, account=account, state=State.HELD, reason_code=PAUSED
    )
    return held.filter(post__deleted_at=None).order_by("due_at", "pk")


@transaction.atomic
def release_held(account: Account, *, by: User | None = None) -> int:
    """Sends now, in their order, all that pauses held of it; answers how many.

    Raises StillPaused.
    """
    refuse_while_paused(account)
    released = _locked(account)
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE_IN_ORDER, {"ids": released, **_RELEASE.parameters})
    note(released, Happened.RELEASED, by=by)
    wake_the_clock()
    return len(released)


@transaction.atomic
def move_held(account: Account, moments: Sequence[datetime], *, by: User | None = None) -> int:
    """Gives what pauses held of it these times, the earliest to what was due first."""
    held = held_by_pauses(account)[: len(moments)]
    return sum(_moved(one, at, by) for one, at in zip(held, moments, strict=False))


@transaction.atomic
def give_up_held(account: Account, *, by: User | None = None) -> int:
    """What is out of a thread stays out."""
    return sum(_given_up(one, by) for one in held_by_pauses(account))


def _moved(delivery: Delivery, due_at: datetime, by: User | None) -> bool:
    """False where another has decided meanwhile."""
    try:
        move_alone(delivery, due_at, by=by)
    except NothingToDecide:
        return False
    return True


def _given_up(delivery: Delivery, by: User | None) -> bool:
    try:
        give_up(delivery, by=by)
    except NothingToDecide:
        return False
    return True


def _locked(account: Account) -> list[int]:
    held = held_by_pauses(account).select_for_update(no_key=True, of=("self",))
    return list(held.values_list("pk", flat=True))


# Microseconds apart: deliveries that are due at one moment would go in the order of their numbers.
_RELEASE_IN_ORDER = """
UPDATE deliver_delivery d
SET state = %(after)s, due_at = q.due_at, ready_at = q.due_at, began_at = NULL,
    prepared = '{}', progress = '{}', candidates = '[]',
    reason_code = '', reason = '', reason_facts = '{}'
FROM (
    SELECT id, statement_timestamp()
               + row_number() OVER (ORDER BY due_at, id) * interval '1 microsecond' AS due_at
    FROM deliver_delivery WHERE id = ANY(%(ids)s)
) q
WHERE d.id = q.id AND d.state = ANY(%(before)s)
"""
