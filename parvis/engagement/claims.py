"""Claims posts that are to be looked at, so that no two workers read the same."""

from collections import defaultdict
from collections.abc import Iterable
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
# Of one account; more where one call answers for more.
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


def take_due(now: datetime) -> list[Hand]:
    """What is due, by account, and along with it what would be due soon where that costs no call
    more. Of an account at most two hands full."""
    sizes = {name: max(one.figures_at_once, IN_ONE_HAND) for name, one in all_networks().items()}
    until = now + LEASE
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "now": now,
                "until": until,
                "at_once": AT_ONCE,
                "networks": list(sizes),
                "sizes": list(sizes.values()),
                "batched": networks_read_in_batches(now.date()),
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    claimed = Following.objects.filter(pk__in=ids).select_related("account__workspace")
    return list(_hands(claimed.order_by("next_at", "pk"), until))


def _hands(followings: Iterable[Following], until: datetime) -> Iterable[Hand]:
    by_account: dict[int, list[Following]] = defaultdict(list)
    for one in followings:
        by_account[one.account_id].append(one)
    for of_account in by_account.values():
        account = of_account[0].account
        yield Hand(account=account, followings=tuple(of_account), lease_until=until)


# A person's wish comes first. Those that are due are ranked before they are locked, so that no row
# is written that is not read; whoever claimed one meanwhile keeps it. An account that is told to
# wait, or has to be connected again, is passed over.
_CLAIM = """
WITH ranked AS (
    SELECT f.id, n.size, row_number() OVER (
        PARTITION BY f.account_id ORDER BY f.asked_at IS NULL, f.next_at, f.id
    ) AS place
    FROM engagement_following f
    JOIN connections_account a ON a.id = f.account_id
    JOIN unnest(%(networks)s::text[], %(sizes)s::int[]) AS n(name, size) ON n.name = a.network
    LEFT JOIN engagement_reading r ON r.account_id = a.id
    WHERE f.next_at <= %(now)s AND (f.lease_until IS NULL OR f.lease_until <= %(now)s)
      AND a.state = 'connected' AND (r.waits_until IS NULL OR r.waits_until <= %(now)s)
), due AS (
    SELECT f.id, f.account_id FROM engagement_following f
    WHERE f.id IN (SELECT id FROM ranked WHERE place <= size ORDER BY place LIMIT %(at_once)s)
      AND (f.lease_until IS NULL OR f.lease_until <= %(now)s)
    ORDER BY f.id
    FOR UPDATE SKIP LOCKED
), along AS (
    SELECT f.id FROM (SELECT DISTINCT account_id FROM due) d
    JOIN connections_account a ON a.id = d.account_id AND a.network = ANY(%(batched)s)
    JOIN unnest(%(networks)s::text[], %(sizes)s::int[]) AS n(name, size) ON n.name = a.network
    CROSS JOIN LATERAL (
        SELECT id FROM engagement_following
        WHERE account_id = d.account_id AND along_at <= %(now)s AND next_at > %(now)s
          AND (lease_until IS NULL OR lease_until <= %(now)s)
        ORDER BY along_at, id
        LIMIT n.size
        FOR UPDATE SKIP LOCKED
    ) f
)
UPDATE engagement_following f SET lease_until = %(until)s
FROM (SELECT id FROM due UNION ALL SELECT id FROM along) claimed
WHERE f.id = claimed.id
RETURNING f.id
"""
