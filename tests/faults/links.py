"""Each worker's own way to the database, which can be cut off or go silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from tests.servers.loop_thread import LoopThread

_PIECE = 65_536
_HOST = "127.0.0.1"


class Link(Protocol):
    """`prefix` stands before the command of the worker that uses it."""

    url: str
    prefix: tuple[str, ...]

    def cut(self) -> None:
        """Open connections break, new ones are refused."""
        ...

    def silence(self) -> None:
        """Nothing comes or goes any more, and nobody is told."""
        ...

    def heal(self) -> None: ...


class ProxyLink:
    """Through this process. What was held back while it was silent arrives late, as packets do."""

    prefix: tuple[str, ...] = ()

    def __init__(self, thread: LoopThread, socket: Path) -> None:
        self._thread = thread
        self._relay = Relay(socket)
        self.port = thread.run(self._relay.listen(_HOST))
        self.url = database_url(_HOST, self.port)

    def cut(self) -> None:
        self._thread.run(self._relay.cut())

    def silence(self) -> None:
        self._thread.run(self._relay.silence())

    def heal(self) -> None:
        self._thread.run(self._relay.heal())


class Relay:
    """Carries bytes between clients on TCP and one Unix socket; to be used in one event loop."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._is_cut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self, host: str, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._serve, host, port)
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def silence(self) -> None:
        self._flowing.clear()

    async def heal(self) -> None:
        self._is_cut = False
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        await self._flowing.wait()
        try:
            there = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there[1]}
        try:
            await asyncio.gather(self._carry(reader, there[1]), self._carry(there[0], writer))
        finally:
            self._open -= {writer, there[1]}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                await self._flowing.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()


@contextmanager
def relay_thread() -> Iterator[LoopThread]:
    thread = LoopThread("links")
    try:
        yield thread
    finally:
        thread.stop()


def database_url(host: str, port: int) -> str:
    """Without encryption: the embedded server speaks on its socket alone."""
    return f"postgresql://parvis@{quote(host)}:{port}/parvis?sslmode=disable&gssencmode=disable"
