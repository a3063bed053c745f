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
from parvis.connections.refresh import with_living_tokens, with_new_tokens
from parvis.connections.sealing import CannotUnseal
from parvis.deliver import claims, ledger, outcomes
from parvis.deliver.claims import LEASE_SECONDS, Claim, Taken, receipts_of_others
from parvis.deliver.freeze import part_from_json
from parvis.deliver.gathering import GatheredWrites
from parvis.deliver.ledger import Intent, Settlement
from parvis.deliver.models import Attempt
from parvis.deliver.verbs import RECONNECT, hold_for
from parvis.networks import contract
from parvis.networks.contract import Found, Prepared, Presence
from parvis.networks.errors import (
    Expired,
    NetworkError,
    Reconnect,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http

log = logging.getLogger("parvis.deliver")

PUBLISH_SECONDS = 15.0
RENEW_EVERY_SECONDS = LEASE_SECONDS / 5


class LeaseLost(Exception):
    """Another worker may be on it: this one must not send, and has nothing to write."""


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
        account = await Account.objects.aget(pk=queue[0].account_id)
        for taken in queue:
            try:
                await self._deliver_one(account, taken)
            except LeaseLost:
                log.warning("delivery=%s lease lost, left to others", taken.claim.delivery_id)
            except Exception:
                # Its lease lapses and the sweep takes it up; the others must not suffer.
                log.exception("delivery=%s stopped by a defect", taken.claim.delivery_id)

    async def _deliver_one(self, account: Account, taken: Taken) -> None:
        for part in range(len(taken.receipts), len(taken.parts)):
            settlement = await self._deliver_part(account, taken, part)
            await self._settle(settlement)
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
            speaker, prepared = await self._prepare(account, taken, part)
        except NetworkError as error:
            return outcomes.failed(taken, part, None, await self._heed(account, error))
        attempt_id = await self._write_down(taken, part, prepared)
        try:
            receipt = await self._publish(speaker, prepared)
        except NetworkError as error:
            return outcomes.failed(taken, part, attempt_id, await self._heed(account, error))
        return outcomes.published(taken, part, attempt_id, receipt)

    async def _prepare(
        self, account: Account, taken: Taken, part: int
    ) -> tuple[contract.Account, Prepared]:
        try:
            speaker = await self._speaker(account)
            return speaker, await self._prepared(speaker, taken, part)
        except Expired:
            speaker = await with_new_tokens(self.http, account)
            return speaker, await self._prepared(speaker, taken, part)

    async def _speaker(self, account: Account) -> contract.Account:
        if not account.can_publish:
            raise Reconnect("reconnect", "The account must be connected again.")
        try:
            return await with_living_tokens(self.http, account)
        except CannotUnseal as error:
            raise Reconnect("cannot-unseal", str(error)) from None

    async def _prepared(self, speaker: contract.Account, taken: Taken, part: int) -> Prepared:
        if stored := taken.prepared.get(str(part)):
            return Prepared.from_json(stored)
        network = all_networks()[speaker.network]
        content = part_from_json(taken.parts[part])
        return await network.prepare(
            self.http, speaker, content, taken.keys[part], datetime.now(UTC)
        )

    async def _write_down(self, taken: Taken, part: int, prepared: Prepared) -> int:
        """The attempt is on disk when this returns, and the lease outlives the call to come."""
        started = time.monotonic()
        attempt_id = await self._write(
            Intent(claim=taken.claim, part=part, prepared=prepared.to_json())
        )
        left = LEASE_SECONDS - (time.monotonic() - started)
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
        account = await Account.objects.aget(pk=queue[0].account_id)
        for taken in queue:
            await self._look_up_one(account, taken)

    async def _look_up_one(self, account: Account, taken: Taken) -> None:
        try:
            found = await self._find(account, taken)
            settlement = outcomes.looked_up(taken, found)
        except NetworkError as error:
            settlement = outcomes.lookup_failed(taken, await self._heed(account, error))
        await self._settle(settlement)
        log.info("delivery=%s looked up: %s", taken.claim.delivery_id, settlement.after)

    async def _find(self, account: Account, taken: Taken) -> Found:
        part = len(taken.receipts)
        stored = taken.prepared.get(str(part))
        first = await Attempt.objects.filter(
            delivery=taken.claim.delivery_id, part=part, request__has_key="key"
        ).afirst()
        if stored is None or first is None:
            return Found(presence=Presence.ABSENT)
        speaker = await self._speaker(account)
        network = all_networks()[account.network]
        prepared = Prepared.from_json(stored)
        others = await sync_to_async(receipts_of_others)(taken.claim, account)
        return await network.look_up(self.http, speaker, prepared, first.started_at, others)

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


def _by_account(taken: Sequence[Taken]) -> list[list[Taken]]:
    queues: dict[int, list[Taken]] = defaultdict(list)
    for one in taken:
        queues[one.account_id].append(one)
    return list(queues.values())
