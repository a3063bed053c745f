from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from parvis.networks.contract import MediaFile
from parvis.networks.http import Http
from tests.networks.author import Author
from tests.networks.grounds import (
    REAL,
    SANDBOXED,
    BlueskyGround,
    Ground,
    MastodonGround,
    SandboxGround,
)
from tests.networks.loopback import LOOPBACK, Server
from tests.networks.media import MediaHost, draw_picture, film, picture_file, video_file
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy, StandBefore
from tests.servers.mastodon import MastodonServer
from tests.servers.sandbox import RunningSandbox


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


@pytest.fixture
def bluesky_ground(
    bluesky_behind_proxy: BlueskyBehindProxy, bluesky_account: BlueskyAccount
) -> Ground:
    return BlueskyGround(bluesky_behind_proxy, bluesky_account)


@pytest.fixture
def mastodon_ground(mastodon_server: MastodonServer, lost_answers: StandBefore) -> Ground:
    return MastodonGround(mastodon_server, lost_answers)


@pytest.fixture(params=REAL)
def real_ground(request: pytest.FixtureRequest) -> Ground:
    """A real server, behind the proxy that loses answers."""
    return _ground(request)


@pytest.fixture(params=SANDBOXED)
def sandbox_ground(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> SandboxGround:
    """A network in the sandbox, under each way of connecting an account."""
    return SandboxGround(sandbox, request.param)


@pytest.fixture(params=[name for name in SANDBOXED if name != "bluesky"])
def oauth_ground(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> SandboxGround:
    return SandboxGround(sandbox, request.param)


@pytest.fixture(params=[name for name in SANDBOXED if name not in ("bluesky", "mastodon")])
def developer_ground(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> SandboxGround:
    """One that needs a developer app of the owner's."""
    return SandboxGround(sandbox, request.param)


@pytest.fixture(params=[*REAL, *SANDBOXED])
def ground(request: pytest.FixtureRequest) -> Ground:
    return _ground(request)


def _ground(request: pytest.FixtureRequest) -> Ground:
    if request.param in SANDBOXED:
        return SandboxGround(request.getfixturevalue("sandbox"), request.param)
    found: Ground = request.getfixturevalue(REAL[request.param])
    return found


@pytest.fixture
def author(ground: Ground, http: Http, image: MediaFile, media_host: MediaHost) -> Author:
    return Author(ground, http, image, media_host)


@pytest.fixture
def sandbox_author(
    sandbox_ground: SandboxGround, http: Http, image: MediaFile, media_host: MediaHost
) -> Author:
    return Author(sandbox_ground, http, image, media_host)


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
