"""What must be known before a look-up is believed, besides what the network shows.

absent   A request that nobody answered may still stand in line at the network. Sent again it
         would be there twice; and where a key prevents that, somebody may have taken the post back
         meanwhile, and it would be there once too often. Mastodon's own Idempotency-Key does not
         help before the first request ends.
present  Without such a key a post is known by what it says, and an equal one may be another
         delivery's: one that has it already, or one that is just being sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.deliver.claims import Claim, let_go_when_stopped
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`first_at` is when the part's first attempt was written down, by the database's clock;
    `under_way` is for how many seconds yet the last one may be acted on."""

    first_at: datetime
    under_way: float


def read_sent(claim: Claim, part: int) -> Sent | None:
    """None when nothing of this part can have been sent."""
    written = Attempt.objects.filter(
        delivery=claim.delivery_id, part=part, request__has_key="key"
    ).aggregate(first=Min("started_at"), last=Max("started_at"), now=Max(Now()))
    if written["first"] is None:
        return None
    gone_by = (written["now"] - written["last"]).total_seconds()
    return Sent(first_at=written["first"], under_way=settings.TERMS.under_way - gone_by)


def sent_before(claim: Claim, part: int, attempt_id: int | None) -> int:
    """How often this part was sent before this attempt, whatever was thrown away since."""
    written = Attempt.objects.filter(
        delivery=claim.delivery_id, part=part, request__has_key="key"
    ).exclude(pk=attempt_id or 0)
    return written.count()


def known_receipts(account: Account, since: datetime) -> frozenset[str]:
    """The account's posts, by the network's ids, that are known to be other ones: of other
    deliveries, and of other parts of this one."""
    others = Delivery.objects.filter(
        Q(settled_at__gt=since - timedelta(days=1)) | Q(settled_at=None), account=account
    )
    receipts = others.exclude(receipts=[]).values_list("receipts", flat=True)
    return frozenset(receipt["remote_id"] for each in receipts for receipt in each)


@transaction.atomic
def unless_anothers(
    claim: Claim, account: Account, remote_id: str, settle: Callable[[], object]
) -> bool:
    """Settles what was found, or answers False when it may be another delivery's.

    One at a time for an account: of two look-ups that found the same post, one takes it.
    """
    let_go_when_stopped()
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    others = Delivery.objects.filter(account=account).exclude(pk=claim.delivery_id)
    having_it = Q(receipts__contains=[{"remote_id": remote_id}])
    if others.filter(having_it | Q(state=State.SENDING)).exists():
        return False
    settle()
    return True
