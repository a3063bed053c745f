"""A worker process: the clock and the engine's batches, on one event loop."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from typing import cast

import psycopg
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import close_old_connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params

from parvis.config.reach import new_http
from parvis.connections.lapses import LapseNews
from parvis.connections.refresh import refresh_what_is_due
from parvis.deliver import clock
from parvis.deliver.claims import seconds_until_next
from parvis.deliver.courier import Courier
from parvis.deliver.verbs import DUE
from parvis.networks.http import Http

log = logging.getLogger("parvis.deliver")

LONGEST_SLEEP = 2.0
CONCURRENT_BATCHES = 8
GRACE_SECONDS = 30.0
RENEWING_EVERY_SECONDS = 20.0


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


async def work(stop: asyncio.Event) -> None:
    """Works until `stop` is set, then finishes what is under way and hands back the rest."""
    async with new_http() as http, _opened_engine() as opened:
        courier = Courier(http, worker_name())
        log.info("worker %s starts", courier.name)
        clocking = asyncio.create_task(_run_clock(stop))
        renewing = asyncio.create_task(_renew_tokens(http, stop))
        engine = asyncio.create_task(_run_engine(opened, courier))
        await _first_of(stop, clocking, renewing, engine)
        await _finish(stop, clocking, renewing, engine)
        log.info("worker %s has stopped", courier.name)


async def _run_clock(stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            async with _woken() as woken:
                while not stop.is_set():
                    await _tick_until_idle()
                    await _sleep_until_due(woken, stop)
        except (psycopg.Error, DatabaseError, OSError) as error:
            log.warning("the database cannot be reached, trying again: %s", type(error).__name__)
            await asyncio.sleep(1)


async def _renew_tokens(http: Http, stop: asyncio.Event) -> None:
    """Well before they lapse, and also while nothing is due. What only a person can renew is
    told."""
    news = LapseNews()
    while not stop.is_set():
        try:
            await sync_to_async(close_old_connections)()
            await refresh_what_is_due(http)
            await sync_to_async(news.tell)()
        except (psycopg.Error, DatabaseError, OSError) as error:
            log.warning("tokens could not be renewed: %s", type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RENEWING_EVERY_SECONDS)


async def _tick_until_idle() -> None:
    await sync_to_async(close_old_connections)()
    while await sync_to_async(clock.tick)():
        pass


async def _sleep_until_due(woken: asyncio.Event, stop: asyncio.Event) -> None:
    seconds = await sync_to_async(seconds_until_next)(LONGEST_SLEEP)
    waiting = {asyncio.create_task(event.wait()) for event in (woken, stop)}
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    woken.clear()


@contextlib.asynccontextmanager
async def _woken() -> AsyncIterator[asyncio.Event]:
    """An event that is set whenever somebody has scheduled, moved or decided something."""
    parameters = await sync_to_async(connector_params)()
    async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as connection:
        await connection.execute(f"LISTEN {DUE}")
        woken = asyncio.Event()
        listening = asyncio.create_task(_listen(connection, woken))
        try:
            yield woken
        finally:
            listening.cancel()


async def _listen(connection: "psycopg.AsyncConnection[object]", woken: asyncio.Event) -> None:
    """Ends with the connection. The clock then looks by itself, every LONGEST_SLEEP at least."""
    with contextlib.suppress(psycopg.Error):
        async for _ in connection.notifies():
            woken.set()


@contextlib.asynccontextmanager
async def _opened_engine() -> AsyncIterator[App]:
    """Not a part of the task that runs the engine: a pool that is cancelled while it opens leaves
    tasks behind that never end, and a worker told to stop as soon as it starts would hang."""
    connector = cast(DjangoConnector, app.connector)
    worker_app = app.with_connector(connector.get_worker_connector())
    async with worker_app.open_async():
        yield worker_app


async def _run_engine(opened: App, courier: Courier) -> None:
    await opened.run_worker_async(
        name=courier.name,
        queues=["deliver"],
        concurrency=CONCURRENT_BATCHES,
        additional_context={"courier": courier},
        install_signal_handlers=False,
        delete_jobs="always",
        shutdown_graceful_timeout=GRACE_SECONDS,
    )


async def _first_of(stop: asyncio.Event, *tasks: "asyncio.Task[None]") -> None:
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()


async def _finish(
    stop: asyncio.Event,
    clocking: "asyncio.Task[None]",
    renewing: "asyncio.Task[None]",
    engine: "asyncio.Task[None]",
) -> None:
    """A clock or an engine that ended by itself ends the worker, with its error."""
    stop.set()
    engine.cancel()
    ended = await asyncio.gather(clocking, renewing, engine, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result
