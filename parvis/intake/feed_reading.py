"""What a feed says, in whichever format: RSS, Atom or JSON Feed. Pure.

`feedparser` reads RSS and Atom, from text that is here already: it is never given an address, and
never a document that declares entities, with which a few lines grow to gigabytes. JSON Feed is read
as https://www.jsonfeed.org/version/1.1/ has it.
"""

import hashlib
import io
import json
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import feedparser  # type: ignore[import-untyped]

from parvis.intake.feed_text import (
    cut_at_word,
    decoded,
    one_line,
    plain_text,
    without_bad_references,
)

MOST_ENTRIES = 100
LONGEST_DOCUMENT = 2_000_000  # characters, of the entries that are read
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_NAME, LONGEST_LINK = 500, 1200, 200, 2000
_MOST_CATEGORIES = 20
# More of an entry is not looked at: its text is in front.
_LONGEST_MARKUP = 50_000
_JSON_FEED = "https://jsonfeed.org/version/"
_DECLARES_ENTITIES = re.compile(r"<!ENTITY", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_END_OF_ENTRY = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT = re.compile(r"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_ENDS = {"rss": "</channel></rss>", "feed": "</feed>", "rdf": "</rdf:RDF>"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS_OF_MAIL = re.compile(r"\S+@\S+")
# What tells visits apart names no other page.
_TELLS_VISITS_APART = re.compile(r"utm_|mc_cid|mc_eid|fbclid|gclid|at_medium|at_campaign|xtor")


class NoFeed(Exception):
    """`code` says why it cannot be read as one."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """As plain text. `key` and `place` are hashes: see `models.Entry`."""

    key: str
    place: str
    title: str = ""
    link: str = ""
    summary: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeed:
    """`entries` the newest first, as far as they tell. `rest` is how long it asks to be left alone
    between two looks; None where it does not say."""

    title: str
    site: str
    language: str
    rest: timedelta | None
    entries: tuple[ReadEntry, ...]


def read_feed(body: bytes, content_type: str, address: str) -> ReadFeed:
    """Raises NoFeed. `address` is where it came from: links may be written from there."""
    text = decoded(body, content_type).strip()
    if text.startswith("{"):
        return _completed(*_read_json(text, address))
    return _completed(*_read_xml(text, address))


def looks_like_a_page(body: bytes, content_type: str) -> bool:
    start = decoded(body[:2048], content_type).lower()
    return "html" in content_type.lower() or "<html" in start or "<!doctype html" in start


def place_of(link: str) -> str:
    """The address without what tells visits apart, so that one page has one name."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    kept = [pair for pair in parts.query.split("&") if not _TELLS_VISITS_APART.match(pair)]
    fragment = "" if "=" in parts.fragment else parts.fragment
    host = parts.netloc.lower().removeprefix("www.")
    return urlunsplit(("", host, parts.path.rstrip("/"), "&".join(kept), fragment))


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    title: str
    site: str
    language: str
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An entry before it is known what tells it from the others."""

    id: str
    said: ReadEntry


def _completed(about: _About, found: Sequence[_Found]) -> ReadFeed:
    """A link that several entries share is the link of none: each is then known by its id."""
    shared = {link for link, n in Counter(each.said.link for each in found).items() if n > 1}
    entries = [_identified(each, each.said.link in shared) for each in found]
    return ReadFeed(
        title=cut_at_word(about.title, LONGEST_NAME),
        site=about.site,
        language=about.language,
        rest=about.rest,
        entries=tuple(_newest_first(_once(entries))),
    )


def _identified(found: _Found, shares_its_link: bool) -> ReadEntry:
    said = found.said
    matter = f"{said.title}\n{said.summary}"
    key = _hash(found.id or (said.link if not shares_its_link else "") or matter)
    leads = place_of(said.link) if said.link else ""
    place = _hash(f"{leads}\n{key}" if shares_its_link and leads else leads or matter)
    return replace(said, key=key, place=place)


def _once(entries: Sequence[ReadEntry]) -> list[ReadEntry]:
    by_key: dict[str, ReadEntry] = {}
    for entry in entries:
        by_key.setdefault(entry.key, entry)
    return list(by_key.values())


def _newest_first(entries: list[ReadEntry]) -> list[ReadEntry]:
    """As the feed has them, unless every one says when it was published."""
    moments = {entry.key: entry.published_at for entry in entries}
    if not all(moments.values()):
        return entries
    return sorted(entries, key=lambda entry: str(moments[entry.key]), reverse=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read_xml(text: str, address: str) -> tuple[_About, list[_Found]]:
    root = _ROOT.search(text[:10_000])
    if root is None:
        raise NoFeed("no-feed")
    if _DECLARES_ENTITIES.search(text):
        raise NoFeed("declares-entities")
    parsed = _parsed(_front_of(_XML_DECLARATION.sub("", text), root[1].lower()), address)
    if not parsed.version and not parsed.entries:
        raise NoFeed("no-feed")
    return _about(parsed.feed, address), [_found(each, address) for each in parsed.entries]


def _parsed(text: str, address: str) -> Any:
    """Of markup only the text is kept, so that making it harmless would be work for nothing."""
    try:
        return feedparser.parse(
            io.BytesIO(without_bad_references(text).encode()),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": address,
            },
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        # It lets out whatever it stumbles over in a document that is none.
        raise NoFeed("no-feed") from error


def _front_of(text: str, root: str) -> str:
    """As far as entries are read, and closed again there."""
    ends = [found.end() for found in _END_OF_ENTRY.finditer(text)]
    within = [end for end in ends[:MOST_ENTRIES] if end <= LONGEST_DOCUMENT]
    if len(within) == len(ends) and len(text) <= LONGEST_DOCUMENT:
        return text
    if not within:
        raise NoFeed("too-large")
    return text[: within[-1]] + _ENDS[root]


def _about(feed: Mapping[str, Any], address: str) -> _About:
    return _About(
        title=_plain(feed, "title"),
        site=_web_address(feed.get("link"), address),
        language=_language(feed.get("language")),
        rest=_rest(feed),
    )


def _found(entry: Mapping[str, Any], address: str) -> _Found:
    author = entry.get("author_detail") or {}
    link = _web_address(entry.get("link"), address)
    said = ReadEntry(
        key="",
        place="",
        title=cut_at_word(_plain(entry, "title"), LONGEST_TITLE),
        link=link,
        summary=cut_at_word(_summary(entry), LONGEST_SUMMARY),
        author=_name(author.get("name") or entry.get("author")),
        categories=_categories(tag.get("label") or tag.get("term") for tag in _tags(entry)),
        published_at=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
    )
    return _Found(id=str(entry.get("id") or ""), said=said)


def _tags(entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return entry.get("tags") or ()


def _summary(entry: Mapping[str, Any]) -> str:
    if summary := _plain(entry, "summary"):
        return summary
    contents = entry.get("content") or [{}]
    return _seen(contents[0].get("value"))


def _plain(said: Mapping[str, Any], name: str) -> str:
    is_plain = (said.get(f"{name}_detail") or {}).get("type") == "text/plain"
    return one_line(str(said.get(name) or "")) if is_plain else _seen(said.get(name))


def _seen(markup: object) -> str:
    return plain_text(str(markup or "")[:_LONGEST_MARKUP])


def _rest(feed: Mapping[str, Any]) -> timedelta | None:
    """RSS’ `ttl`, in minutes; else the syndication module’s period and frequency."""
    try:
        if ttl := feed.get("ttl"):
            return timedelta(minutes=float(ttl))
        period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
        often = float(feed.get("sy_updatefrequency") or 1)
        return period / often if period and often > 0 else None
    except (ValueError, OverflowError):
        return None


_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


def _read_json(text: str, address: str) -> tuple[_About, list[_Found]]:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        raise NoFeed("no-feed") from None
    if not str(feed.get("version") or "").startswith(_JSON_FEED):
        raise NoFeed("no-feed")
    about = _About(
        title=one_line(str(feed.get("title") or "")),
        site=_web_address(feed.get("home_page_url"), address),
        language=_language(feed.get("language")),
    )
    items = feed.get("items")
    listed = items[:MOST_ENTRIES] if isinstance(items, list) else []
    return about, [_item(each, address) for each in listed if isinstance(each, dict)]


def _item(item: Mapping[str, Any], address: str) -> _Found:
    words = item.get("summary") or item.get("content_text")
    told = one_line(str(words)) if words else _seen(item.get("content_html"))
    said = ReadEntry(
        key="",
        place="",
        title=cut_at_word(one_line(str(item.get("title") or "")), LONGEST_TITLE),
        link=_web_address(item.get("url") or item.get("external_url"), address),
        summary=cut_at_word(told, LONGEST_SUMMARY),
        author=_name(next(_names(item), "")),
        categories=_categories(_listed(item.get("tags"))),
        published_at=_written_moment(item.get("date_published") or item.get("date_modified")),
    )
    return _Found(id=str(item.get("id") or ""), said=said)


def _names(item: Mapping[str, Any]) -> Iterator[str]:
    """JSON Feed 1.1 has authors, 1.0 had one."""
    for author in [*_listed(item.get("authors")), item.get("author")]:
        if isinstance(author, dict) and author.get("name"):
            yield str(author["name"])


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _web_address(written: object, base: str) -> str:
    """Whole, and of the web: a `javascript:` address leads nowhere."""
    try:
        address = urljoin(base, one_line(str(written or ""))) if written else ""
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_link = parts.scheme in ("http", "https") and parts.netloc and len(address) <= LONGEST_LINK
    return address.replace(" ", "%20") if is_link else ""


def _name(written: object) -> str:
    """Whose address of mail is given instead of a name is not named."""
    name = _ADDRESS_OF_MAIL.sub("", plain_text(str(written or ""))).strip(" ()<>,")
    return cut_at_word(name, LONGEST_NAME)


def _categories(written: Iterator[Any] | list[Any]) -> tuple[str, ...]:
    named = [cut_at_word(plain_text(str(each)), LONGEST_NAME) for each in written if each]
    return tuple(dict.fromkeys(named))[:_MOST_CATEGORIES]


def _language(written: object) -> str:
    said = one_line(str(written or ""))
    return said if len(said) <= 35 and _LANGUAGE.fullmatch(said) else ""


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _written_moment(written: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(written)) if written else None
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
