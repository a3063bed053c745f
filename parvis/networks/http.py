"""The one HTTP client. No network module opens a connection by other means.

It never follows a redirect, keeps no cookie, reads no proxy from the environment, calls no
private address (see addresses.py) and never waits for ever. It sends a request once; what a
failure means for a post is decided in one place, `_failure`.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Required, Self, TypedDict, Unpack

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from parvis import __version__
from parvis.networks.addresses import AllowedHosts, PublicResolver
from parvis.networks.answer import Answer, Call, unclear
from parvis.networks.body import Body, Form, Slice, Upload, encode_body
from parvis.networks.errors import NetworkError, NotSent, Refused
from parvis.networks.present import seconds_of_this_machine
from parvis.networks.secret import Secret, redact, redact_value

__all__ = ["Answer", "Ask", "Call", "Http", "Slice", "Upload", "redact"]

ANSWER_LIMIT = 8 * 1024 * 1024
USUAL_SECONDS = 30.0
# For what publishes: whoever sends it holds a right to do so that outlives this.
PUBLISH_SECONDS = 15.0
CONNECT_SECONDS = 8.0
# Node's servers, the Bluesky PDS among them, drop an idle connection after five seconds. A post
# sent into a connection that is just being dropped is an Unknown that need not have been.
_KEEP_ALIVE_SECONDS = 4.0
# Waiting for a free connection counts as connecting, so it ends in NotSent, never in Unknown. One
# server that has stopped answering must not use up the connections to all others.
_CONNECTIONS = 1000
_CONNECTIONS_PER_HOST = 200

_CALL_FACTS = ("network", "purpose", "method", "host", "status", "seconds")

log = logging.getLogger(__name__)


class Ask(TypedDict, total=False):
    """What goes into one request besides its address.

    `network` and `purpose` are for the meter. `bearer`, and each Secret that is a value of
    `query`, `headers`, `json` or `form`, is kept out of whatever is said about the answer.
    `publishes` marks the one dangerous kind of request: sent twice, it posts twice. `seconds`
    bounds the whole of it; what publishes has fewer, unless it says otherwise.
    """

    network: Required[str]
    purpose: Required[str]
    query: Mapping[str, str | Secret]
    bearer: Secret | None
    headers: Mapping[str, str | Secret]
    json: Any
    form: Form
    body: bytes | Path | Slice
    content_type: str
    seconds: float
    publishes: bool


class Http:
    """Use it as an async context manager, once for many requests: connections are kept.

    `allow_private_hosts` holds `host` or `host:port` names that may be private and may speak plain
    http. `on_call` hears of each request that was tried; see also `metered`. A `URL` is asked for
    as it is written, a string with its escapes put in order: LinkedIn's keys need theirs.
    """

    def __init__(
        self,
        *,
        allow_private_hosts: frozenset[str] = frozenset(),
        on_call: Callable[[Call], None] | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        names: AbstractResolver | None = None,
    ) -> None:
        self._allowed = AllowedHosts(allow_private_hosts)
        self._on_call = on_call
        self._connect_seconds = connect_seconds
        self._names = names
        self._send_before: float | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=_PunctualConnector(
                resolver=PublicResolver(self._allowed, self._names),
                limit=_CONNECTIONS,
                limit_per_host=_CONNECTIONS_PER_HOST,
                keepalive_timeout=_KEEP_ALIVE_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": f"Parvis/{__version__}"},
        )
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def metered(self, on_call: Callable[[Call], None]) -> "Http":
        """The same client and connections, reporting to another meter."""
        metered = self._like_this()
        metered._on_call = on_call
        return metered

    def sending_before(self, moment: float) -> "Http":
        """The same client; what publishes is not sent after `moment`, by
        `seconds_of_this_machine`. It is looked at when the connection stands and nothing is left
        but to write: a process that was stopped for a while does not go on where it stood."""
        punctual = self._like_this()
        punctual._send_before = moment
        return punctual

    async def get(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._send("GET", url, ask)

    async def post(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._send("POST", url, ask)

    async def put(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._send("PUT", url, ask)

    async def delete(self, url: str | URL, **ask: Unpack[Ask]) -> Answer:
        return await self._send("DELETE", url, ask)

    def _like_this(self) -> "Http":
        """What `copy.copy` does, which would take as long as a part of the request itself."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    async def _send(self, method: str, url: str | URL, ask: Ask) -> Answer:
        """Answers whatever the status is; raises when there is no answer."""
        address = self._checked(url, ask.get("query"))
        body = _body_of(ask)
        started = time.monotonic()
        answer: Answer | None = None
        try:
            answer = await self._sent(method, address, ask, body)
            return answer
        finally:
            if self._on_call is not None or log.isEnabledFor(logging.DEBUG):
                seconds = time.monotonic() - started
                self._tell(_call(method, address, ask, answer, seconds))

    def _tell(self, call: Call) -> None:
        if log.isEnabledFor(logging.DEBUG):
            log.debug("called", extra={name: getattr(call, name) for name in _CALL_FACTS})
        if self._on_call is not None:
            _report(self._on_call, call)

    def _checked(self, url: str | URL, query: Mapping[str, str | Secret] | None) -> URL:
        try:
            address = URL(url)
            address = address.with_query(_revealed(query)) if query else address
        except ValueError:
            raise Refused("bad-address", "That is not the address of a server.") from None
        self._allowed.check(address)
        return address

    async def _sent(self, method: str, address: URL, ask: Ask, body: Body) -> Answer:
        try:
            if not body.has_files:
                return await self._exchange(method, address, ask, body.content_type, body.content)
            async with body.opened() as data:
                return await self._exchange(method, address, ask, body.content_type, data)
        except (aiohttp.ClientError, OSError, _TooLarge) as error:
            # What aiohttp says may quote the address, and with it a token in the query.
            raise _failure(error, address, ask) from (None if ask.get("query") else error)

    async def _exchange(
        self, method: str, address: URL, ask: Ask, content_type: str | None, data: Any
    ) -> Answer:
        if self._session is None:
            raise RuntimeError("Http is used outside of its context")
        _SEND_BEFORE.set(self._send_before if ask.get("publishes") else None)
        async with self._session.request(
            method,
            address,
            data=data,
            headers=_headers_of(ask, content_type),
            timeout=_timeout(_seconds_of(ask), self._connect_seconds),
            allow_redirects=False,
        ) as response:
            return Answer(
                response.status,
                response.headers,
                await _read(response),
                address.host or "",
                ask.get("publishes", False),
                _secrets_of(ask),
                ask["network"],
                ask["purpose"],
            )


