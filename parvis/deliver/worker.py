"""A worker process: clock, courier and collector, as far as its roles go, on one event loop."""

import asyncio
import contextlib
import logging
import os
import platform
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import cast

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from parvis.config.database import database_news
from parvis.config.log_context import about
from parvis.config.reach import new_http
from parvis.connections.lapses import LapseNews
from parvis.connections.refresh import refresh_what_is_due
from parvis.deliver import roster
from parvis.deliver.courier import Courier
from parvis.deliver.own_thread import OwnThread
from parvis.deliver.roster import Sign
from parvis.deliver.tasks import DELIVER, LOOK_UP
from parvis.deliver.ticking import keep_ticking
from parvis.networks.http import Http
from parvis.networks.present import set_clock_ahead

log = logging.getLogger("parvis.deliver")

CLOCK, DELIVERING, COLLECTING = "clock", "deliver", "collect"
ROLES = frozenset({CLOCK, DELIVERING, COLLECTING})
# A job ends when its batch is taken on, so that few at a time are enough.
CONCURRENT_BATCHES = 2
# The engine forgets the news of a job that comes while it fetches another; it then finds it by
# looking, every five seconds unless told otherwise.
LOOK_FOR_JOBS_SECONDS = 0.5
RENEWING_EVERY_SECONDS = 20.0
FLUSHING_EVERY_SECONDS = 1.0
AGAIN_AFTER_SECONDS = 1.0

# Works until the event is set; what the rooms above hand in for the role of collecting.
Collecting = Callable[[Http, asyncio.Event], Coroutine[object, object, None]]


def new_worker_name() -> str:
    """Never used twice, also where process ids are, as in containers."""
    return f"{platform.node()}:{os.getpid()}:{int(time.time() * 1000) % 100_000_000}"


async def work(
    stop: asyncio.Event,
    *,
    roles: frozenset[str] = ROLES,
    hurry: asyncio.Event | None = None,
    collecting: Sequence[Collecting] = (),
) -> None:
    """Works until `stop` is set, then finishes what is under way and hands back the rest; `hurry`
    leaves what is under way to be looked up.

    clock    claims what is due, and takes over what lost workers left
    deliver  carries it to the networks, and looks unknown outcomes up
    collect  keeps up what networks tell of accounts: renews tokens, and does what `collecting` says
    """
    name = new_worker_name()
    async with new_http() as http, _opened_engine() as opened:
        with about(worker=name), OwnThread("writing") as writing, OwnThread("settling") as settling:
            woken = asyncio.Event()
            courier = Courier(http, name, woken.set, writing=writing, settling=settling)
            worker = _Worker(http, opened, courier, woken, roles, (_renew_tokens, *collecting))
            await worker.run(stop, hurry or asyncio.Event())


