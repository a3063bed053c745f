"""Where a webhook leads: a server on loopback that keeps the JSON it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.servers.loop_thread import LoopThread


class Receiver:
    """`status` is what it answers to all that comes; `raw` are bodies with their headers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.raw: list[tuple[bytes, Mapping[str, str]]] = []
        self.status = 204

    def __enter__(self) -> Receiver:
        self._thread = LoopThread("receiver")
        self._thread.run(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.run(self._runner.cleanup())
        self._thread.stop()

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(each["event"], each["code"]) for each in self.got]

    async def _open(self) -> None:
        application = web.Application()
        application.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/hooks/the-secret-of-ponts"

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        self.raw.append((await request.read(), request.headers))
        return web.Response(status=self.status)
