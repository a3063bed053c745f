"""The clock's loop: ticks while there is anything to claim, and sleeps until something is due."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from functools import partial
from typing import Any, Protocol

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from procrastinate.contrib.django.utils import connector_params

from parvis.config.database import database_news
from parvis.deliver.claims import seconds_until_next
from parvis.deliver.clock import BATCH, Clock, OwnHands
from parvis.deliver.own_thread import OwnThread
from parvis.deliver.queues import AccountQueue
from parvis.deliver.verbs import DUE

LONGEST_SLEEP = 2.0
# After a tick that moved something, but left nothing that it could have moved as well: looking
# again at once would only be in the way of what was just claimed.
SOON = 0.1
# Between two ticks that only the end of somebody's work asked for: many end at once. It rests as
# long as the last tick took, so that looking leaves the database to those who deliver.
SHORTEST_SLEEP = 0.02
LONGEST_REST = 0.2


class Deliverer(OwnHands, Protocol):
    def begin(self, queues: Sequence[AccountQueue]) -> object: ...


async def keep_ticking(
    woken: asyncio.Event, stop: asyncio.Event, deliverer: Deliverer | None = None
) -> None:
    """`woken` makes it look again before its time. What is due goes to the `deliverer` of the same
    worker first."""
    clock = Clock(deliverer)
    with OwnThread("clock") as beside:
        while not stop.is_set():
            try:
                async with _listening(woken):
                    database_news.back()
                    await _tick_and_sleep(clock, deliverer, beside, woken, stop)
            except (psycopg.Error, DatabaseError, OSError) as error:
                database_news.away(error)
                await asyncio.sleep(1)


async def _tick_and_sleep(
    clock: Clock,
    deliverer: Deliverer | None,
    beside: OwnThread,
    woken: asyncio.Event,
    stop: asyncio.Event,
) -> None:
    while not stop.is_set():
        woken.clear()
        await beside(close_old_connections)
        began = time.monotonic()
        try:
            moved = await _ending_what_it_began(beside(clock.claim))
        finally:
            queues, clock.taken = clock.taken, []
            if deliverer is not None and queues:
                deliverer.begin(queues)
        moved += await _ending_what_it_began(beside(clock.look_after))
        if moved >= BATCH:
            continue
        took = time.monotonic() - began
        at_most = SOON if moved or clock.was_passed_over else LONGEST_SLEEP
        seconds = await beside(partial(seconds_until_next, at_most, clock.looked_at))
        if await _was_woken(seconds, woken, stop):
            await asyncio.sleep(min(max(SHORTEST_SLEEP, took), LONGEST_REST))


async def _ending_what_it_began(tick: Coroutine[Any, Any, int]) -> int:
    """A worker that is told to stop in the middle of a tick still learns what it has claimed: it is
    handed back then, where others would wait for its lease to lapse."""
    ticking = asyncio.create_task(tick)
    try:
        return await asyncio.shield(ticking)
    except asyncio.CancelledError:
        await asyncio.wait({ticking}, timeout=settings.TERMS.grace / 5)
        raise


async def _was_woken(seconds: float, woken: asyncio.Event, stop: asyncio.Event) -> bool:
    waiting = {asyncio.create_task(event.wait()) for event in (woken, stop)}
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return woken.is_set() and not stop.is_set()


@contextlib.asynccontextmanager
async def _listening(woken: asyncio.Event) -> AsyncIterator[None]:
    """Somebody has scheduled, moved or decided something: `woken` is set."""
    parameters = await sync_to_async(connector_params)()
    async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as connection:
        await connection.execute(f"LISTEN {DUE}")
        listening = asyncio.create_task(_listen(connection, woken))
        try:
            yield
        finally:
            listening.cancel()


async def _listen(connection: "psycopg.AsyncConnection[object]", woken: asyncio.Event) -> None:
    """Ends with the connection. The clock then looks by itself, every LONGEST_SLEEP at least."""
    with contextlib.suppress(psycopg.Error):
        async for _ in connection.notifies():
            woken.set()
