"""The fixtures of the real servers, for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import pytest

from tests.servers.bluesky import (
    BlueskyAccount,
    BlueskyServer,
    BlueskyUnavailable,
    install,
    running_bluesky,
)
from tests.servers.lost_answer import LostAnswers
from tests.servers.mastodon import MastodonServer, running_mastodon
from tests.servers.sandbox import RunningSandbox, running_sandbox


class StandBefore(Protocol):
    def __call__(self, target: str, *, rewrite: dict[str, str] | None = None) -> LostAnswers: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyBehindProxy:
    """A client that asks the directory at `plc_url` finds every account's server at `pds.url`."""

    server: BlueskyServer
    plc_url: str
    pds: LostAnswers


@pytest.fixture(scope="session")
def bluesky_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlueskyServer]:
    try:
        install()
    except BlueskyUnavailable as unavailable:
        pytest.skip(str(unavailable))
    with running_bluesky(tmp_path_factory.mktemp("bluesky")) as server:
        yield server


@pytest.fixture
def bluesky_account(bluesky_server: BlueskyServer) -> BlueskyAccount:
    return bluesky_server.new_account("ponts")


@pytest.fixture(scope="session")
def mastodon_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    with running_mastodon(tmp_path_factory.mktemp("mastodon")) as server:
        yield server


@pytest.fixture
def lost_answers() -> Iterator[StandBefore]:
    """Puts a proxy before a server: `lost_answers(url)`; it goes away with the test."""
    with ExitStack() as proxies:

        def stand_before(target: str, *, rewrite: dict[str, str] | None = None) -> LostAnswers:
            return proxies.enter_context(LostAnswers(target, rewrite=rewrite))

        yield stand_before


@pytest.fixture
def bluesky_behind_proxy(
    bluesky_server: BlueskyServer, lost_answers: StandBefore
) -> BlueskyBehindProxy:
    pds = lost_answers(bluesky_server.url)
    directory = lost_answers(bluesky_server.plc_url, rewrite={bluesky_server.url: pds.url})
    return BlueskyBehindProxy(server=bluesky_server, plc_url=directory.url, pds=pds)


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(module_sandbox: RunningSandbox) -> RunningSandbox:
    """All seven networks on loopback, as if nothing had ever happened there."""
    module_sandbox.reset()
    return module_sandbox
