"""Carries what was claimed to the networks: all accounts at once, each account's posts in order."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError

from parvis.config.database import database_news
from parvis.config.log_context import about
from parvis.config.reach import all_networks
from parvis.connections.allowances import Meter, wait_of
from parvis.connections.models import Account
from parvis.connections.verbs import paused_since
from parvis.deliver import claims, evidence, ledger, outcomes
from parvis.deliver.claims import Claim, Taken
from parvis.deliver.gathering import GatheredWrites
from parvis.deliver.hands import Hands
from parvis.deliver.heeding import heed
from parvis.deliver.ledger import Intent, Settlement
from parvis.deliver.looking_up import Searcher
from parvis.deliver.own_thread import Runs, on_the_shared_thread
from parvis.deliver.preparing import LeaseLost, Voice, prepare
from parvis.deliver.queues import AccountQueue, queues_of, take_queues
from parvis.deliver.states import FINAL, State
from parvis.deliver.tally import Tally
from parvis.networks.contract import Prepared, Published
from parvis.networks.errors import Duplicate, NetworkError, Reconnect, Unknown
from parvis.networks.http import Http
from parvis.networks.present import now, seconds_of_this_machine

log = logging.getLogger("parvis.deliver")

# At ten of an account: two hundred accounts at once, as many as one server is given connections.
ROOM = 4000
ROOM_FOR_LOOKUPS = 300
_ENDED = FINAL | {State.HELD}

Carrying = Callable[[AccountQueue], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Permit:
    """An attempt that is on disk. `send_before`: by `seconds_of_this_machine`; a request that
    begins later could outlive the lease."""

    attempt_id: int
    send_before: float


class Courier:
    """One per worker process. `name` identifies the worker on every row it touches; `freed` hears
    when nothing of an account is under way any more, so that more of it can be claimed. `writing`
    and `settling` are where attempts are written and settled, which need not wait for each other.
    """

    def __init__(
        self,
        http: Http,
        name: str,
        freed: Callable[[], None] = lambda: None,
        *,
        writing: Runs = on_the_shared_thread,
        settling: Runs = on_the_shared_thread,
    ) -> None:
        self.name = name
        self.meter = Meter()
        self.tally = Tally()
        # Read once: the settings are asked in a way that a busy worker notices.
        self._terms = settings.TERMS
        self._http = http
        self._freed = freed
        self._stopping = False
        self._sending = Hands(ROOM)
        self._searching = Hands(ROOM_FOR_LOOKUPS)
        self._write = GatheredWrites[Intent, int | None](self._write_attempts, writing)
        self._settle = GatheredWrites[Settlement, bool](self._settle_all, settling)
        self._searcher = Searcher(self._settle, self._settle_all, self.tally.settled)

    @property
    def in_hand(self) -> int:
        return len(self._sending) + len(self._searching)

    @property
    def room(self) -> int:
        """For so many more deliveries."""
        return 0 if self._stopping else self._sending.room

    def take_due(self, limit: int) -> list[AccountQueue]:
        """Claims for itself, in the transaction of whoever asks. `begin` is to follow."""
        return queues_of(claims.take_due(limit, self.name), self._http)

    def begin(self, queues: Sequence[AccountQueue]) -> list["asyncio.Task[None]"]:
        return self._begin(queues, self._sending, self._carry)

    async def deliver(self, batch: Sequence[Claim]) -> None:
        """Takes a batch on and stays until it has come to an end."""
        await asyncio.gather(*await self.take_on(batch))

    async def look_up(self, batch: Sequence[Claim]) -> None:
        await asyncio.gather(*await self.take_on_lookups(batch))

    async def take_on(self, batch: Sequence[Claim]) -> list["asyncio.Task[None]"]:
        """Answers the work that has begun; waits before that while the hands are full."""
        return await self._take_on(batch, self._sending, self._carry)

    async def take_on_lookups(self, batch: Sequence[Claim]) -> list["asyncio.Task[None]"]:
        return await self._take_on(batch, self._searching, self._searcher.look_up)

    async def finish(self, hurry: asyncio.Event) -> None:
        """Begins nothing more, ends what is under way and hands back the rest. What there is no
        time for is left to its lease."""
        self._stopping = True
        grace = self._terms.grace
        await asyncio.gather(
            self._sending.finish(grace, hurry), self._searching.finish(grace, hurry)
        )

    async def _take_on(
        self, batch: Sequence[Claim], hands: Hands, carrying: Carrying
    ) -> list["asyncio.Task[None]"]:
        await hands.wait_for_room()
        queues = await sync_to_async(take_queues)(batch, self.name, self._http)
        return self._begin(queues, hands, carrying)

    def _begin(
        self, queues: Sequence[AccountQueue], hands: Hands, carrying: Carrying
    ) -> list["asyncio.Task[None]"]:
        for queue in queues:
            queue.voice.http = self._http.metered(self.meter.of(queue.account))
        return [hands.begin(queue.claims, carrying(queue)) for queue in queues]

    async def _carry(self, queue: AccountQueue) -> None:
        """What cannot be brought to its end now holds the account's later ones back, though not
        for ever."""
        patience = asyncio.get_running_loop().call_later(
            self._terms.order, self._let_others_pass, queue
        )
        try:
            for taken in queue.deliveries:
                if self._stopping or taken.claim in queue.done:
                    break
                if not await self._carry_one(queue, taken):
                    break
                queue.done.add(taken.claim)
                self._sending.let_go([taken.claim])
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            patience.cancel()
        if queue.rest:
            await self._hand_back(queue.rest)
        self._freed()

    def _let_others_pass(self, queue: AccountQueue) -> None:
        """A film that is worked on for an hour keeps nothing else in this worker's hands."""
        if waiting := queue.rest[1:]:
            queue.done.update(waiting)
            self._sending.let_go(waiting)
            self._sending.begin((), self._pass_on(waiting))

    async def _pass_on(self, waiting: Sequence[Claim]) -> None:
        await self._hand_back(waiting)
        self._freed()

    async def _hand_back(self, rest: Sequence[Claim]) -> None:
        try:
            await sync_to_async(claims.hand_back)(rest, self.name, tells=self._stopping)
        except DatabaseError as error:
            # Their leases lapse, which comes to the same a little later.
            database_news.away(error)

    async def _carry_one(self, queue: AccountQueue, taken: Taken) -> bool:
        """Whether it has come to an end, or waits for a person."""
        account = queue.account
        with about(delivery=taken.claim.delivery_id, account=account.pk, network=account.network):
            try:
                return await self._deliver_one(queue, taken) in _ENDED
            except LeaseLost:
                log.warning("lease lost, left to others")
            except DatabaseError as error:
                database_news.away(error)
                queue.done.add(taken.claim)
            except Exception:
                # Its lease lapses and the sweep takes it up; the others must not suffer.
                log.exception("stopped by a defect")
                queue.done.add(taken.claim)
        return False

    async def _deliver_one(self, queue: AccountQueue, taken: Taken) -> State:
        state = State(taken.state)
        for part in range(len(taken.receipts), len(taken.parts)):
            settlement = await self._deliver_part(queue, taken, part)
            if not await self._settle(settlement):
                raise LeaseLost
            self.tally.settled(settlement)
            state = settlement.after
            log.info("settled", extra={"part": part, "state": state, "code": settlement.code})
            if settlement.receipt is None or state in _ENDED or self._stopping:
                break
            taken = taken.with_receipt(settlement.receipt)
        return state

    async def _deliver_part(self, queue: AccountQueue, taken: Taken, part: int) -> Settlement:
        if wait := self.meter.exhausted(queue.account):
            return outcomes.postponed(taken, wait.until, wait.facts)
        if queue.account.waits_until and queue.account.waits_until > now():
            return await self._postponed(queue.account, taken)
        try:
            prepared = await prepare(queue.voice, taken, part, self.name)
        except NetworkError as error:
            return await self._failed(queue.voice, taken, part, None, error)
        permit = await self._write_down(taken, part, prepared)
        if permit is None:
            return await self._not_permitted(queue, taken, part)
        try:
            receipt = await self._publish(queue.voice, prepared, permit)
        except NetworkError as error:
            return await self._failed(queue.voice, taken, part, permit.attempt_id, error)
        return outcomes.published(taken, part, permit.attempt_id, receipt)

    async def _write_down(self, taken: Taken, part: int, prepared: Prepared) -> Permit | None:
        """The attempt is on disk when this returns, and the lease outlives the call to come."""
        began = seconds_of_this_machine()
        intent = Intent(claim=taken.claim, part=part, prepared=prepared.to_json())
        attempt_id = await self._write(intent)
        if attempt_id is None:
            return None
        permit = Permit(attempt_id, began + self._terms.lease - self._terms.publish)
        if seconds_of_this_machine() > permit.send_before:
            raise LeaseLost
        if part == 0 and taken.tries == 0:
            self.tally.left((now() - taken.due_at).total_seconds())
        return permit

    async def _not_permitted(self, queue: AccountQueue, taken: Taken, part: int) -> Settlement:
        """No attempt was written: the account was disconnected, told to wait or paused by the time
        its turn had come, or the claim is another's by now."""
        await queue.account.arefresh_from_db()
        if not queue.account.can_publish:
            gone = Reconnect("reconnect", "The account must be connected again.")
            return await self._failed(queue.voice, taken, part, None, gone)
        if queue.account.waits_until and queue.account.waits_until > now():
            return await self._postponed(queue.account, taken)
        if since := await sync_to_async(paused_since)(queue.account):
            return outcomes.paused(taken, since)
        raise LeaseLost

    async def _postponed(self, account: Account, taken: Taken) -> Settlement:
        wait = await sync_to_async(wait_of)(account)
        assert account.waits_until is not None
        return outcomes.postponed(taken, account.waits_until, wait.facts if wait else {})

    async def _publish(self, voice: Voice, prepared: Prepared, permit: Permit) -> Published:
        speaker = await voice.speaking()
        network = all_networks()[speaker.network]
        try:
            async with asyncio.timeout(self._terms.publish):
                http = voice.http.sending_before(permit.send_before)
                return await network.publish(http, speaker, prepared)
        except TimeoutError:
            raise Unknown("no-answer", "The network did not answer in time.") from None
        except NetworkError:
            raise
        except Exception as defect:
            log.exception("publishing on %s met a defect", speaker.network)
            raise Unknown("defect", type(defect).__name__) from None

    async def _failed(
        self,
        voice: Voice,
        taken: Taken,
        part: int,
        attempt_id: int | None,
        error: NetworkError,
    ) -> Settlement:
        heeded = await heed(voice, error)
        sent_before = 0
        if isinstance(heeded, Duplicate):
            sent_before = await sync_to_async(evidence.sent_before)(taken.claim, part, attempt_id)
        return outcomes.failed(taken, part, attempt_id, heeded, sent_before=sent_before)

    def _write_attempts(self, intents: Sequence[Intent]) -> list[int | None]:
        written = ledger.write_attempts(intents, self.name)
        return [written.get(intent.claim) for intent in intents]

    def _settle_all(self, settlements: Sequence[Settlement]) -> list[bool]:
        settled = ledger.settle(settlements, self.name)
        return [settlement.claim in settled for settlement in settlements]
