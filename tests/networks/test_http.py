"""The one HTTP client: what it sends, what it reads, what it reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web

from parvis import __version__
from parvis.networks.errors import NotSent
from parvis.networks.http import Call, Http, Upload
from parvis.networks.secret import Secret
from tests.networks.loopback import ASK, LOOPBACK, POST, Server, dead_port


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
        (told,) = call.rate_limits
        assert (told.limit, told.remaining) == (300, 299)
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
