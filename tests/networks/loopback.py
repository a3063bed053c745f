"""Small servers on loopback, and what is asked of them."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "localhost"})

ASK: Any = {"network": "mastodon", "purpose": "test"}
POST: Any = {"network": "mastodon", "purpose": "publish", "publishes": True}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A small server that remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.peers: list[object] = []
        self.answer: Handler = self._hello
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        self.requests.append(request)
        self.peers.append(request.transport and request.transport.get_extra_info("peername"))
        return await self.answer(request)

    async def _hello(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"path": request.path_qs})


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
