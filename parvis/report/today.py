"""The day of a workspace: what waits for a person, the score, what went out, what goes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from parvis.connections.models import AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from parvis.report.accounts import AccountLine, account_lines
from parvis.report.decisions import Decision, decisions_of, said_by, web_address
from parvis.report.score import Score, day_around, score_of

SHOWN = 12
DECISIONS_SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One delivery that went out, or is the next to go."""

    post_id: int
    text: str
    network: str
    handle: str
    state: str
    at: datetime
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """`decisions` are the oldest that wait. `coming` is what goes next, also after today."""

    now: datetime
    decisions: tuple[Decision, ...]
    more_decisions: bool
    to_reconnect: tuple[AccountLine, ...]
    score: Score
    went_out: tuple[Sent, ...]
    coming: tuple[Sent, ...]
    accounts: tuple[AccountLine, ...]


def today_of(workspace: Workspace) -> Today:
    now = database_now()
    decisions = decisions_of(workspace, DECISIONS_SHOWN + 1)
    accounts = account_lines(workspace)
    return Today(
        now=now,
        decisions=tuple(decisions[:DECISIONS_SHOWN]),
        more_decisions=len(decisions) > DECISIONS_SHOWN,
        to_reconnect=tuple(a for a in accounts if a.state == AccountState.NEEDS_RECONNECT),
        score=score_of(workspace, accounts, now),
        went_out=tuple(_went_out(workspace, now)),
        coming=tuple(_coming(workspace)),
        accounts=tuple(a for a in accounts if not a.is_disconnected),
    )


def _went_out(workspace: Workspace, now: datetime) -> Iterable[Sent]:
    """The last of today."""
    midnight, _ = day_around(now, workspace.zone)
    published = Delivery.objects.filter(
        workspace=workspace, state=State.PUBLISHED, settled_at__gte=midnight
    )
    return _lines(published.order_by("-settled_at", "-pk"))


def _coming(workspace: Workspace) -> Iterable[Sent]:
    scheduled = Delivery.objects.filter(workspace=workspace, state=State.SCHEDULED)
    return _lines(scheduled.order_by("due_at", "pk"))


def _lines(deliveries: QuerySet[Delivery]) -> Iterable[Sent]:
    for delivery in deliveries.select_related("account")[:SHOWN]:
        yield Sent(
            post_id=delivery.post_id,
            text=said_by(delivery),
            network=delivery.account.network,
            handle=delivery.account.handle,
            state=delivery.state,
            at=delivery.settled_at or delivery.due_at,
            link=web_address(delivery.link),
        )
