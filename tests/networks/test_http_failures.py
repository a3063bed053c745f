"""What a failure means: nothing was sent, or nobody knows."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from parvis.networks import http as http_module
from parvis.networks.errors import NetworkError, NotSent, Unknown
from parvis.networks.http import Http
from tests.networks.loopback import ASK, LOOPBACK, POST, Server, dead_port

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest_asyncio.fixture
async def raw_server() -> AsyncIterator[Callable[[Talk], Awaitable[str]]]:
    """Speaks bytes: what a broken server says, or does not say."""
    servers: list[asyncio.Server] = []

    async def start(talk: Talk) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await talk(reader, writer)
            writer.close()

        raw = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(raw)
        return f"http://127.0.0.1:{raw.sockets[0].getsockname()[1]}"

    yield start
    for raw in servers:
        raw.close()


@pytest_asyncio.fixture
async def https_server(tmp_path: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of a server whose certificate nobody vouches for, and what it was sent."""
    requests: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
    yield server.sockets[0].getsockname()[1], requests
    server.close()


async def test_a_dead_port_is_not_sent(http: Http) -> None:
    with pytest.raises(NotSent) as trouble:
        await http.post(f"http://127.0.0.1:{dead_port()}", json={}, **POST)

    assert trouble.value.code == "unreachable"


async def test_an_unknown_name_is_not_sent(http: Http) -> None:
    with pytest.raises(NotSent) as trouble:
        await http.post("https://nowhere.invalid", json={}, **POST)

    assert trouble.value.code == "unknown-host"
    assert "nowhere.invalid" in trouble.value.sentence


async def test_a_server_that_does_not_speak_https_is_not_sent(http: Http, server: Server) -> None:
    with pytest.raises(NotSent) as trouble:
        await http.post(f"https://127.0.0.1:{server.port}", json={}, **POST)

    assert trouble.value.code == "not-secure"
    assert server.requests == []


async def test_a_certificate_that_nobody_vouches_for_is_not_sent(
    http: Http, https_server: tuple[int, list[bytes]]
) -> None:
    port, requests = https_server
    with pytest.raises(NotSent) as trouble:
        await http.post(f"https://127.0.0.1:{port}", json={}, **POST)

    assert trouble.value.code == "not-secure"
    assert requests == []


async def test_a_connection_that_cannot_be_made_in_time_is_not_sent() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        queue = [_connecting_to(deaf.getsockname()) for _ in range(4)]
        async with Http(allow_private_hosts=LOOPBACK, connect_seconds=0.3) as http:
            with pytest.raises(NotSent) as trouble:
                await http.post(f"http://127.0.0.1:{deaf.getsockname()[1]}", json={}, **POST)
        for waiting in queue:
            waiting.close()

    assert trouble.value.code == "unreachable"


@pytest.mark.parametrize(("ask", "error"), [(POST, Unknown), (ASK, NotSent)])
async def test_silence_is_unknown_for_a_post_and_not_sent_else(
    http: Http,
    server: Server,
    ask: Any,
    error: type[NetworkError],
) -> None:
    awake = asyncio.Event()

    async def sleep(_: web.Request) -> web.StreamResponse:
        await awake.wait()
        return web.Response()

    server.answer = sleep
    with pytest.raises(error) as trouble:
        await http.post(server.url, json={}, seconds=0.3, **ask)
    awake.set()

    assert trouble.value.code == "no-answer"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["hangs up", "breaks off", "bad gzip", "another protocol"],
)
async def test_a_broken_answer_is_unknown_for_a_post(
    http: Http, raw_server: Callable[[Talk], Awaitable[str]], said: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()

    url = await raw_server(talk)
    with pytest.raises(Unknown) as trouble:
        await http.post(url, json={}, **POST)

    assert trouble.value.code == "no-answer"


async def test_an_answer_without_end_is_cut_off(
    http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "ANSWER_LIMIT", 1000)

    async def long(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * (1000 if request.path == "/fits" else 1001))

    server.answer = long
    assert len((await http.get(f"{server.url}/fits", **ASK)).body) == 1000
    with pytest.raises(Unknown):
        await http.post(f"{server.url}/too-long", json={}, **POST)
    with pytest.raises(NotSent):
        await http.get(f"{server.url}/too-long", **ASK)


async def test_a_small_answer_that_unpacks_without_end_is_cut_off(
    http: Http, server: Server
) -> None:
    async def bomb(_: web.Request) -> web.StreamResponse:
        response = web.Response(body=bytes(64 * 1024 * 1024))
        response.enable_compression(web.ContentCoding.gzip)
        return response

    server.answer = bomb
    with pytest.raises(NotSent):
        await http.get(server.url, **ASK)


def _connecting_to(address: tuple[str, int]) -> socket.socket:
    waiting = socket.socket()
    waiting.setblocking(False)
    waiting.connect_ex(address)
    return waiting


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
