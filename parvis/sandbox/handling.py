"""What every request to a network passes: the audience's time, the ordered faults, the log."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from parvis.sandbox.faults import HANDED_OUT, Fault, Kind, Purpose
from parvis.sandbox.network import Answered, Handler, Route, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble
from parvis.sandbox.world import SeenCall

HTML = (
    "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
)
UNREADABLE = b'{"id": "\xff\xfe, and then the answer breaks o'
_SECRET_WORDS = ("token", "secret", "code", "password", "assertion", "signature")


def handled(network: SandboxNetwork, route: Route) -> Handler:
    """`route.handle` with everything around it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        network.let_audience_answer()
        purpose = await route.purpose_of(request)
        fault = _ordered(network, purpose)
        answer = await _befall(network, request, route.handle, fault)
        network.world.calls.append(
            SeenCall(
                network=network.name,
                method=request.method,
                path=_without_secrets(request),
                purpose=purpose,
                at=network.clock.now(),
                status=None if isinstance(answer, _Dropped) else answer.status,
                fault=fault.fault if fault else "",
            )
        )
        return answer

    return handle


def _ordered(network: SandboxNetwork, purpose: Purpose) -> Fault | None:
    kinds = network.known_faults() - HANDED_OUT
    return network.faults.take(network.name, purpose, kinds)


class _Dropped(web.Response):
    """The connection is broken; this only satisfies aiohttp and reaches nobody."""


def drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return _Dropped(status=500)


async def _answered(
    network: SandboxNetwork, request: web.Request, handle: Handler
) -> web.StreamResponse:
    try:
        return await handle(request)
    except Answered as stopped:
        return stopped.response
    except TokenTrouble as trouble:
        return network.unauthorised(trouble)
    except web.HTTPException as stopped:
        return web.Response(status=stopped.status, text=stopped.text, headers=stopped.headers)


async def _befall(
    network: SandboxNetwork, request: web.Request, handle: Handler, fault: Fault | None
) -> web.StreamResponse:
    if fault is None:
        return await _answered(network, request, handle)
    if fault.fault in _INSTEAD:
        return _INSTEAD[fault.fault](network, request, fault)
    if fault.fault in _BEFORE:
        await _BEFORE[fault.fault](network, request)
        return await _answered(network, request, handle)
    if fault.fault is Kind.ACT_LATE:
        return await _act_late(network, request, handle, fault)
    answer = await _answered(network, request, handle)
    return await _AFTER[fault.fault](network, request, fault, answer)


def _refuse(network: SandboxNetwork, _request: web.Request, fault: Fault) -> web.Response:
    return network.refusal(fault)


def _lose_request(_network: SandboxNetwork, request: web.Request, _fault: Fault) -> web.Response:
    return drop(request)


def _fail(network: SandboxNetwork, _request: web.Request, _fault: Fault) -> web.Response:
    return network.server_error()


def _show_error_page(
    _network: SandboxNetwork, _request: web.Request, _fault: Fault
) -> web.Response:
    return web.Response(status=502, text=HTML, content_type="text/html")


async def _expire_token(network: SandboxNetwork, request: web.Request) -> None:
    token = network.shelf.tokens.get(await network.presented_token(request))
    if token is not None:
        network.shelf.tokens.put(replace(token, expires_at=network.clock.now()))


async def _revoke_token(network: SandboxNetwork, request: web.Request) -> None:
    token = network.shelf.tokens.get(await network.presented_token(request))
    if token is not None:
        network.oauth.shut_out(token.grant)


async def _act_late(
    network: SandboxNetwork, request: web.Request, handle: Handler, fault: Fault
) -> web.StreamResponse:
    await _take_in(request)
    dropped = drop(request)
    await asyncio.sleep(fault.seconds)
    await _answered(network, request, handle)
    return dropped


async def _take_in(request: web.Request) -> None:
    """The whole body: nothing of it can be read once the connection is broken."""
    if request.content_type == "multipart/form-data":
        await request.post()
    else:
        await request.read()


async def _lose_answer(
    _network: SandboxNetwork, request: web.Request, _fault: Fault, _answer: web.StreamResponse
) -> web.StreamResponse:
    return drop(request)


async def _fail_after(
    network: SandboxNetwork, _request: web.Request, _fault: Fault, _answer: web.StreamResponse
) -> web.StreamResponse:
    return network.server_error()


async def _delay(
    _network: SandboxNetwork, _request: web.Request, fault: Fault, answer: web.StreamResponse
) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return answer


async def _garble(
    _network: SandboxNetwork, _request: web.Request, _fault: Fault, _answer: web.StreamResponse
) -> web.StreamResponse:
    return web.Response(status=200, body=UNREADABLE, content_type="application/json")


async def _empty(
    _network: SandboxNetwork, _request: web.Request, _fault: Fault, _answer: web.StreamResponse
) -> web.StreamResponse:
    return web.Response(status=200)


_INSTEAD: dict[Kind, Callable[[SandboxNetwork, web.Request, Fault], web.Response]] = {
    Kind.REFUSE: _refuse,
    Kind.RATE_LIMIT: _refuse,
    Kind.RETIRED_VERSION: _refuse,
    Kind.USAGE_CAP: _refuse,
    Kind.LOSE_REQUEST: _lose_request,
    Kind.ERROR_BEFORE: _fail,
    Kind.HTML_ERROR_PAGE: _show_error_page,
}
_BEFORE: dict[Kind, Callable[[SandboxNetwork, web.Request], Awaitable[None]]] = {
    Kind.EXPIRED_TOKEN: _expire_token,
    Kind.REVOKED_TOKEN: _revoke_token,
}
_AFTER: dict[
    Kind,
    Callable[
        [SandboxNetwork, web.Request, Fault, web.StreamResponse], Awaitable[web.StreamResponse]
    ],
] = {
    Kind.LOSE_ANSWER: _lose_answer,
    Kind.ERROR_AFTER: _fail_after,
    Kind.DELAY: _delay,
    Kind.MALFORMED: _garble,
    Kind.EMPTY_BODY: _empty,
}


def _without_secrets(request: web.Request) -> str:
    shown = {
        name: "…" if any(word in name.lower() for word in _SECRET_WORDS) else value
        for name, value in request.query.items()
    }
    return f"{request.path}?{urlencode(shown, safe='…,:/')}" if shown else request.path
