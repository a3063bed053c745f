"""Claims posts that are to be looked at, so that no two workers read the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.engagement.models import Following
from parvis.engagement.rhythms import networks_read_in_batches

# A worker that dies lets its claims lapse. Reading one hand takes far less.
LEASE = timedelta(minutes=5)
AT_ONCE = 500
# Where one call answers for one post alone.
IN_ONE_HAND = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Posts of one account that are read together, until the lease ends."""

    account: Account
    followings: tuple[Following, ...]
    lease_until: datetime

    @property
    def remote_ids(self) -> list[str]:
        return [one.remote_id for one in self.followings]

    @property
    def is_asked_for(self) -> bool:
        return any(one.asked_at is not None for one in self.followings)


def take_due(now: datetime) -> list[Hand]:
    """What is due, by account, and along with it what would be due soon where that costs no call
    more. What does not fit into an account's hand is given back at once."""
    until = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "now": now,
                "until": until,
                "at_once": AT_ONCE,
                "batched": networks_read_in_batches(now.date()),
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    claimed = Following.objects.filter(pk__in=ids).select_related("account__workspace")
    hands = list(_hands(claimed.order_by("next_at", "pk"), until))
    _give_back(set(ids) - {one.pk for hand in hands for one in hand.followings})
    return hands


def _hands(followings: Iterable[Following], until: datetime) -> Iterable[Hand]:
    by_account: dict[int, list[Following]] = defaultdict(list)
    for one in followings:
        by_account[one.account_id].append(one)
    for of_account in by_account.values():
        account = of_account[0].account
        at_once = max(all_networks()[account.network].figures_at_once, IN_ONE_HAND)
        # What a person asked for comes first.
        of_account.sort(key=lambda one: one.asked_at is None)
        yield Hand(account=account, followings=tuple(of_account[:at_once]), lease_until=until)


def _give_back(ids: Sequence[int] | set[int]) -> None:
    Following.objects.filter(pk__in=ids).update(lease_until=None)


# In the order of the key, so that two workers do not lock each other. An account that is told to
# wait, or has to be connected again, is passed over.
_CLAIM = """
WITH due AS (
    SELECT f.id, f.account_id FROM engagement_following f
    JOIN connections_account a ON a.id = f.account_id
    LEFT JOIN engagement_reading r ON r.account_id = a.id
    WHERE f.next_at <= %(now)s AND (f.lease_until IS NULL OR f.lease_until <= %(now)s)
      AND a.state = 'connected' AND (r.waits_until IS NULL OR r.waits_until <= %(now)s)
    ORDER BY f.asked_at IS NULL, f.next_at, f.id
    LIMIT %(at_once)s
    FOR UPDATE OF f SKIP LOCKED
), along AS (
    SELECT f.id FROM engagement_following f
    JOIN connections_account a ON a.id = f.account_id
    WHERE f.account_id IN (SELECT account_id FROM due) AND a.network = ANY(%(batched)s)
      AND f.along_at <= %(now)s AND f.next_at > %(now)s
      AND (f.lease_until IS NULL OR f.lease_until <= %(now)s)
    ORDER BY f.next_at, f.id
    LIMIT %(at_once)s
    FOR UPDATE OF f SKIP LOCKED
)
UPDATE engagement_following f SET lease_until = %(until)s
FROM (SELECT id FROM due UNION ALL SELECT id FROM along) claimed
WHERE f.id = claimed.id
RETURNING f.id
"""
