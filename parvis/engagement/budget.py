"""Reading leaves publishing its share of what a network allows."""

from collections.abc import Iterable
from datetime import datetime

from parvis.connections.allowances import allowances_of, lookups_wait_until
from parvis.connections.models import Account, Allowance
from parvis.networks.limits import A_DAY, READ


def reading_waits_until(account: Account, now: datetime) -> datetime | None:
    """When the account may be read again; None when it may be read now. It waits where look-ups
    would, for what both draw on publishing draws on as well, and where the network's own limit of
    reading is used up."""
    waits = [*_used_up(allowances_of(account)), lookups_wait_until(account), account.waits_until]
    ahead = [one for one in waits if one is not None and one > now]
    return max(ahead) if ahead else None


def _used_up(told: Iterable[Allowance]) -> list[datetime | None]:
    return [
        one.reset_at
        for one in told
        if one.bucket.removesuffix(A_DAY) == READ and one.remaining == 0
    ]
