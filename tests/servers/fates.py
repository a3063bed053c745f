"""What may become of a request at the proxy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web

from tests.servers.exchange import Exchange

Fate: TypeAlias = Callable[[Exchange], Awaitable[web.Response]]

UNREADABLE = b'{"id": "\xff\xfe, and then the answer breaks o'


async def pass_on(exchange: Exchange) -> web.Response:
    return await exchange.forward()


async def lose_the_answer(exchange: Exchange) -> web.Response:
    await exchange.forward()
    return exchange.drop()


async def lose_the_request(exchange: Exchange) -> web.Response:
    return exchange.drop()


async def answer_500_after(exchange: Exchange) -> web.Response:
    await exchange.forward()
    return web.Response(status=500)


async def garble(exchange: Exchange) -> web.Response:
    await exchange.forward()
    return web.Response(status=200, body=UNREADABLE, content_type="application/json")


def answer(status: int, body: bytes, headers: Mapping[str, str]) -> Fate:
    async def fate(_exchange: Exchange) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return fate


def delay(seconds: float) -> Fate:
    async def fate(exchange: Exchange) -> web.Response:
        answered = await exchange.forward()
        await asyncio.sleep(seconds)
        return answered

    return fate


class Held:
    """One request whose answer waits: done at the target, unknown to whoever asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done_there = threading.Event()
        self._let_go = asyncio.Event()
        self._dropped = False

    def wait_until_arrived(self, seconds: float = 100) -> None:
        """Returns once the target has done what was asked and its answer is held here."""
        if not self._done_there.wait(seconds):
            raise AssertionError(f"waited {seconds:g} s in vain for the request to be held")

    @property
    def arrived(self) -> bool:
        return self._done_there.is_set()

    def release(self) -> None:
        """The answer goes out, to whoever still listens."""
        self._loop.call_soon_threadsafe(self._let_go.set)

    def drop(self) -> None:
        """The connection breaks without an answer."""
        self._dropped = True
        self.release()

    async def fate(self, exchange: Exchange) -> web.Response:
        answered = await exchange.forward()
        self._done_there.set()
        await self._let_go.wait()
        return exchange.drop() if self._dropped else answered