def _call(method: str, address: URL, ask: Ask, answer: Answer | None, seconds: float) -> Call:
    return Call(
        network=ask["network"],
        purpose=ask["purpose"],
        method=method,
        host=address.host or "",
        path=_shown(address.path, answer.secrets if answer else _secrets_of(ask)),
        status=answer.status if answer else None,
        seconds=seconds,
        rate_limits=answer.rate_limits if answer else (),
    )


def _shown(path: str, secrets: tuple[Secret, ...]) -> str:
    for secret in secrets:
        path = redact_value(path, secret)
    return _without_likely_secrets(path)


@lru_cache(maxsize=256)
def _without_likely_secrets(path: str) -> str:
    """A network has few paths, and most calls go to one of them."""
    return redact(path)


def _report(on_call: Callable[[Call], None], call: Call) -> None:
    try:
        on_call(call)
    except Exception:
        # A meter that fails must not turn a post that went out into one that did not.
        log.exception("The meter failed on a call to %s", call.host)


@dataclass(frozen=True, slots=True)
class _Failure:
    code: str
    sentence: str


_SEND_BEFORE: ContextVar[float | None] = ContextVar("send_before", default=None)


class _TooLate(aiohttp.ClientError):
    pass


class _PunctualConnector(aiohttp.TCPConnector):
    """aiohttp writes the request in the same step in which it gets its connection from here."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # as aiohttp names it
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        moment = _SEND_BEFORE.get()
        if moment is not None and seconds_of_this_machine() > moment:
            connection.close()
            raise _TooLate
        return connection


# Raised before the first byte of the request has left.
_BEFORE_SENDING: tuple[tuple[type[Exception], _Failure], ...] = (
    (_TooLate, _Failure("too-late-to-send", "The right to send to {host} had run out.")),
    (
        aiohttp.ClientConnectorDNSError,
        _Failure("unknown-host", "No server named “{host}” could be found."),
    ),
    (
        aiohttp.ClientConnectorCertificateError,
        _Failure("not-secure", "{host} could not show that it is {host}: its certificate is bad."),
    ),
    (
        aiohttp.ClientConnectorSSLError,
        _Failure("not-secure", "{host} does not speak https as it should."),
    ),
    (aiohttp.ClientConnectorError, _Failure("unreachable", "{host} cannot be reached.")),
    (aiohttp.ConnectionTimeoutError, _Failure("unreachable", "{host} cannot be reached.")),
)


class _TooLarge(Exception):
    pass


def _failure(error: Exception, address: URL, ask: Ask) -> NetworkError:
    """The one table from a client's exceptions to a decision about the post."""
    host = address.host or ""
    if isinstance(error, aiohttp.InvalidURL):
        return Refused("bad-address", f"“{host}” is not the address of a server.", host=host)
    for kind, failure in _BEFORE_SENDING:
        if isinstance(error, kind):
            sentence = failure.sentence.format(host=host)
            return NotSent(failure.code, f"{sentence} Nothing was sent.", host=host)
    publishes = ask.get("publishes", False)
    if isinstance(error, _TooLarge):
        return unclear(
            "unreadable", f"The answer of {host} is too large.", publishes=publishes, host=host
        )
    return unclear("no-answer", f"{host} did not answer.", publishes=publishes, host=host)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > ANSWER_LIMIT:
            raise _TooLarge
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _body_of(ask: Ask) -> Body:
    return encode_body(
        json=ask.get("json"),
        form=ask.get("form"),
        body=ask.get("body"),
        content_type=ask.get("content_type"),
    )


def _seconds_of(ask: Ask) -> float:
    return ask.get("seconds", PUBLISH_SECONDS if ask.get("publishes") else USUAL_SECONDS)


def _headers_of(ask: Ask, content_type: str | None) -> dict[str, str]:
    headers = _revealed(ask.get("headers") or {})
    if (bearer := ask.get("bearer")) is not None:
        headers["Authorization"] = f"Bearer {bearer.reveal()}"
    if content_type is not None:
        headers["Content-Type"] = content_type
    return headers


def _revealed(values: Mapping[str, str | Secret]) -> dict[str, str]:
    return {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in values.items()
    }


def _secrets_of(ask: Ask) -> tuple[Secret, ...]:
    values: list[object] = [ask.get("bearer")]
    for carried in (ask.get("query"), ask.get("headers"), ask.get("json"), ask.get("form")):
        if carried is not None and isinstance(carried, (dict, Mapping)):
            values.extend(carried.values())
    return tuple([value for value in values if isinstance(value, Secret)])


@lru_cache(maxsize=64)
def _timeout(seconds: float, connect_seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=seconds, connect=connect_seconds, sock_connect=connect_seconds
    )
