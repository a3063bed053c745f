"""The running sandbox: one loopback port for its control and one for each network."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

from parvis.sandbox import pages
from parvis.sandbox.control import Control
from parvis.sandbox.faults import Purpose
from parvis.sandbox.handling import handled
from parvis.sandbox.network import Route, SandboxNetwork
from parvis.sandbox.ports import BASE_PORT, HOST, PORTS
from parvis.sandbox.registry import networks
from parvis.sandbox.world import World

_LARGEST_BODY = 1_200 * 1024 * 1024
_SECONDS_TO_END = 0.2


class NotLoopback(Exception):
    """The address is not of this machine alone. Nothing was started."""


class PortTaken(Exception):
    """One of the ports is in use. Nothing was started."""


class Sandbox:
    """An async context manager. `port` 0 takes free ports; else the control listens on `port` and
    each network on the port that ports.PORTS adds to it. `listeners` are inherited sockets of just
    these ports, in their order, and are used instead."""

    def __init__(
        self,
        *,
        port: int = BASE_PORT,
        host: str = HOST,
        seed: int = 1,
        state: Path | None = None,
        speed: float = 1.0,
        only: Sequence[type[SandboxNetwork]] | None = None,
        listeners: Sequence[socket.socket] = (),
    ) -> None:
        self._host = _loopback(host)
        self._port = port
        self._listeners = listeners
        self._seed, self._state, self._speed = seed, state, speed
        self._classes = networks() if only is None else tuple(only)
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Self:
        self.world = World(seed=self._seed, state=self._state, speed=self._speed)
        self.networks = {each.name: each(self.world) for each in self._classes}
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._close()

    def origin(self, network: str) -> str:
        return self.networks[network].origin

    async def _open(self) -> None:
        control = Control(self.world, self.networks)
        self.control = await self._listen(control.application(), 0)
        for network in self.networks.values():
            network.origin = await self._listen(_application(network), PORTS.get(network.name, 0))

    async def _listen(self, application: web.Application, offset: int) -> str:
        application.middlewares.append(_only_loopback_names)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SECONDS_TO_END)
        await runner.setup()
        self._runners.append(runner)
        listener = self._listeners[offset] if self._listeners else self._bound(offset)
        await web.SockSite(runner, listener).start()
        return f"http://{self._shown_host}:{listener.getsockname()[1]}"

    def _bound(self, offset: int) -> socket.socket:
        port = self._port + offset if self._port else 0
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, port))
        except OSError as error:
            listener.close()
            raise PortTaken(
                f"Port {port} cannot be had ({(error.strerror or str(error)).lower()}). The "
                f"sandbox takes {len(PORTS) + 1} ports in a row. Nothing was started; name another "
                "first one with --port."
            ) from None
        return listener

    @property
    def _shown_host(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host

    async def _close(self) -> None:
        for runner in reversed(self._runners):
            await runner.cleanup()
        self._runners = []
        self.world.close()


def _loopback(host: str) -> str:
    address = HOST if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NotLoopback(
            f"The sandbox listens on this machine alone, and {host} is not a loopback address. "
            "Nothing was started."
        )
    return address


def _application(network: SandboxNetwork) -> web.Application:
    async def nothing_here(_request: web.Request) -> web.Response:
        return network.nothing_here()

    application = web.Application(client_max_size=_LARGEST_BODY)
    elsewhere = Route("*", "/{path:.*}", nothing_here, Purpose.OTHER)
    for route in (*network.routes(), *pages.routes(network), elsewhere):
        application.router.add_route(route.method, route.path, handled(network, route))
    return application


@web.middleware
async def _only_loopback_names(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A page elsewhere gets nothing from here, neither by a name that was made to point at this
    machine nor by a form that it sends here."""
    if _is_loopback(request.url.host) and _is_loopback(_sender(request)):
        return await handler(request)
    return web.Response(status=403, text="The sandbox answers to loopback names alone.")


def _sender(request: web.Request) -> str | None:
    """The host of the page that sent a form; programs, which are no pages, do not tell one."""
    origin = request.headers.get("Origin")
    return HOST if origin is None else urlsplit(origin).hostname


def _is_loopback(host: str | None) -> bool:
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
