"""Looks an unknown outcome up on the network, within what the network allows to be asked."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError

from parvis.config.database import database_news
from parvis.config.log_context import about
from parvis.config.reach import all_networks
from parvis.connections.allowances import lookups_wait_until
from parvis.connections.models import Account
from parvis.deliver import evidence, outcomes
from parvis.deliver.claims import Taken
from parvis.deliver.heeding import heed
from parvis.deliver.ledger import Settlement
from parvis.deliver.preparing import Voice
from parvis.deliver.queues import AccountQueue
from parvis.networks.contract import Found, Prepared, Presence
from parvis.networks.errors import NetworkError, NotSent

log = logging.getLogger("parvis.deliver")


class Searcher:
    """`settle` writes one settlement together with others, `settle_now` in the transaction that is
    open; `count` hears of each."""

    def __init__(
        self,
        settle: Callable[[Settlement], Awaitable[bool]],
        settle_now: Callable[[Sequence[Settlement]], object],
        count: Callable[[Settlement], None],
    ) -> None:
        self._settle = settle
        self._settle_now = settle_now
        self._count = count

    async def look_up(self, queue: AccountQueue) -> None:
        """One after the other: what the first finds is not the second's, however alike."""
        for taken in queue.deliveries:
            account = queue.account
            with about(
                delivery=taken.claim.delivery_id, account=account.pk, network=account.network
            ):
                try:
                    await self._look_up_one(queue.voice, taken)
                except DatabaseError as error:
                    database_news.away(error)
                except Exception:
                    # Its lease lapses and it is looked up again; the others must not suffer.
                    log.exception("look-up stopped by a defect")

    async def _look_up_one(self, voice: Voice, taken: Taken) -> None:
        wait = await sync_to_async(lookups_wait_until)(voice.account)
        if wait is not None:
            settlement = outcomes.lookup_postponed(taken, wait)
            await self._settle(settlement)
        else:
            settlement = await self._settle_found(
                voice.account, taken, await self._ask(voice, taken)
            )
        self._count(settlement)
        log.info("looked up", extra={"state": settlement.after, "code": settlement.code})

    async def _ask(self, voice: Voice, taken: Taken) -> Settlement:
        try:
            return await self._judge(voice, taken)
        except NetworkError as error:
            return outcomes.lookup_failed(taken, await heed(voice, error))

    async def _judge(self, voice: Voice, taken: Taken) -> Settlement:
        """The time is read before the network is asked, or a request could slip in between."""
        part = len(taken.receipts)
        stored = taken.prepared.get(str(part))
        sent = await sync_to_async(evidence.read_sent)(taken.claim, part)
        if stored is None or sent is None:
            return outcomes.looked_up(taken, Found(presence=Presence.ABSENT))
        found = await self._find(voice, Prepared.from_json(stored), sent.first_at)
        if found.presence is Presence.ABSENT and sent.under_way > 0:
            return outcomes.too_soon(taken, sent.under_way)
        return outcomes.looked_up(taken, found)

    async def _find(self, voice: Voice, prepared: Prepared, sent_at: datetime) -> Found:
        try:
            speaker = await voice.speaking()
            others = await sync_to_async(evidence.known_receipts)(voice.account, sent_at)
            network = all_networks()[speaker.network]
            return await network.look_up(voice.http, speaker, prepared, sent_at, others)
        except (NetworkError, DatabaseError):
            raise
        except Exception as defect:
            log.exception("looking up on %s met a defect", voice.account.network)
            raise NotSent("defect", type(defect).__name__) from None

    async def _settle_found(
        self, account: Account, taken: Taken, settlement: Settlement
    ) -> Settlement:
        if settlement.receipt is None or _takes_a_key_once(account):
            await self._settle(settlement)
            return settlement
        ours = await sync_to_async(evidence.unless_anothers)(
            taken.claim,
            account,
            settlement.receipt["remote_id"],
            lambda: self._settle_now([settlement]),
        )
        if not ours:
            settlement = outcomes.contested(taken)
            await self._settle(settlement)
        return settlement


def _takes_a_key_once(account: Account) -> bool:
    """Whether a post is found again by its own key, and not by what it says."""
    return account.traits.native_key_seconds is None
