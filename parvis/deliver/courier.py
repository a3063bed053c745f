"""Carries one batch to the networks: all its accounts at once, each account's posts in order."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async

from parvis.config.reach import all_networks
from parvis.connections import verbs as connections
from parvis.connections.models import Account
from parvis.connections.refresh import with_new_tokens
from parvis.deliver import claims, evidence, ledger, outcomes
from parvis.deliver.claims import LEASE_SECONDS, Claim, Taken
from parvis.deliver.gathering import GatheredWrites
from parvis.deliver.ledger import Intent, Settlement
from parvis.deliver.preparing import LeaseLost, prepare, speaking
from parvis.deliver.verbs import RECONNECT, hold_for
from parvis.networks import contract
from parvis.networks.contract import Found, Prepared, Presence
from parvis.networks.errors import (
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    Reconnect,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http

log = logging.getLogger("parvis.deliver")

PUBLISH_SECONDS = 15.0
RENEW_EVERY_SECONDS = LEASE_SECONDS / 5


class Courier:
    """One per worker process. `name` identifies the worker on every row it touches."""

    def __init__(self, http: Http, name: str) -> None:
        self.http = http
        self.name = name
        self._write = GatheredWrites[Intent, int | None](self._write_attempts)
        self._settle = GatheredWrites[Settlement, bool](self._settle_all)

    async def deliver(self, batch: Sequence[Claim]) -> None:
        taken = await sync_to_async(claims.take)(batch, self.name)
        async with _Leases(taken):
            await asyncio.gather(*(self._in_order(queue) for queue in _by_account(taken)))

    async def look_up(self, batch: Sequence[Claim]) -> None:
        taken = await sync_to_async(claims.take)(batch, self.name)
        async with _Leases(taken):
            await asyncio.gather(*(self._look_up_in_order(queue) for queue in _by_account(taken)))

    async def _in_order(self, queue: Sequence[Taken]) -> None:
        for taken in queue:
            try:
                await self._in_turn(taken)
            except LeaseLost:
                log.warning("delivery=%s lease lost, left to others", taken.claim.delivery_id)
            except Exception:
                # Its lease lapses and the sweep takes it up; the others must not suffer.
                log.exception("delivery=%s stopped by a defect", taken.claim.delivery_id)

    async def _in_turn(self, taken: Taken) -> None:
        """The account is read anew: it may be disconnected by now, or told to wait."""
        account = await Account.objects.aget(pk=taken.account_id)
        if account.waits_until and account.waits_until > datetime.now(UTC):
            await self._settle(outcomes.postponed(taken, account.waits_until))
        else:
            await self._deliver_one(account, taken)

    async def _deliver_one(self, account: Account, taken: Taken) -> None:
        for part in range(len(taken.receipts), len(taken.parts)):
            settlement = await self._deliver_part(account, taken, part)
            await self._settle(settlement)
            taken = taken.with_receipt(settlement.receipt)
            log.info(
                "delivery=%s part=%s state=%s code=%s",
                taken.claim.delivery_id,
                part,
                settlement.after,
                settlement.code,
            )
            if settlement.receipt is None:
                return

    async def _deliver_part(self, account: Account, taken: Taken, part: int) -> Settlement:
        try:
            speaker, prepared = await prepare(self.http, account, taken, part, self.name)
        except NetworkError as error:
            return await self._failed(account, taken, part, None, error)
        attempt_id = await self._write_down(taken, part, prepared)
        try:
            receipt = await self._publish(speaker, prepared)
        except NetworkError as error:
            return await self._failed(account, taken, part, attempt_id, error)
        return outcomes.published(taken, part, attempt_id, receipt)

    async def _failed(
        self,
        account: Account,
        taken: Taken,
        part: int,
        attempt_id: int | None,
        error: NetworkError,
    ) -> Settlement:
        heeded = await self._heed(account, error)
        sent_before = 0
        if isinstance(heeded, Duplicate):
            sent_before = await sync_to_async(evidence.sent_before)(taken.claim, part, attempt_id)
        return outcomes.failed(taken, part, attempt_id, heeded, sent_before=sent_before)

    async def _write_down(self, taken: Taken, part: int, prepared: Prepared) -> int:
        """The attempt is on disk when this returns, and the lease outlives the call to come."""
        started = seconds_of_this_machine()
        attempt_id = await self._write(
            Intent(claim=taken.claim, part=part, prepared=prepared.to_json())
        )
        left = LEASE_SECONDS - (seconds_of_this_machine() - started)
        if attempt_id is None or left < PUBLISH_SECONDS:
            raise LeaseLost
        return attempt_id

    async def _publish(self, speaker: contract.Account, prepared: Prepared) -> contract.Published:
        network = all_networks()[speaker.network]
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                return await network.publish(self.http, speaker, prepared)
        except TimeoutError:
            raise Unknown("no-answer", "The network did not answer in time.") from None
        except NetworkError:
            raise
        except Exception as defect:
            log.exception("publishing on %s met a defect", speaker.network)
            raise Unknown("defect", type(defect).__name__) from None

    async def _look_up_in_order(self, queue: Sequence[Taken]) -> None:
        """One after the other: what the first finds is not the second's, however alike."""
        for taken in queue:
            try:
                account = await Account.objects.aget(pk=taken.account_id)
                await self._look_up_one(account, taken)
            except Exception:
                # Its lease lapses and it is looked up again; the others must not suffer.
                log.exception("delivery=%s look-up stopped by a defect", taken.claim.delivery_id)

    async def _look_up_one(self, account: Account, taken: Taken) -> None:
        try:
            settlement = await self._judge(account, taken)
        except NetworkError as error:
            settlement = outcomes.lookup_failed(taken, await self._heed(account, error))
        settlement = await self._settle_lookup(account, taken, settlement)
        log.info("delivery=%s looked up: %s", taken.claim.delivery_id, settlement.after)

    async def _judge(self, account: Account, taken: Taken) -> Settlement:
        """The time is read before the network is asked, or a request could slip in between."""
        part = len(taken.receipts)
        stored = taken.prepared.get(str(part))
        sent = await sync_to_async(evidence.read_sent)(taken.claim, part)
        if stored is None or sent is None:
            return outcomes.looked_up(taken, Found(presence=Presence.ABSENT))
        found = await self._find(account, Prepared.from_json(stored), sent.first_at)
        if found.presence is Presence.ABSENT and sent.under_way > 0:
            return outcomes.too_soon(taken, sent.under_way)
        return outcomes.looked_up(taken, found)

    async def _find(self, account: Account, prepared: Prepared, sent_at: datetime) -> Found:
        try:
            speaker = await speaking(self.http, account)
            others = await sync_to_async(evidence.known_receipts)(account, sent_at)
            network = all_networks()[account.network]
            return await network.look_up(self.http, speaker, prepared, sent_at, others)
        except NetworkError:
            raise
        except Exception as defect:
            log.exception("looking up on %s met a defect", account.network)
            raise NotSent("defect", type(defect).__name__) from None

    async def _settle_lookup(
        self, account: Account, taken: Taken, settlement: Settlement
    ) -> Settlement:
        if settlement.receipt is None or _takes_a_key_once(account):
            await self._settle(settlement)
            return settlement
        ours = await sync_to_async(evidence.unless_anothers)(
            taken.claim,
            account,
            settlement.receipt["remote_id"],
            lambda: self._settle_all([settlement]),
        )
        if not ours:
            settlement = outcomes.contested(taken)
            await self._settle(settlement)
        return settlement

    async def _heed(self, account: Account, error: NetworkError) -> NetworkError:
        """What concerns the account concerns all its deliveries, not only this one.

        Answers the error that decides: tokens that cannot be renewed weigh more than lapsed ones.
        """
        if isinstance(error, Reconnect) and account.can_publish:
            await sync_to_async(connections.ask_to_reconnect)(
                account, error.sentence, code=error.code, facts=error.facts
            )
            await sync_to_async(hold_for)(account, RECONNECT)
            await account.arefresh_from_db()
        elif isinstance(error, SlowDown) and error.until is not None:
            await sync_to_async(connections.hold_calls_until)(account, error.until)
        elif isinstance(error, Expired):
            return await self._renew_tokens(account) or error
        return error

    async def _renew_tokens(self, account: Account) -> NetworkError | None:
        try:
            await with_new_tokens(self.http, account)
        except Expired:
            return None
        except NetworkError as error:
            return await self._heed(account, error)
        return None

    def _write_attempts(self, intents: Sequence[Intent]) -> list[int | None]:
        written = ledger.write_attempts(intents, self.name)
        return [written.get(intent.claim) for intent in intents]

    def _settle_all(self, settlements: Sequence[Settlement]) -> list[bool]:
        settled = ledger.settle(settlements, self.name)
        return [settlement.claim in settled for settlement in settlements]


class _Leases:
    """Keeps the leases of a batch alive while it is under way."""

    def __init__(self, taken: Sequence[Taken]) -> None:
        self._claims = [one.claim for one in taken]
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._renewing = asyncio.create_task(self._renew())

    async def __aexit__(self, *_: Any) -> None:
        if self._renewing:
            self._renewing.cancel()

    async def _renew(self) -> None:
        while self._claims:
            await asyncio.sleep(RENEW_EVERY_SECONDS)
            try:
                await sync_to_async(claims.renew)(self._claims)
            except Exception:
                # Leases lapse then, and what is not sent yet will not be.
                log.exception("leases could not be renewed")


def seconds_of_this_machine() -> float:
    """Counts on while the machine sleeps, as the leases in a database elsewhere do."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


def _takes_a_key_once(account: Account) -> bool:
    """Whether a post is found again by its own key, and not by what it says."""
    return account.traits.native_key_seconds is None


def _by_account(taken: Sequence[Taken]) -> list[list[Taken]]:
    queues: dict[int, list[Taken]] = defaultdict(list)
    for one in taken:
        queues[one.account_id].append(one)
    return list(queues.values())
