"""Why a delivery whose time has come does not go out yet: its account's turn has not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from parvis.connections.allowances import Wait, waits_of
from parvis.deliver.models import Delivery
from parvis.deliver.states import LEASED, State
from parvis.report.waits import sentence_for_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """For an earlier delivery of the same account (`behind_…`), whose post may be another; or for
    a limit of its network (`until`), which `words` tells."""

    behind_post_id: int | None = None
    behind_due_at: datetime | None = None
    behind_state: str = ""
    until: datetime | None = None
    words: str = ""

    @property
    def is_behind(self) -> bool:
        return self.behind_post_id is not None


def turns_of(deliveries: Sequence[Delivery], now: datetime) -> dict[int, Waiting]:
    """By the delivery's id, of those that wait although they are due. At most two queries."""
    due = [each for each in deliveries if _is_due(each, now)]
    if not due:
        return {}
    ahead = list(_ahead_of(due))
    waits = waits_of(each.account for each in due)
    waiting = {each.pk: _waiting(each, ahead, waits, now) for each in due}
    return {pk: found for pk, found in waiting.items() if found is not None}


def _is_due(delivery: Delivery, now: datetime) -> bool:
    return delivery.state == State.SCHEDULED and delivery.due_at <= now


def _ahead_of(due: Sequence[Delivery]) -> QuerySet[Delivery]:
    """What is under way of their accounts, and what waits there to be tried again."""
    begun = Q(state__in=LEASED) | Q(state=State.SCHEDULED, began_at__isnull=False)
    of_accounts = Delivery.objects.filter(begun, account__in={each.account_id for each in due})
    return of_accounts.order_by("due_at", "pk").defer("parts", "prepared", "progress")


def _waiting(
    delivery: Delivery, ahead: Iterable[Delivery], waits: Mapping[int, Wait], now: datetime
) -> Waiting | None:
    for each in ahead:
        if _holds_back(each, delivery, now):
            return Waiting(
                behind_post_id=each.post_id,
                behind_due_at=each.due_at,
                behind_state=each.state,
            )
    wait = waits.get(delivery.account_id)
    if wait is None or wait.until <= now:
        return None
    return Waiting(until=wait.until, words=sentence_for_wait(wait.facts))


def _holds_back(one: Delivery, other: Delivery, now: datetime) -> bool:
    """As deliver.claims has it: not for ever, and of those that wait for another try only what
    comes before."""
    if one.account_id != other.account_id or one.pk == other.pk or _is_over(one, now):
        return False
    if one.state != State.SCHEDULED:
        return True
    return one.ready_at > now and (one.due_at, one.pk) < (other.due_at, other.pk)


def _is_over(delivery: Delivery, now: datetime) -> bool:
    began = delivery.began_at
    return began is not None and began <= now - timedelta(seconds=settings.TERMS.order)
