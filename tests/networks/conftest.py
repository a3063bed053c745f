from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from parvis.networks.contract import MediaFile
from parvis.networks.http import Http
from tests.networks.loopback import LOOPBACK, Server
from tests.networks.media import MediaHost, draw_picture, film, picture_file, video_file


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    """A client that may call the servers of the tests."""
    async with Http(allow_private_hosts=LOOPBACK) as client:
        yield client


@pytest.fixture
def image(tmp_path: Path) -> MediaFile:
    path = tmp_path / "shop-window.jpg"
    draw_picture(path)
    return picture_file(path)


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "reading.mp4"
    film(path)
    return path


@pytest.fixture
def video(filmed: Path) -> MediaFile:
    return video_file(filmed)


@pytest.fixture
def media_host(server: Server) -> MediaHost:
    """Where a network that fetches media finds them: `media_host.serve(image)`."""
    return MediaHost(server)


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
