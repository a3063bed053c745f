"""What is on its way just now: being sent, being looked up, or late, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from parvis.deliver.models import Delivery
from parvis.deliver.states import LEASED, State
from parvis.people.models import Workspace
from parvis.report.decisions import reason_of, said_by, what_follows
from parvis.report.faces import Speaker
from parvis.report.spans import span_in_words
from parvis.report.turn import Waiting, turns_of

# What is late and waits for longer comes later, like what is not due yet.
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay(Speaker):
    """`waiting` says whose turn comes first, and `sentence` whatever else there is to say.
    `next_at` is the next try or look-up by itself, where there is one."""

    post_id: int
    text: str
    due_at: datetime
    state: str
    words: str
    sentence: str
    next_at: datetime | None
    waiting: Waiting | None


def under_way_of(workspace: Workspace, at_most: int, now: datetime) -> list[UnderWay]:
    """The oldest first. At most four queries."""
    found = [*_in_hand(workspace)[:at_most], *_late(workspace, now)[:at_most]]
    shown = sorted(found, key=lambda each: (each.due_at, each.pk))[:at_most]
    turns = turns_of(shown, now)
    return [_told(delivery, turns.get(delivery.pk), now) for delivery in shown]


def _in_hand(workspace: Workspace) -> QuerySet[Delivery]:
    """In the order of what no index has, so that the few are read and not the history."""
    return _told_of(workspace).filter(state__in=LEASED).order_by("lease_until", "pk")


def _late(workspace: Workspace, now: datetime) -> QuerySet[Delivery]:
    """In the order of `delivery_ready`, for the same reason."""
    late = _told_of(workspace).filter(state=State.SCHEDULED, due_at__lte=now)
    return late.filter(ready_at__lte=now + SOON).order_by("ready_at", "pk")


def _told_of(workspace: Workspace) -> QuerySet[Delivery]:
    """The rest of a delivery is much to read."""
    told = Delivery.objects.filter(workspace=workspace).select_related("account__workspace")
    return told.defer("keys", "prepared", "progress", "candidates")


def _told(delivery: Delivery, waiting: Waiting | None, now: datetime) -> UnderWay:
    account = delivery.account
    goes_on_by_itself = delivery.state in (State.SCHEDULED, State.CHECKING)
    return UnderWay(
        network=account.network,
        handle=account.handle,
        is_sandbox=account.is_sandbox,
        post_id=delivery.post_id,
        text=said_by(delivery),
        due_at=delivery.due_at,
        state=delivery.state,
        words=delivery.get_state_display(),
        sentence=_sentence(delivery, waiting, now),
        next_at=delivery.ready_at if goes_on_by_itself and delivery.ready_at > now else None,
        waiting=waiting if waiting is not None and waiting.is_behind else None,
    )


def _sentence(delivery: Delivery, waiting: Waiting | None, now: datetime) -> str:
    if delivery.state != State.SCHEDULED or delivery.reason_code:
        return f"{reason_of(delivery)} {what_follows(delivery)}".strip()
    if waiting is not None:
        return waiting.words
    if delivery.account.is_paused:
        return _("It is due during a pause, and nothing is sent.")
    return _not_taken(now - delivery.due_at)


def _not_taken(late: timedelta) -> str:
    """Workers look every few seconds: until then it is not late."""
    if late.total_seconds() <= settings.TERMS.lease:
        return _("It goes out in a moment.")
    told = {"late": span_in_words(late.total_seconds())}
    return _("It is %(late)s late: no worker has taken it yet.") % told
