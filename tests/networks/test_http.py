"""The one HTTP client, against servers on loopback."""

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
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from parvis import __version__
from parvis.networks import http as http_module
from parvis.networks.addresses import AllowedHosts, PublicResolver
from parvis.networks.errors import NetworkError, NotSent, Refused, Unknown
from parvis.networks.http import Call, Http, Upload
from parvis.networks.secret import Secret
from tests.networks.conftest import LOOPBACK

ASK: Any = {"network": "mastodon", "purpose": "test"}
POST: Any = {"network": "mastodon", "purpose": "publish", "publishes": True}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A small server that remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.peers: list[object] = []
        self.answer: Handler = self._hello
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        self.requests.append(request)
        self.peers.append(request.transport and request.transport.get_extra_info("peername"))
        return await self.answer(request)

    async def _hello(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"path": request.path_qs})


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


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Names(AbstractResolver):
    """Answers each question with the next of the given addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        address = self._addresses[min(self.asked, len(self._addresses) - 1)]
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


class TestAnswers:
    async def test_an_answer_carries_status_headers_and_body(
        self, http: Http, server: Server
    ) -> None:
        answer = await http.get(f"{server.url}/a", query={"b": "c d"}, **ASK)

        assert (answer.status, answer.json()) == (200, {"path": "/a?b=c+d"})
        assert answer.headers["content-type"].startswith("application/json")
        assert server.requests[0].headers["User-Agent"] == f"Parvis/{__version__}"

    async def test_a_json_body_reveals_its_secrets_to_the_server_alone(
        self, http: Http, server: Server
    ) -> None:
        answer = await http.post(
            server.url, json={"password": Secret("opensesame")}, bearer=Secret("knock"), **ASK
        )

        assert server.bodies == [b'{"password":"opensesame"}']
        assert server.requests[0].headers["Authorization"] == "Bearer knock"
        assert "opensesame" not in repr(answer)
        assert answer.clean("you said opensesame and knock") == "you said … and …"

    async def test_a_form_is_sent_urlencoded(self, http: Http, server: Server) -> None:
        await http.post(server.url, form={"a": "é&b", "c": Secret("d")}, **ASK)

        assert server.bodies == [b"a=%C3%A9%26b&c=d"]

    async def test_a_form_with_a_file_is_sent_in_parts(
        self, http: Http, server: Server, tmp_path: Path
    ) -> None:
        path = tmp_path / "stored-under-another-name"
        path.write_bytes(b"picture" * 50_000)
        await http.post(
            server.url,
            form={"file": Upload(path, "image.png", "image/png"), "description": "été"},
            **ASK,
        )

        assert b"picture" * 50_000 in server.bodies[0]
        assert b'filename="image.png"' in server.bodies[0]
        assert "été".encode() in server.bodies[0]
        assert b"stored-under-another-name" not in server.bodies[0]

    async def test_a_file_is_streamed_with_its_size(
        self, http: Http, server: Server, tmp_path: Path
    ) -> None:
        path = tmp_path / "picture"
        path.write_bytes(b"x" * 300_000)
        await http.post(server.url, body=path, content_type="image/png", **ASK)

        assert server.bodies == [b"x" * 300_000]
        assert server.requests[0].headers["Content-Length"] == "300000"
        assert server.requests[0].headers["Content-Type"] == "image/png"

    async def test_a_file_that_is_gone_sends_nothing_and_may_be_tried_again(
        self, http: Http, server: Server, tmp_path: Path
    ) -> None:
        with pytest.raises(NotSent) as refusal:
            await http.post(server.url, body=tmp_path / "gone.png", content_type="image/png", **ASK)

        assert refusal.value.code == "file-missing"
        assert server.requests == []

    async def test_connections_are_kept(self, http: Http, server: Server) -> None:
        for _ in range(5):
            await http.get(server.url, **ASK)

        assert len(server.peers) == 5
        assert len(set(server.peers)) == 1

    async def test_no_cookie_is_kept(self, http: Http, server: Server) -> None:
        async def set_cookie(_: web.Request) -> web.StreamResponse:
            return web.Response(headers={"Set-Cookie": "session=abc; Path=/"})

        server.answer = set_cookie
        await http.get(server.url, **ASK)
        await http.get(server.url, **ASK)

        assert "Cookie" not in server.requests[1].headers

    async def test_a_redirect_is_not_followed(self, http: Http, server: Server) -> None:
        async def redirect(_: web.Request) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": f"{server.url}/elsewhere"})

        server.answer = redirect
        answer = await http.get(f"{server.url}/here", **ASK)

        assert answer.status == 302
        assert [request.path for request in server.requests] == ["/here"]

    async def test_a_proxy_in_the_environment_is_ignored(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{dead_port()}")
        async with Http(allow_private_hosts=LOOPBACK) as http:
            assert (await http.get(server.url, **ASK)).status == 200


class TestFailures:
    async def test_a_dead_port_is_not_sent(self, http: Http) -> None:
        with pytest.raises(NotSent) as trouble:
            await http.post(f"http://127.0.0.1:{dead_port()}", json={}, **POST)

        assert trouble.value.code == "unreachable"

    async def test_an_unknown_name_is_not_sent(self, http: Http) -> None:
        with pytest.raises(NotSent) as trouble:
            await http.post("https://nowhere.invalid", json={}, **POST)

        assert trouble.value.code == "unknown-host"
        assert "nowhere.invalid" in trouble.value.sentence

    async def test_a_server_that_does_not_speak_https_is_not_sent(
        self, http: Http, server: Server
    ) -> None:
        with pytest.raises(NotSent) as trouble:
            await http.post(f"https://127.0.0.1:{server.port}", json={}, **POST)

        assert trouble.value.code == "not-secure"
        assert server.requests == []

    async def test_a_certificate_that_nobody_vouches_for_is_not_sent(
        self, http: Http, https_server: tuple[int, list[bytes]]
    ) -> None:
        port, requests = https_server
        with pytest.raises(NotSent) as trouble:
            await http.post(f"https://127.0.0.1:{port}", json={}, **POST)

        assert trouble.value.code == "not-secure"
        assert requests == []

    async def test_a_connection_that_cannot_be_made_in_time_is_not_sent(self) -> None:
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
        self,
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
        self, http: Http, raw_server: Callable[[Talk], Awaitable[str]], said: bytes
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
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
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
        self, http: Http, server: Server
    ) -> None:
        async def bomb(_: web.Request) -> web.StreamResponse:
            response = web.Response(body=bytes(64 * 1024 * 1024))
            response.enable_compression(web.ContentCoding.gzip)
            return response

        server.answer = bomb
        with pytest.raises(NotSent):
            await http.get(server.url, **ASK)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://224.0.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
        ],
    )
    async def test_a_private_address_is_refused(self, url: str) -> None:
        async with Http() as http:
            with pytest.raises(Refused) as refusal:
                await http.get(url, **ASK)

        assert refusal.value.code == "private-address"
        assert "PARVIS_ALLOW_PRIVATE_HOSTS" in refusal.value.sentence

    async def test_a_name_for_a_private_address_is_refused(self) -> None:
        async with Http() as http:
            with pytest.raises(Refused) as refusal:
                await http.post("https://localhost/", json={}, **POST)

        assert refusal.value.code == "private-address"

    @pytest.mark.parametrize(
        "url",
        [
            "https://2130706433/",
            "https://127.1/",
            "https://0x7f.0.0.1/",
            "ftp://example.org/",
            "https://me:secret@example.org/",
            "example.org",
            "https://",
            "https://[::1",
        ],
    )
    async def test_what_is_not_the_address_of_a_server_is_not_called(self, url: str) -> None:
        async with Http() as http:
            with pytest.raises((Refused, NotSent)) as refusal:
                await http.get(url, **ASK)

        assert refusal.value.code in ("bad-address", "private-address", "unknown-host")

    async def test_plain_http_is_refused(self) -> None:
        async with Http() as http:
            with pytest.raises(Refused) as refusal:
                await http.get("http://example.org/", **ASK)

        assert refusal.value.code == "not-https"

    async def test_an_allowed_port_does_not_allow_its_neighbours(self, server: Server) -> None:
        async with Http(allow_private_hosts=frozenset({f"127.0.0.1:{server.port}"})) as http:
            assert (await http.get(server.url, **ASK)).status == 200
            with pytest.raises(Refused):
                await http.get(f"https://127.0.0.1:{server.port + 1}", **ASK)
            with pytest.raises(Refused):
                await http.get(f"https://localhost:{server.port}", **ASK)

    async def test_the_address_that_was_checked_is_the_one_that_is_called(
        self, server: Server
    ) -> None:
        names = Names("127.0.0.1", "127.0.0.2")
        allowed = frozenset({"books.example.org"})
        async with Http(allow_private_hosts=allowed, names=names) as http:
            await http.get(f"http://books.example.org:{server.port}", **ASK)

        assert names.asked == 1
        assert len(server.requests) == 1

    async def test_a_name_that_turns_private_later_is_refused_then(self) -> None:
        names = Names("93.184.215.14", "127.0.0.1")
        resolver = PublicResolver(AllowedHosts(frozenset()), names)
        found = await resolver.resolve("books.example.org", 443)

        assert [result["host"] for result in found] == ["93.184.215.14"]
        with pytest.raises(Refused) as refusal:
            await resolver.resolve("books.example.org", 443)
        assert refusal.value.code == "private-address"

    async def test_a_name_that_resolves_to_a_private_address_is_never_called(
        self, server: Server
    ) -> None:
        async with Http(names=Names("127.0.0.1")) as http:
            with pytest.raises(Refused):
                await http.get(f"https://books.example.org:{server.port}", **ASK)

        assert server.requests == []


class TestMeter:
    async def test_each_call_is_reported_without_its_query(self, server: Server) -> None:
        async def limited(_: web.Request) -> web.StreamResponse:
            headers = {"RateLimit-Limit": "300", "RateLimit-Remaining": "299"}
            return web.Response(status=404, headers=headers)

        server.answer = limited
        calls: list[Call] = []
        async with Http(allow_private_hosts=LOOPBACK, on_call=calls.append) as http:
            await http.get(f"{server.url}/a/b", query={"code": "c"}, **ASK)

        (call,) = calls
        assert (call.network, call.purpose, call.method) == ("mastodon", "test", "GET")
        assert (call.host, call.path, call.status) == ("127.0.0.1", "/a/b", 404)
        assert call.rate_limit is not None
        assert (call.rate_limit.limit, call.rate_limit.remaining) == (300, 299)
        assert 0 < call.seconds < 30

    async def test_a_call_without_an_answer_is_reported_too(self) -> None:
        calls: list[Call] = []
        async with Http(allow_private_hosts=LOOPBACK, on_call=calls.append) as http:
            with pytest.raises(NotSent):
                await http.get(f"http://127.0.0.1:{dead_port()}", **ASK)

        assert [call.status for call in calls] == [None]

    async def test_a_meter_that_fails_does_not_lose_the_answer(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_: Call) -> None:
            raise RuntimeError("no room on the disk")

        async with Http(allow_private_hosts=LOOPBACK, on_call=broken) as http:
            answer = await http.post(server.url, json={}, **POST)

        assert answer.status == 200
        assert "The meter failed" in caplog.text

    async def test_two_meters_share_connections(self, server: Server) -> None:
        first: list[Call] = []
        second: list[Call] = []
        async with Http(allow_private_hosts=LOOPBACK, on_call=first.append) as http:
            await http.get(server.url, **ASK)
            await http.metered(second.append).get(server.url, **ASK)

        assert (len(first), len(second)) == (1, 1)
        assert len(set(server.peers)) == 1


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
