"""Asking for a feed, politely: only if it has changed, and following its moves with care.

The one HTTP client calls no private address and follows no redirect; each step of a move is asked
for anew, and so looked at anew.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from urllib.parse import urljoin

from yarl import URL

from parvis.intake.feed_text import decoded
from parvis.networks.answer import Answer
from parvis.networks.errors import NetworkError
from parvis.networks.http import Http

MOST_MOVES = 5
SECONDS = 20.0
LONGEST_REST = timedelta(days=7)
_PERMANENT = frozenset({301, 308})
_MOVED = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED, _GONE, _TOO_MANY, _UNAVAILABLE = 304, 410, 429, 503
_TAKES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_MAX_AGE = re.compile(r"max-age=\"?(\d{1,9})")
MOST_OFFERED = 20
_LOOKED_AT_OF_A_PAGE = 200_000


class NotFetched(Exception):
    """`code` with `facts` says why. `rest` is how long its server asks to be left alone."""

    def __init__(
        self, code: str, facts: Mapping[str, str | int], rest: timedelta | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.facts = dict(facts)
        self.rest = rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for. `etag` and `modified` are what its server said the last time."""

    address: str
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`body` is None where nothing has changed. `address` is where it was found; `moved_to` where
    it is to be asked for from now on, which differs while a move is not for good."""

    body: bytes | None
    content_type: str
    address: str
    moved_to: str
    etag: str
    modified: str
    rest: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A feed that a page names."""

    address: str
    title: str


async def fetch(http: Http, asked: Asked) -> Fetched:
    """Raises NotFetched."""
    address, moved_to, for_good = asked.address, asked.address, True
    for _ in range(MOST_MOVES + 1):
        address, answer = await _answer(http, address, asked)
        moved_to = address if for_good else moved_to
        if answer.status not in _MOVED:
            return _fetched(answer, address, moved_to)
        address = _next(answer, address)
        for_good = for_good and answer.status in _PERMANENT
    raise NotFetched("moves-in-circles", {"host": _host(asked.address)})


def offered_by(page: bytes, content_type: str, address: str) -> list[Offered]:
    """The feeds that a page names with <link rel=alternate>, in its order."""
    reader = _LinkReader(address)
    reader.feed(decoded(page[:_LOOKED_AT_OF_A_PAGE], content_type))
    reader.close()
    once: dict[str, Offered] = {}
    for offered in reader.offered:
        once.setdefault(offered.address, offered)
    return list(once.values())[:MOST_OFFERED]


def typed_address(typed: str) -> str:
    """As people type it: without a scheme, or with the one that subscribers' programs know."""
    bare = re.sub(r"^(?:feed:)?(?:(?:https?|feed):)?//", "", typed.strip(), flags=re.IGNORECASE)
    scheme = "http" if typed.strip().lower().startswith("http://") else "https"
    return f"{scheme}://{bare}"


async def _answer(http: Http, address: str, asked: Asked) -> tuple[str, Answer]:
    """With the address that was asked in the end: one in the open is asked for over https."""
    try:
        return address, await _get(http, address, asked)
    except NetworkError as error:
        if error.code != "not-https":
            raise NotFetched(error.code, error.facts) from None
    secure = f"https{address.removeprefix('http')}"
    try:
        return secure, await _get(http, secure, asked)
    except NetworkError as error:
        raise NotFetched(error.code, error.facts) from None


async def _get(http: Http, address: str, asked: Asked) -> Answer:
    return await http.get(
        address, network="feed", purpose="feed", headers=_headers(asked), seconds=SECONDS
    )


def _headers(asked: Asked) -> Mapping[str, str]:
    headers = {"Accept": _TAKES}
    if asked.etag:
        headers["If-None-Match"] = asked.etag
    if asked.modified:
        headers["If-Modified-Since"] = asked.modified
    return headers


def _next(answer: Answer, address: str) -> str:
    location = answer.headers.get("Location", "")
    try:
        following = str(URL(urljoin(address, location)).with_fragment(None))
    except ValueError:
        following = ""
    if not location or not following:
        raise NotFetched("moved-nowhere", {"host": _host(address)})
    return following


def _fetched(answer: Answer, address: str, moved_to: str) -> Fetched:
    if not answer.ok and answer.status != _NOT_MODIFIED:
        raise _refusal(answer)
    headers = answer.headers
    return Fetched(
        body=None if answer.status == _NOT_MODIFIED else answer.body,
        content_type=headers.get("Content-Type", ""),
        address=address,
        moved_to=moved_to,
        etag=_kept(headers.get("ETag", ""), 500),
        modified=_kept(headers.get("Last-Modified", ""), 100),
        rest=_max_age(headers.get("Cache-Control", "")),
    )


def _refusal(answer: Answer) -> NotFetched:
    facts: dict[str, str | int] = {"host": answer.host, "status": answer.status}
    if answer.status == _GONE:
        return NotFetched("gone", facts)
    if answer.status in (_TOO_MANY, _UNAVAILABLE):
        rest = _retry_after(answer.headers.get("Retry-After", ""))
        return NotFetched("asks-to-wait", facts, rest)
    known = {401: "not-allowed", 403: "not-allowed", 404: "not-found"}
    return NotFetched(known.get(answer.status, "odd-status"), facts)


def _kept(header: str, longest: int) -> str:
    """One that is too long to be kept is left out; cut off it would never match."""
    return header if len(header) <= longest and header.isprintable() else ""


def _max_age(cache_control: str) -> timedelta | None:
    found = _MAX_AGE.search(cache_control.lower())
    return min(timedelta(seconds=int(found[1])), LONGEST_REST) if found else None


def _retry_after(said: str) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3)."""
    if said.strip().isdecimal():
        return min(timedelta(seconds=int(said.strip()[:9])), LONGEST_REST)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(aware - datetime.now(UTC), timedelta(0)), LONGEST_REST)


def _host(address: str) -> str:
    try:
        return URL(address).host or ""
    except ValueError:
        return ""


class _LinkReader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = address
        self.offered: list[Offered] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "base" and said.get("href"):
            self._base = self._whole(said["href"])
        elif tag == "link" and self._is_a_feed(said):
            self._offer(said)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _is_a_feed(self, said: Mapping[str, str]) -> bool:
        kind = said.get("type", "").split(";")[0].strip().lower()
        return "alternate" in said.get("rel", "").lower().split() and kind in _FEED_TYPES

    def _offer(self, said: Mapping[str, str]) -> None:
        address = self._whole(said.get("href", ""))
        if address.startswith(("http://", "https://")) and len(self.offered) < 2 * MOST_OFFERED:
            title = " ".join(said.get("title", "").split())[:200]
            self.offered.append(Offered(address=address, title=title))

    def _whole(self, written: str) -> str:
        try:
            return urljoin(self._base, written.strip())
        except ValueError:
            return self._base
