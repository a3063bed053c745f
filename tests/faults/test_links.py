"""The workers' ways to the database: open, cut, silent, healed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.links import Link, ProxyLink, relay_thread
from tests.faults.namespace import namespace_link, namespaces_work
from tests.servers.loop_thread import LoopThread
from tests.servers.waiting import wait_until


class Echo:
    """Answers on a Unix socket with what it hears."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            while said := client.recv(100):
                client.sendall(said)


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with relay_thread() as started:
        yield started


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "echo"
    server = Echo(path)
    yield path
    server.close()


@pytest.fixture
def link(thread: LoopThread, echo: Path) -> ProxyLink:
    return ProxyLink(thread, echo)


def connected(link: Link) -> socket.socket:
    parts = urlsplit(link.url)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def heard(client: socket.socket, said: bytes, seconds: float = 60.0) -> bytes:
    client.settimeout(seconds)
    client.sendall(said)
    return client.recv(100)


def test_an_open_link_carries_both_ways(link: ProxyLink) -> None:
    with connected(link) as client:
        assert heard(client, b"bonjour") == b"bonjour"


def test_a_cut_breaks_open_connections_and_refuses_new_ones(link: ProxyLink) -> None:
    with connected(link) as client:
        heard(client, b"bonjour")
        link.cut()
        with pytest.raises(ConnectionError):
            _until_broken(client)
    with connected(link) as late, pytest.raises(ConnectionError):
        _until_broken(late)


def test_a_healed_link_carries_again(link: ProxyLink) -> None:
    link.cut()
    link.heal()
    with connected(link) as client:
        assert heard(client, b"again") == b"again"


def test_silence_is_told_to_nobody_and_what_was_said_arrives_late(link: ProxyLink) -> None:
    with connected(link) as client:
        heard(client, b"bonjour")
        link.silence()
        with pytest.raises(TimeoutError):
            heard(client, b"late", seconds=0.3)
        link.heal()
        client.settimeout(60)
        assert client.recv(100) == b"late"


@pytest.mark.skipif(not namespaces_work(), reason="this machine makes no network namespaces")
def test_a_pulled_cable_is_told_to_nobody_while_the_networks_stay_within_reach(
    thread: LoopThread, echo: Path, tmp_path: Path
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with namespace_link(thread, echo, [port], tmp_path) as link:
        inside = Inside(link.prefix)
        assert inside.reaches(link.url)
        link.cut()
        assert not inside.reaches(link.url)
        assert inside.reaches(f"tcp://127.0.0.1:{port}")
        link.heal()
        wait_until(lambda: inside.reaches(link.url), 60, "the cable to carry again")
    listener.close()


class Inside:
    """What can be reached from within a namespace."""

    def __init__(self, prefix: tuple[str, ...]) -> None:
        self._prefix = prefix

    def reaches(self, url: str) -> bool:
        import subprocess
        import sys

        parts = urlsplit(url)
        program = f"import socket; socket.create_connection(({parts.hostname!r}, {parts.port}), 1)"
        command = [*self._prefix, sys.executable, "-c", program]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _until_broken(client: socket.socket) -> None:
    client.settimeout(60)
    while client.recv(100):
        client.sendall(b"more")
    raise ConnectionResetError
