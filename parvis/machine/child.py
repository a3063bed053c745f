"""One process that the supervisor keeps: the supervisor's side of the leash."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run: `parvis <arguments>`, with `hands` as inherited sockets and `environment`
    beside the supervisor's own."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    hands: tuple[socket.socket, ...] = ()


@dataclass(slots=True)
class Child:
    """A started process. `heard` gets each word that it says, `logged` each line of its log."""

    job: Job
    process: Process
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    @classmethod
    async def start(
        cls,
        job: Job,
        *,
        heard: Callable[["Child", dict[str, Any]], None],
        logged: Callable[[str, str], None],
    ) -> "Child":
        process = await asyncio.create_subprocess_exec(
            *_command(job),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=LONGEST_LINE,
            env={**os.environ, **job.environment},
            pass_fds=[hand.fileno() for hand in job.hands],
            # Ctrl-C in a terminal goes to its whole group; children stop when the leash says so.
            start_new_session=True,
        )
        child = cls(job, process)
        child._tasks = [
            asyncio.create_task(child._hear(heard)),
            asyncio.create_task(child._log(logged)),
        ]
        return child

    def let_go(self) -> None:
        """Asks it to finish what is under way and end."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Its exit code, once all that it said has been read."""
        await asyncio.gather(*self._tasks)
        return await self.process.wait()

    async def _hear(self, heard: Callable[["Child", dict[str, Any]], None]) -> None:
        assert self.process.stdout is not None
        async for line in _lines(self.process.stdout):
            with suppress(json.JSONDecodeError):
                heard(self, json.loads(line))

    async def _log(self, logged: Callable[[str, str], None]) -> None:
        assert self.process.stderr is not None
        async for line in _lines(self.process.stderr):
            logged(self.job.name, line)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """A line longer than the limit is dropped; what follows is still read."""
    while not stream.at_eof():
        with suppress(ValueError):
            line = await stream.readline()
            if line:
                yield line.decode(errors="replace").rstrip("\n")


def _command(job: Job) -> Sequence[str]:
    return (sys.executable, "-m", "parvis", *job.arguments, "--leash")
