"""What a worker has taken of one account: its deliveries in order, and the voice they share."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from parvis.connections.models import Account
from parvis.deliver import claims
from parvis.deliver.claims import Claim, Taken
from parvis.deliver.preparing import Voice
from parvis.networks.http import Http


@dataclass(slots=True, kw_only=True)
class AccountQueue:
    """`done` are the claims that need no more care: settled, handed back, or left to their lease;
    of the rest the first is the one that is being carried."""

    account: Account
    voice: Voice
    deliveries: list[Taken]
    done: set[Claim] = field(default_factory=set)

    @property
    def claims(self) -> list[Claim]:
        return [taken.claim for taken in self.deliveries]

    @property
    def rest(self) -> list[Claim]:
        return [claim for claim in self.claims if claim not in self.done]


def take_queues(batch: Sequence[Claim], worker: str, http: Http) -> list[AccountQueue]:
    """Makes the claims this worker's own; those of each account in their order."""
    return queues_of(claims.take(batch, worker), http)


def queues_of(some: Sequence[Taken], http: Http) -> list[AccountQueue]:
    by_account: dict[int, list[Taken]] = defaultdict(list)
    for one in some:
        by_account[one.account_id].append(one)
    accounts = Account.objects.in_bulk(list(by_account))
    return [
        AccountQueue(account=accounts[pk], voice=Voice(http, accounts[pk]), deliveries=deliveries)
        for pk, deliveries in by_account.items()
    ]
