"""Where the sandbox listens, and to whom it answers."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from parvis.sandbox.ports import PORTS
from parvis.sandbox.run import NotLoopback, PortTaken, Sandbox
from tests.sandbox.squeak import Squeak
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "example.org", ""])
def test_it_binds_no_address_that_others_could_reach(host: str) -> None:
    with pytest.raises(NotLoopback, match="Nothing was started"):
        Sandbox(port=0, host=host, only=(Squeak,))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
async def test_it_binds_loopback(host: str) -> None:
    async with Sandbox(port=0, host=host, only=(Squeak,)) as sandbox:
        assert sandbox.origin("squeak").startswith("http://127.0.0.")


async def test_a_port_that_is_taken_is_told_and_nothing_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match="--port"):
            async with Sandbox(port=port, only=(Squeak,)):
                pass


@pytest.mark.parametrize("name", ["example.org", "192.168.1.20:8600", "localhost.example.org"])
def test_a_page_under_another_name_gets_nothing(squeaks: RunningSandbox, name: str) -> None:
    for origin in (squeaks.control, squeaks.origin("squeak")):
        assert ask("GET", origin, headers={"Host": name}).status == 403


@pytest.mark.parametrize("origin", ["https://example.org", "null"])
def test_a_form_that_another_page_sends_is_not_taken(squeaks: RunningSandbox, origin: str) -> None:
    sent = ask("POST", f"{squeaks.control}/reset", headers={"Origin": origin}, json={})

    assert sent.status == 403


def test_a_form_of_the_sandboxs_own_pages_is_taken(squeaks: RunningSandbox) -> None:
    before = squeaks.now()
    own = {"Origin": squeaks.control}

    sent = ask(
        "POST", f"{squeaks.control}/clock/set", headers=own, form={"advance_seconds": "3600"}
    )

    assert (sent.status, sent.headers["Location"]) == (303, "/")
    assert squeaks.now() - before >= timedelta(hours=1)


def test_loopback_names_are_answered(squeaks: RunningSandbox) -> None:
    for name in ("localhost:1", "127.0.0.1", "ponts.localhost"):
        assert ask("GET", squeaks.origin("squeak"), headers={"Host": name}).status == 200


def test_every_network_has_a_port_of_its_own() -> None:
    assert sorted(PORTS.values()) == list(range(1, 8))