class _Worker:
    def __init__(
        self,
        http: Http,
        opened: App,
        courier: Courier,
        woken: asyncio.Event,
        roles: frozenset[str],
        collecting: Sequence[Collecting],
    ) -> None:
        self._http = http
        self._opened = opened
        self._courier = courier
        self._woken = woken
        self._roles = roles
        self._collecting = collecting

    async def run(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        log.info("worker starts with the roles %s", ", ".join(sorted(self._roles)))
        beating = asyncio.create_task(self._beat())
        working = [asyncio.create_task(loop) for loop in self._loops(stop)]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, *working}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        beating.cancel()
        await self._finish(working, hurry)
        _raise_first_error(working)
        log.info("worker has stopped")

    def _loops(self, stop: asyncio.Event) -> list[Coroutine[object, object, None]]:
        loops: list[Coroutine[object, object, None]] = []
        if CLOCK in self._roles:
            deliverer = self._courier if DELIVERING in self._roles else None
            loops.append(keep_ticking(self._woken, stop, deliverer))
        if DELIVERING in self._roles:
            loops += [self._keep_engine(queue, stop) for queue in (DELIVER, LOOK_UP)]
            loops.append(self._flush_limits())
        if COLLECTING in self._roles:
            loops += [collect(self._http, stop) for collect in self._collecting]
        return loops

    async def _keep_engine(self, queue: str, stop: asyncio.Event) -> None:
        """The engine ends when it loses its connection to the database, and is begun anew."""
        while not stop.is_set():
            try:
                await self._run_engine(queue)
            except ConnectorException as error:
                database_news.away(error)
            if not stop.is_set():
                await asyncio.sleep(AGAIN_AFTER_SECONDS)

    async def _run_engine(self, queue: str) -> None:
        await self._opened.run_worker_async(
            name=f"{self._courier.name} {queue}",
            queues=[queue],
            concurrency=CONCURRENT_BATCHES,
            fetch_job_polling_interval=LOOK_FOR_JOBS_SECONDS,
            additional_context={"courier": self._courier},
            install_signal_handlers=False,
            delete_jobs="always",
            shutdown_graceful_timeout=settings.TERMS.grace / 5,
        )

    async def _beat(self) -> None:
        """Tells of itself, and learns how far this host's clock is off."""
        await _as_long_as_it_answers(self._replace_lost)
        while True:
            await _as_long_as_it_answers(self._beat_once)
            await asyncio.sleep(settings.TERMS.beat)

    async def _beat_once(self) -> None:
        set_clock_ahead(await sync_to_async(roster.beat)(self._sign()))

    async def _replace_lost(self) -> None:
        await sync_to_async(roster.replace_lost)(self._sign())

    async def _flush_limits(self) -> None:
        while True:
            await _as_long_as_it_answers(self._courier.meter.flush)
            await asyncio.sleep(FLUSHING_EVERY_SECONDS)

    async def _finish(self, working: "list[asyncio.Task[None]]", hurry: asyncio.Event) -> None:
        """Claims no more, takes on no more, then ends what it has in its hands."""
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await self._courier.finish(hurry)
        await _as_long_as_it_answers(self._courier.meter.flush)
        await _as_long_as_it_answers(self._sign_off)

    async def _sign_off(self) -> None:
        await sync_to_async(roster.sign_off)(self._courier.name)

    def _sign(self) -> Sign:
        return Sign(
            name=self._courier.name,
            roles=self._roles,
            in_hand=self._courier.in_hand,
            counts=self._courier.tally.to_json(),
        )


async def _renew_tokens(http: Http, stop: asyncio.Event) -> None:
    """Well before they lapse, and also while nothing is due. What only a person can renew is
    told."""
    news = LapseNews()

    async def renew() -> None:
        await sync_to_async(close_old_connections)()
        await refresh_what_is_due(http)
        await sync_to_async(news.tell)()

    await every(RENEWING_EVERY_SECONDS, renew, stop)


async def every(seconds: float, do: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Does it again and again until `stop` is set. While the database is away it is left out."""
    while not stop.is_set():
        await _as_long_as_it_answers(do)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)


async def _as_long_as_it_answers(do: Callable[[], Awaitable[None]]) -> None:
    """Without the database it is left out this once, and the shared connection is begun anew."""
    try:
        await do()
    except (psycopg.Error, DatabaseError, OSError) as error:
        database_news.away(error)
        await sync_to_async(close_old_connections)()
    else:
        database_news.back()


@contextlib.asynccontextmanager
async def _opened_engine() -> AsyncIterator[App]:
    """Not a part of the task that runs the engine: a pool that is cancelled while it opens leaves
    tasks behind that never end, and a worker told to stop as soon as it starts would hang."""
    connector = cast(DjangoConnector, app.connector)
    worker_app = app.with_connector(connector.get_worker_connector())
    async with worker_app.open_async():
        yield worker_app


def _raise_first_error(working: "list[asyncio.Task[None]]") -> None:
    """A clock or an engine that ended by itself ends the worker, with its error."""
    for task in working:
        if not task.cancelled() and (error := task.exception()):
            raise error
