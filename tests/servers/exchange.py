"""One request on its way through the proxy, to the target and back, unaltered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

# RFC 9110, 7.6.1: these speak of one connection, not of the message. Lengths are counted anew,
# and Host is made from the target's own address.
OF_ONE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# A proxy sends what it was sent; aiohttp would add these of its own accord.
UNASKED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived; `path` includes the query."""

    method: str
    path: str
    at: datetime
    body_length: int
    body_sha256: str
    headers: CIMultiDictProxy[str] = field(repr=False)

    def fits(self, path_part: str, method: str | None) -> bool:
        return path_part in self.path and method in (None, self.method)


class Target:
    """The server behind the proxy."""

    def __init__(self, url: str, rewrite: Mapping[str, str]) -> None:
        self._url = url.rstrip("/")
        self._rewrite = rewrite

    async def open(self) -> None:
        self._session = ClientSession(
            auto_decompress=False,
            timeout=ClientTimeout(total=120),
            skip_auto_headers=UNASKED,
        )

    async def close(self) -> None:
        await self._session.close()

    async def answer(self, seen: Seen, body: bytes) -> web.Response:
        async with self._session.request(
            seen.method,
            URL(self._url + seen.path, encoded=True),
            headers=self._asking(seen.headers),
            data=body or None,
            allow_redirects=False,
        ) as answer:
            said = self._rewritten(await answer.read(), answer.headers)
            headers = _of_the_message(answer.headers)
            return web.Response(
                status=answer.status, reason=answer.reason, headers=headers, body=said
            )

    def _asking(self, headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
        asking = _of_the_message(headers)
        if self._rewrite:
            asking["Accept-Encoding"] = "identity"
        return asking

    def _rewritten(self, body: bytes, headers: CIMultiDictProxy[str]) -> bytes:
        kind = headers.get("Content-Type", "")
        if "json" not in kind and not kind.startswith("text/"):
            return body
        for original, replacement in self._rewrite.items():
            body = body.replace(original.encode(), replacement.encode())
        return body


class Exchange:
    def __init__(self, request: web.Request, body: bytes, target: Target) -> None:
        self._request = request
        self._body = body
        self._target = target
        self.seen = Seen(
            method=request.method,
            path=request.raw_path,
            at=datetime.now(UTC),
            body_length=len(body),
            body_sha256=hashlib.sha256(body).hexdigest(),
            headers=request.headers,
        )

    async def forward(self) -> web.Response:
        """What the target answers; a target that cannot be reached looks like a lost answer."""
        try:
            return await self._target.answer(self.seen, self._body)
        except (ClientError, TimeoutError):
            return self.drop()

    def drop(self) -> web.Response:
        """Breaks the connection; the response only satisfies aiohttp and reaches nobody."""
        if self._request.transport is not None:
            self._request.transport.abort()
        return web.Response(status=500)


def _of_the_message(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    kept = [(name, text) for name, text in headers.items() if name.lower() not in OF_ONE_CONNECTION]
    return CIMultiDict(kept)
