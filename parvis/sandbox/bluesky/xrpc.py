"""XRPC as the reference PDS speaks it: errors, parameters, rate-limit headers.

Sources: seen on the PDS 0.5.35 and read in @atproto/xrpc-server (rate-limiter-http.js).
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from parvis.sandbox.limits import Window
from parvis.sandbox.network import Answered, Handler, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble, Why
from parvis.sandbox.records import Json

MINUTE, HOUR, DAY = 60, 3600, 86_400
GLOBAL_LIMIT = 3000
_JSON_LIMIT = 1_000_000
_KINDS = {str: "string", int: "integer", list: "array", dict: "object"}
_SEEN = web.RequestKey("limits seen", list[tuple[Window, int]])
_TOKEN_TROUBLES = {
    Why.MISSING: (401, "AuthMissing", "Authentication Required"),
    Why.UNKNOWN: (400, "InvalidToken", "Token could not be verified"),
    Why.EXPIRED: (400, "ExpiredToken", "Token has expired"),
    Why.REVOKED: (400, "InvalidToken", "Token could not be verified"),
    Why.SCOPE: (400, "InvalidToken", "Bad token scope"),
}


def error(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"error": name, "message": message}, status=status)


def refuse(message: str, name: str = "InvalidRequest", status: int = 400) -> Answered:
    return Answered(error(status, name, message))


def unauthorised(trouble: TokenTrouble) -> web.Response:
    return error(*_TOKEN_TROUBLES[trouble.why])


def server_error() -> web.Response:
    return error(500, "InternalServerError", "Internal Server Error")


def too_many(window: Window, window_seconds: int, now: datetime) -> web.Response:
    answer = error(429, "RateLimitExceeded", "Rate Limit Exceeded")
    answer.headers["Retry-After"] = str(max(1, int((window.resets_at - now).total_seconds())))
    _tell_limit(answer, [(window, window_seconds)])
    return answer


def limited(network: SandboxNetwork, handle: Handler) -> Handler:
    """`handle` behind the limit that all requests of one address share, and with the headers of
    the tightest limit that it met."""

    async def behind(request: web.Request) -> web.StreamResponse:
        seen: list[tuple[Window, int]] = []
        request[_SEEN] = seen
        try:
            take(network, request, "all", limit=GLOBAL_LIMIT, seconds=5 * MINUTE)
            answer = await handle(request)
        except Answered as stopped:
            answer = stopped.response
        except TokenTrouble as trouble:
            answer = unauthorised(trouble)
        _tell_limit(answer, seen)
        return answer

    return behind


def take(
    network: SandboxNetwork,
    request: web.Request,
    key: str,
    *,
    limit: int,
    seconds: int,
    cost: int = 1,
) -> None:
    """Raises Answered with a 429 when `cost` is more than is left."""
    window = network.windows.take(key, limit=limit, seconds=seconds, cost=cost)
    request[_SEEN].append((window, seconds))
    if window.is_exceeded:
        raise Answered(too_many(window, seconds, network.clock.now()))


def _tell_limit(answer: web.StreamResponse, seen: Sequence[tuple[Window, int]]) -> None:
    if not seen:
        return
    window, seconds = min(seen, key=lambda pair: (not pair[0].is_exceeded, pair[0].remaining))
    answer.headers["RateLimit-Limit"] = str(window.limit)
    answer.headers["RateLimit-Remaining"] = str(window.remaining)
    answer.headers["RateLimit-Reset"] = str(int(window.resets_at.astimezone(UTC).timestamp()))
    answer.headers["RateLimit-Policy"] = f"{window.limit};w={seconds}"


def parameter(request: web.Request, method: str, name: str) -> str:
    """A required one of a query."""
    if not (value := request.query.get(name, "")):
        raise refuse(f'Invalid {method} params: Missing required key "{name}"')
    return value


def number(
    request: web.Request,
    method: str,
    name: str = "limit",
    *,
    usual: int,
    least: int = 0,
    most: int | None = None,
) -> int:
    """A whole number of a query."""
    said = request.query.get(name, str(usual))
    if not said.removeprefix("-").isdecimal():
        raise refuse(f'Invalid {method} params: Expected integer value type (got "{said}")')
    bounds = [("small", "minimum", least, int(said) < least)]
    if most is not None:
        bounds.append(("big", "maximum", most, int(said) > most))
    for size, bound, limit, is_broken in bounds:
        if is_broken:
            raise refuse(
                f"Invalid {method} params: integer too {size} ({bound} {limit}, got {said})"
            )
    return int(said)


async def arguments(request: web.Request, *required: str, **kinds: type) -> Json:
    """The body. Those of `kinds` are required, and of that kind."""
    body = await request.read()
    if len(body) > _JSON_LIMIT:
        raise refuse("request entity too large", "PayloadTooLarge", 413)
    try:
        stated: Any = json.loads(body)
    except ValueError:
        raise refuse("Request body is not valid JSON") from None
    if not isinstance(stated, dict):
        raise refuse("Expected object value type at $")
    for name in (*required, *kinds):
        if name not in stated:
            raise refuse(f'Missing required key "{name}" at $')
    for name, kind in kinds.items():
        if not isinstance(stated[name], kind):
            raise refuse(f"Expected {_KINDS[kind]} value type at $.{name}")
    return stated
