"""What happened at the desk since somebody last looked, the newest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import MailWishes, Workspace
from parvis.report.faces import Speaker, speaker_of

LOOKED_BACK = timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A delivery that was published or refused."""

    post_id: int
    text: str
    speaker: Speaker
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """`until` is the moment that the list was read at: what comes later is not yet seen."""

    since: datetime
    until: datetime
    shown: tuple[Happening, ...]
    has_more: bool


def happened_since(workspace: Workspace, wishes: MailWishes | None) -> Since:
    """Seven days back at most."""
    now = database_now()
    seen_at = wishes.seen_at if wishes else None
    since = max(seen_at, now - LOOKED_BACK) if seen_at else now - LOOKED_BACK
    found = _settled(workspace, since, now)
    return Since(since=since, until=now, shown=found[:SHOWN], has_more=len(found) > SHOWN)


def _settled(workspace: Workspace, since: datetime, until: datetime) -> tuple[Happening, ...]:
    # What is sent on time lies near its due time, by which there is an index.
    settled = Delivery.objects.filter(
        workspace=workspace,
        due_at__gt=since - timedelta(days=1),
        due_at__lte=until,
        settled_at__gt=since,
        settled_at__lte=until,
        state__in=(State.PUBLISHED, State.REFUSED),
        post__deleted_at=None,
    )
    newest = (
        settled.select_related("account").only(*_TOLD).order_by("-settled_at", "-pk")[: SHOWN + 1]
    )
    return tuple(_happening(delivery) for delivery in newest)


# The rest of a delivery, and the traits of its account, are much to read.
_TOLD = (
    *("post_id", "parts", "state", "settled_at"),
    *("account__network", "account__handle", "account__is_sandbox"),
)


def _happening(delivery: Delivery) -> Happening:
    assert delivery.settled_at is not None
    return Happening(
        post_id=delivery.post_id,
        text=delivery.parts[0]["text"] if delivery.parts else "",
        speaker=speaker_of(delivery.account),
        state=delivery.state,
        at=delivery.settled_at,
    )
