"""Keeps what one machine needs: the database, a web process and a worker.

The web process and the database start at the same time, for most of a start is importing. The rest
follows when the web process says "ready": by then the database has its tables, and the pages have
not had to share the processors. Each opens the embedded database for itself, so that it outlives
the supervisor for as long as a child has something to finish.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any

from parvis.machine.child import Child, Job
from parvis.machine.events import (
    CannotStart,
    DatabaseAway,
    DatabaseBack,
    Ended,
    Event,
    Hurrying,
    Ready,
    Restarted,
    Stopped,
    Stopping,
)
from parvis.machine.leash import SECONDS_TO_FINISH
from parvis.postgres import DatabaseUnavailable, EmbeddedPostgres, Use

WEB = "web"
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0
LOOK_AT_DATABASE_EVERY = 5.0
# Some programs send a signal to a process and to its group: that is one wish, not impatience.
ONE_WISH_SECONDS = 0.5


class Supervisor:
    """`jobs` must contain one named "web". `tell` gets every event, `log` every line."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        *,
        url: str,
        database: EmbeddedPostgres | None,
        tell: Callable[[Event], None],
        log: Callable[[str, str], None],
    ) -> None:
        self._jobs = jobs
        self._url = url
        self._database = database
        self._tell = tell
        self._log = log
        self._children: dict[str, Child] = {}
        self._trouble: CannotStart | None = None
        self._use: Use | None = None
        self._began = time.monotonic()
        self._asked_at = 0.0

    async def run(self) -> None:
        """Until a signal asks to stop. Raises CannotStart or DatabaseUnavailable."""
        self._stop, self._ready = asyncio.Event(), asyncio.Event()
        self._listen_to_signals()
        keeping = [asyncio.create_task(self._keep(job)) for job in self._jobs]
        keeping.append(asyncio.create_task(self._keep_database()))
        await self._until_stopped_or_failed(keeping)
        await self._finish(keeping)

    async def _keep(self, job: Job) -> None:
        """Runs the job again whenever it ends, until all is to stop."""
        if job.name != WEB:
            await _first_of(self._ready.wait(), self._stop.wait())
        pause = 0.0
        while not self._stop.is_set():
            began = time.monotonic()
            code = await self._run_once(job, again=pause > 0)
            if self._stop.is_set():
                return
            if not self._ready.is_set():
                raise self._trouble or _ended_early(job, code)
            pause = _pause_after(time.monotonic() - began, pause)
            self._tell(Ended(name=job.name, code=code, pause=pause))
            await self._rest(pause)

    async def _run_once(self, job: Job, *, again: bool) -> int:
        child = await Child.start(job, heard=self._heard, logged=self._log)
        self._children[job.name] = child
        if self._stop.is_set():
            child.let_go()
        if again:
            self._tell(Restarted(job.name))
        return await child.ended()

    def _heard(self, child: Child, word: dict[str, Any]) -> None:
        if word.get("word") == "trouble":
            self._trouble = CannotStart(word["code"], word["sentence"], word["exit_code"])
        elif word.get("word") == "ready" and child.job.name == WEB:
            self._open(first_start=bool(word.get("first_start")))

    def _open(self, *, first_start: bool) -> None:
        if self._ready.is_set() or self._stop.is_set():
            return
        self._ready.set()
        seconds = time.monotonic() - self._began
        self._tell(Ready(url=self._url, first_start=first_start, seconds=seconds))

    async def _keep_database(self) -> None:
        """Looks after the embedded database's keeper: a killed one is replaced here."""
        if self._database is None:
            await self._stop.wait()
            return
        self._use = await asyncio.to_thread(self._database.open)
        answered = True
        while not self._stop.is_set():
            await self._rest(LOOK_AT_DATABASE_EVERY)
            answered = await self._look_at_database(self._use, answered)

    async def _look_at_database(self, use: Use, answered: bool) -> bool:
        try:
            await asyncio.to_thread(use.ensure)
        except DatabaseUnavailable as trouble:
            if answered:
                self._tell(DatabaseAway(str(trouble)))
            return False
        if not answered:
            self._tell(DatabaseBack())
        return True

    async def _until_stopped_or_failed(self, keeping: list["asyncio.Task[None]"]) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopped, *keeping], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._stop.is_set():
            self._tell(Stopping())
        self._stop.set()

    async def _finish(self, keeping: list["asyncio.Task[None]"]) -> None:
        """Children first, then the database that they use."""
        for child in self._children.values():
            child.let_go()
        _, late = await asyncio.wait(keeping, timeout=SECONDS_TO_FINISH + 5)
        if late:
            self._kill_children()
        results = await asyncio.gather(*keeping, return_exceptions=True)
        if self._use is not None:
            await asyncio.to_thread(self._use.close, wait=True)
        _raise_the_most_telling(results)
        self._tell(Stopped())

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)

    def _asked_to_stop(self) -> None:
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        if now - self._asked_at > ONE_WISH_SECONDS:
            self._tell(Hurrying())
            self._kill_children()
        self._stop.set()

    def _kill_children(self) -> None:
        for child in self._children.values():
            child.kill()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass


async def _first_of(*events: Coroutine[None, None, object]) -> None:
    waiting = [asyncio.create_task(event) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


def _pause_after(lived: float, pause: float) -> float:
    """Soon at first, more seldom while it keeps dying."""
    if pause == 0 or lived > HEALTHY_SECONDS:
        return FIRST_PAUSE
    return min(pause * 2, LONGEST_PAUSE)


def _ended_early(job: Job, code: int) -> CannotStart:
    return CannotStart(
        "ended-early",
        f"The {job.name} process ended with {code} before the desk was open. "
        "What was saved is still there. The log says why; correct it and start again.",
    )


def _raise_the_most_telling(results: list[BaseException | None]) -> None:
    """When the database fails its users fail as well: its own sentence is the one to hear."""
    errors = [result for result in results if isinstance(result, BaseException)]
    errors.sort(key=lambda error: not isinstance(error, DatabaseUnavailable))
    if errors:
        raise errors[0]
