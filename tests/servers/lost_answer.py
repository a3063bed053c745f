"""A proxy that loses answers: what a network, a cable and a crash do to a request, on order.

    with LostAnswers("http://localhost:2583") as proxy:
        proxy.lose("repo.putRecord")          # done there, never answered
        held = proxy.hold("/api/v1/statuses") # done there, answered when held.release() is called

It listens on a real port, so workers in processes of their own can be sent through it. Orders are
kept in line: a request takes the first order that fits it, and is passed on when none does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from aiohttp import web

from tests.servers import fates
from tests.servers.exchange import Exchange, Seen, Target
from tests.servers.fates import Fate, Held
from tests.servers.loop_thread import LoopThread
from tests.servers.orders import Orders

HOST = "127.0.0.1"


class LostAnswers:
    """Stands before `target`; `rewrite` replaces texts in what the target answers."""

    def __init__(self, target: str, *, rewrite: Mapping[str, str] | None = None) -> None:
        self._target = Target(target, rewrite or {})
        self._orders = Orders()
        self._held: list[Held] = []
        self._seen: list[Seen] = []
        self._seen_lock = threading.Lock()

    def __enter__(self) -> Self:
        self._thread = LoopThread("lost-answers")
        self._thread.run(self._open())
        return self

    def __exit__(self, *_exception: object) -> None:
        for held in self._held:
            held.drop()
        self._thread.run(self._close())
        self._thread.stop()

    # What may be ordered. `times` counts the requests that it befalls; None means every one.

    def lose(self, path_part: str, *, method: str | None = None, times: int | None = 1) -> None:
        """The target does what was asked; the connection then breaks without an answer."""
        self._orders.add(path_part, method, times, fates.lose_the_answer)

    def lose_request(
        self, path_part: str, *, method: str | None = None, times: int | None = 1
    ) -> None:
        """The connection breaks before the target hears of the request."""
        self._orders.add(path_part, method, times, fates.lose_the_request)

    def answer_500_after(
        self, path_part: str, *, method: str | None = None, times: int | None = 1
    ) -> None:
        """The target does what was asked; the answer is a 500 nevertheless."""
        self._orders.add(path_part, method, times, fates.answer_500_after)

    def answer_500_before(
        self, path_part: str, *, method: str | None = None, times: int | None = 1
    ) -> None:
        """A 500, and the target never hears of the request."""
        self.answer_instead(path_part, 500, method=method, times=times)

    def answer_instead(
        self,
        path_part: str,
        status: int,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
        times: int | None = 1,
    ) -> None:
        """This answer, such as a 429 with Retry-After; the target never hears of the request."""
        self._orders.add(path_part, method, times, fates.answer(status, body, headers or {}))

    def garble(self, path_part: str, *, method: str | None = None, times: int | None = 1) -> None:
        """The target does what was asked; the answer is a 200 that nobody can read."""
        self._orders.add(path_part, method, times, fates.garble)

    def delay(
        self,
        path_part: str,
        seconds: float,
        *,
        method: str | None = None,
        times: int | None = 1,
    ) -> None:
        """The target does what was asked; its answer arrives `seconds` late."""
        self._orders.add(path_part, method, times, fates.delay(seconds))

    def hold(self, path_part: str, *, method: str | None = None) -> Held:
        """The target does what was asked; its answer waits for the test's `release()`."""
        held = Held(self._thread.loop)
        self._held.append(held)
        self._orders.add(path_part, method, 1, held.fate)
        return held

    def forget_orders(self) -> None:
        """From now on requests are passed on; what is held stays held."""
        self._orders.clear()

    @contextmanager
    def refuse_connect(self) -> Iterator[None]:
        """While it lasts nothing listens: the system itself refuses every connection.

        Open connections are broken off. The port stays the proxy's own.
        """
        self._thread.run(self._stop_listening())
        try:
            yield
        finally:
            self._thread.run(self._listen())

    # What came by.

    def requests(self, path_part: str = "", method: str | None = None) -> list[Seen]:
        """The requests seen so far, oldest first, whatever became of them."""
        with self._seen_lock:
            return [seen for seen in self._seen if seen.fits(path_part, method)]

    # Inside the proxy's own thread.

    async def _open(self) -> None:
        await self._target.open()
        application = web.Application(client_max_size=0)  # 0: no limit
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self._socket = _bound(0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        await self._listen()

    async def _listen(self) -> None:
        self._site = web.SockSite(self._runner, self._socket)
        await self._site.start()

    async def _stop_listening(self) -> None:
        await self._site.stop()
        # A port that is bound but not listened to refuses, and cannot be given to another.
        self._socket = _bound(self.port)
        for connection in self._runner.server.connections if self._runner.server else []:
            connection.force_close()

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._target.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(request, await request.read(), self._target)
        with self._seen_lock:
            self._seen.append(exchange.seen)
        fate: Fate = self._orders.take(exchange.seen) or fates.pass_on
        return await fate(exchange)


def _bound(port: int) -> socket.socket:
    unheard = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    unheard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    unheard.bind((HOST, port))
    return unheard
