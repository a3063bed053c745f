"""A request whose right to be sent has run out does not leave, wherever it was kept waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from parvis.networks import http as module
from parvis.networks.errors import NotSent
from parvis.networks.http import Http
from parvis.networks.present import seconds_of_this_machine
from tests.networks.loopback import ASK, LOOPBACK, POST, Server
from tests.servers.waiting import wait_until_async

MINUTE = 60.0
HOUR = 3600.0


class Passing:
    """This machine's time, which can be let pass."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return seconds_of_this_machine() + self.passed


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Passing:
    passing = Passing()
    monkeypatch.setattr(module, "seconds_of_this_machine", passing)
    return passing


@pytest_asyncio.fixture
async def narrow(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Http]:
    """A client with one connection to each server."""
    monkeypatch.setattr(module, "_CONNECTIONS_PER_HOST", 1)
    async with Http(allow_private_hosts=LOOPBACK) as client:
        yield client


class Occupied:
    """The server does not answer before `answer` is set."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.answer = asyncio.Event()
        server.answer = self._when_it_may

    async def _when_it_may(self, request: web.Request) -> web.StreamResponse:
        await self.answer.wait()
        return web.json_response({})

    async def begins(self, number: int = 1) -> None:
        async def have_arrived() -> bool:
            return len(self.server.requests) >= number

        await wait_until_async(have_arrived, MINUTE, "the request to arrive")


class SlowNames(AbstractResolver):
    """Takes a minute to find a server."""

    def __init__(self, time: Passing) -> None:
        self._time = time

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self._time.passed += MINUTE
        found = ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
        )
        return [found]

    async def close(self) -> None:
        pass


async def test_within_its_time_a_request_is_sent(http: Http, server: Server, time: Passing) -> None:
    punctual = http.sending_before(time() + MINUTE)
    await punctual.post(server.url, **POST)
    assert len(server.requests) == 1


async def test_a_request_that_is_too_late_from_the_start_is_not_sent(
    http: Http, server: Server, time: Passing
) -> None:
    with pytest.raises(NotSent) as late:
        await http.sending_before(time() - 1).post(server.url, **POST)
    assert late.value.code == "too-late-to-send"
    assert server.requests == []


async def test_a_request_that_waited_too_long_for_a_free_connection_is_not_sent(
    narrow: Http, server: Server, time: Passing
) -> None:
    occupied = Occupied(server)
    first = asyncio.create_task(narrow.post(server.url, **POST))
    await occupied.begins()
    punctual = narrow.sending_before(time() + MINUTE)
    second = asyncio.create_task(punctual.post(server.url, **POST))
    await asyncio.sleep(0)
    time.passed += HOUR
    occupied.answer.set()
    await first
    with pytest.raises(NotSent):
        await second
    assert len(server.requests) == 1


async def test_a_request_that_waited_for_a_free_connection_and_is_in_time_is_sent(
    narrow: Http, server: Server, time: Passing
) -> None:
    occupied = Occupied(server)
    first = asyncio.create_task(narrow.post(server.url, **POST))
    await occupied.begins()
    second = asyncio.create_task(narrow.sending_before(time() + MINUTE).post(server.url, **POST))
    await asyncio.sleep(0)
    occupied.answer.set()
    await asyncio.gather(first, second)
    assert len(server.requests) == 2


async def test_a_request_that_was_connecting_for_too_long_is_not_sent(
    server: Server, time: Passing
) -> None:
    public = frozenset({f"ponts.example.org:{server.port}"})
    async with Http(allow_private_hosts=public, names=SlowNames(time)) as http:
        address = f"http://ponts.example.org:{server.port}"
        with pytest.raises(NotSent):
            await http.sending_before(time() + MINUTE / 2).post(address, **POST)
        assert server.requests == []
        await http.sending_before(time() + 2 * MINUTE).post(address, **POST)
    assert len(server.requests) == 1


async def test_a_connection_that_was_kept_open_does_not_help_who_is_late(
    http: Http, server: Server, time: Passing
) -> None:
    await http.post(server.url, **POST)
    with pytest.raises(NotSent):
        await http.sending_before(time() - 1).post(server.url, **POST)
    assert len(server.requests) == 1


async def test_what_does_not_publish_is_sent_however_late(
    http: Http, server: Server, time: Passing
) -> None:
    """Uploads and questions do no harm, and may be asked twice."""
    late = http.sending_before(time() - HOUR)
    await late.get(server.url, **ASK)
    await late.post(server.url, **ASK)
    assert len(server.requests) == 2


async def test_the_client_of_others_is_not_bound_by_it(
    http: Http, server: Server, time: Passing
) -> None:
    late = http.sending_before(time() - 1)
    await http.post(server.url, **POST)
    with pytest.raises(NotSent):
        await late.post(server.url, **POST)
    await http.post(server.url, **POST)
    assert len(server.requests) == 2


async def test_requests_side_by_side_are_each_bound_by_their_own_time(
    http: Http, server: Server, time: Passing
) -> None:
    moments = [time() + (MINUTE if number % 2 else -1) for number in range(20)]
    answers = await asyncio.gather(
        *(http.sending_before(moment).post(server.url, **POST) for moment in moments),
        return_exceptions=True,
    )
    assert [isinstance(answer, NotSent) for answer in answers] == [True, False] * 10
    assert len(server.requests) == 10


async def test_many_that_were_late_leave_the_connections_to_others(
    narrow: Http, server: Server, time: Passing
) -> None:
    for _ in range(5):
        with pytest.raises(NotSent):
            await narrow.sending_before(time() - 1).post(server.url, **POST)
    await asyncio.wait_for(narrow.post(server.url, **POST), MINUTE)
    assert len(server.requests) == 1


async def test_also_with_another_meter_it_is_bound(
    http: Http, server: Server, time: Passing
) -> None:
    heard: list[object] = []
    with pytest.raises(NotSent):
        await http.sending_before(time() - 1).metered(heard.append).post(server.url, **POST)
    assert server.requests == []
