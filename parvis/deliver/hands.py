"""What a worker has in its hands, and how it keeps its right to it."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections

from parvis.deliver import claims
from parvis.deliver.claims import Claim
from parvis.networks.present import seconds_of_this_machine

log = logging.getLogger("parvis.deliver")


class Hands:
    """`room` deliveries at once. What is slow keeps only its own place: more is taken on as soon as
    anything is let go."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held: dict[Claim, float] = {}
        self._works: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._held)

    @property
    def room(self) -> int:
        return max(0, self._room - len(self._held))

    async def wait_for_room(self) -> None:
        while not self.room:
            self._freed.clear()
            await self._freed.wait()

    def begin(self, some: Sequence[Claim], work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Their leases are kept alive until the work has ended, or each was let go."""
        begun = asyncio.create_task(work)
        self._held.update(dict.fromkeys(some, seconds_of_this_machine()))
        self._works.add(begun)
        begun.add_done_callback(lambda done: self._ended(done, some))
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
        return begun

    def let_go(self, some: Iterable[Claim]) -> None:
        for claim in some:
            self._held.pop(claim, None)
        self._freed.set()
        if not self._held and self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None

    async def finish(self, seconds: float, hurry: asyncio.Event) -> None:
        """Waits for what is at work, and interrupts what the time or the hurry leaves no time
        for."""
        hurrying = asyncio.create_task(hurry.wait())
        ends = seconds_of_this_machine() + seconds
        while self._works and not hurry.is_set() and (left := ends - seconds_of_this_machine()) > 0:
            await asyncio.wait(
                {hurrying, *self._works}, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
        hurrying.cancel()
        await self._interrupt()

    async def _interrupt(self) -> None:
        works = list(self._works)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    def _ended(self, work: "asyncio.Task[None]", some: Sequence[Claim]) -> None:
        self._works.discard(work)
        self.let_go(some)

    async def _renew(self) -> None:
        """In one statement for everything that was not taken or renewed just now: most of what is
        held is let go before."""
        pause = settings.TERMS.lease / 5
        while True:
            await asyncio.sleep(pause)
            moment = seconds_of_this_machine()
            ageing = [claim for claim, since in self._held.items() if moment - since > pause]
            try:
                await sync_to_async(claims.renew)(ageing)
                self._held.update({one: moment for one in ageing if one in self._held})
            except Exception as error:
                # Leases lapse then, and what is not sent yet will not be.
                log.warning("leases could not be renewed: %s", type(error).__name__)
                await sync_to_async(close_old_connections)()
