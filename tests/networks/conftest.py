from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from PIL import Image as Picture

from parvis.networks.contract import Image
from parvis.networks.http import Http
from tests.networks.loopback import LOOPBACK, Server


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    """A client that may call the servers of the tests."""
    async with Http(allow_private_hosts=LOOPBACK) as client:
        yield client


@pytest.fixture
def image(tmp_path: Path) -> Image:
    path = tmp_path / "shop-window.png"
    Picture.new("RGB", (40, 30), "teal").save(path)
    return Image(
        path=path,
        media_type="image/png",
        size=path.stat().st_size,
        width=40,
        height=30,
        alt="The shop window, seen from the square",
    )


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    small = Server()
    application = web.Application(client_max_size=0)
    application.router.add_route("*", "/{path:.*}", small.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    small.port = runner.addresses[0][1]
    yield small
    await runner.cleanup()
