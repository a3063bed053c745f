"""Which deliveries and accounts wait for a person."""

from django.db.models import Q, QuerySet

from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace

WAITS_FOR_A_PERSON = Q(state__in=[State.UNKNOWN, State.HELD]) | Q(
    state=State.REFUSED, set_aside_at=None
)


def waits_for_a_person(delivery: Delivery) -> bool:
    """What WAITS_FOR_A_PERSON asks the database for, of a delivery that has been read."""
    if delivery.state == State.REFUSED:
        return delivery.set_aside_at is None
    return delivery.state in (State.UNKNOWN, State.HELD)


def to_decide(workspace: Workspace) -> QuerySet[Delivery]:
    """A refusal waits until it is set aside, or its post is taken back or deleted."""
    return Delivery.objects.filter(WAITS_FOR_A_PERSON, workspace=workspace, post__deleted_at=None)


def to_reconnect(workspace: Workspace) -> QuerySet[Account]:
    return Account.objects.filter(workspace=workspace, state=AccountState.NEEDS_RECONNECT)
