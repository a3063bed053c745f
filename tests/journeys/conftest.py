"""A whole Parvis as its own processes, real networks behind it, and a browser before it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import running_chromium
from tests.installed import Installed
from tests.servers.bluesky import BlueskyAccount, BlueskyServer
from tests.servers.lost_answer import LostAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An installation that reaches a real Bluesky server through a proxy that can lose answers."""

    installed: Installed
    server: BlueskyServer
    pds: LostAnswers
    account: BlueskyAccount

    def texts(self) -> list[str]:
        return [record["value"]["text"] for record in self.server.records(self.account.did)]


@contextmanager
def new_world(server: BlueskyServer, **env: str) -> Iterator[World]:
    with ExitStack() as stack:
        pds = stack.enter_context(LostAnswers(server.url))
        directory = stack.enter_context(LostAnswers(server.plc_url, rewrite={server.url: pds.url}))
        # Not below pytest’s folder: the database’s unprivileged user could not get there.
        folder = Path(tempfile.mkdtemp(prefix="parvis-journey-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)
        installed = Installed(
            folder / "data",
            PARVIS_PLC_DIRECTORY=directory.url,
            PARVIS_BLUESKY_ENTRYWAY=pds.url,
            PARVIS_ALLOW_PRIVATE_HOSTS="127.0.0.1,localhost",
            **env,
        )
        yield World(
            installed=installed, server=server, pds=pds, account=server.new_account("ponts")
        )


@pytest.fixture
def world(bluesky_server: BlueskyServer) -> Iterator[World]:
    with new_world(bluesky_server) as made:
        yield made


@pytest.fixture
def browser() -> Iterator[Browser]:
    with running_chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Page:
    opened = browser.new_context(locale="en-GB").new_page()
    opened.set_default_timeout(60_000)
    return opened
