"""The web process and the worker process: alone, or on the leash of `parvis up`."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from parvis.cli.desk import opened_database, opened_desk
from parvis.cli.failures import failure_of
from parvis.cli.voice import Voice
from parvis.config.installation import installation
from parvis.machine.leash import Leash, take_leash
from parvis.machine.listening import address_of
from parvis.machine.presence import using_the_desk
from parvis.machine.supervisor import ONE_WISH_SECONDS

SECONDS_FOR_OPEN_PAGES = 10
NEW_OBJECTS_BETWEEN_COLLECTIONS = 20_000


def serve_alone(voice: Voice, listener: socket.socket, host: str) -> None:
    with opened_desk():
        from parvis.upkeep.preparation import collect_assets

        collect_assets()
        address = address_of(listener, host)
        said = {"event": "ready", "url": address}
        sentence = f"The pages are at {address}. Ctrl-C stops them."
        _serve(listener, lambda: voice.answer(said, sentence))


def serve_on_leash(listener: int) -> None:
    """Also brings tables and assets up to date: the worker starts once this process is ready."""
    leash = take_leash()
    installed = installation()
    with (
        _troubles_told(leash),
        using_the_desk(installed.data),
        opened_database(installed),
        socket.socket(fileno=listener) as inherited,
    ):
        from parvis.people.verbs import is_first_start
        from parvis.upkeep.identity import prove_identity
        from parvis.upkeep.preparation import collect_assets, prepare_database

        prepare_database()
        prove_identity(installed)
        collect_assets()
        first_start = is_first_start()
        _serve(inherited, lambda: leash.say("ready", first_start=first_start))


def work_alone(voice: Voice, roles: frozenset[str]) -> None:
    with opened_desk():
        said = {"event": "ready", "roles": sorted(roles)}
        _work(roles, lambda: voice.answer(said, "A worker is at work. Ctrl-C stops it."))


def work_on_leash(roles: frozenset[str]) -> None:
    leash = take_leash()
    installed = installation()
    with _troubles_told(leash), using_the_desk(installed.data), opened_database(installed):
        from parvis.upkeep.identity import prove_identity

        prove_identity(installed)
        _work(roles, lambda: leash.say("ready"))


class _Server(uvicorn.Server):
    """Says when it answers, and takes a signal as a wish to end rather than as a death."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def _serve(listener: socket.socket, ready: Callable[[], None]) -> None:
    """With a watchdog beside the pages: what happens to a worker does not touch it."""
    from parvis.watch.here import watching

    config = uvicorn.Config(
        "parvis.web.asgi:application",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Django reads the proxy's headers itself, and only when told that there is a proxy.
        proxy_headers=False,
        timeout_graceful_shutdown=SECONDS_FOR_OPEN_PAGES,
    )
    with watching():
        _Server(config, ready).run(sockets=[listener])


def _work(roles: frozenset[str], ready: Callable[[], None]) -> None:
    from parvis.cli.collecting import COLLECTING
    from parvis.deliver.worker import work

    async def until_told() -> None:
        stop, hurry = asyncio.Event(), asyncio.Event()
        wish = _Wish(stop, hurry)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, wish.expressed)
        _leave_alone_what_stays()
        ready()
        await work(stop, roles=roles, hurry=hurry, collecting=COLLECTING)

    asyncio.run(until_told())


def _leave_alone_what_stays() -> None:
    """What is loaded by now lives as long as the process. To look through it for garbage with every
    few hundred new objects would take a worker's time from its deliveries."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)


class _Wish:
    """The wish to end: calm at first; a second one, a moment later, is impatience."""

    def __init__(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        self._stop = stop
        self._hurry = hurry
        self._first_at: float | None = None

    def expressed(self) -> None:
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
            self._stop.set()
        elif now - self._first_at > ONE_WISH_SECONDS:
            self._hurry.set()


@contextmanager
def _troubles_told(leash: Leash) -> Iterator[None]:
    """The supervisor tells the person; the traceback of a defect goes to the log."""
    try:
        yield
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        exit_code = int(failure.exit_code)
        leash.say("trouble", code=failure.code, sentence=str(failure), exit_code=exit_code)
        sys.exit(exit_code)
