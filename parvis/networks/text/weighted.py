"""X's counting: what twitter-text's config/v3.json states, and its rules for what is a link.

Source: twitter-text 3.1.0 (npm), whose behaviour was compared with this module's on its own
conformance cases and on generated texts.
"""

from collections.abc import Iterator
from unicodedata import normalize

import regex

from parvis.networks.text.emoji import EMOJI
from parvis.networks.text.hosts import (
    DOMAINS,
    LATIN,
    NEVER,
    NO_HOST,
    TOP_LEVEL,
    host_without,
    is_possible,
)
from parvis.networks.text.spans import Span

URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_WEIGHS_ONE = regex.compile(r"[\u0000-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]")
_LONGEST_SLUG = 40
# Not of twitter-text, which would try for minutes on a long text without a space.
_LONGEST_HOST = 1024


def weigh(text: str, url_weight: int = URL_WEIGHT) -> int:
    """Latin, Greek, Cyrillic, Hebrew, Arabic and a few scripts more weigh 1, all others 2; a link
    and an emoji weigh the same whatever their length."""
    text = normalize("NFC", text)
    links = find_shortened_links(text)
    return url_weight * len(links) + sum(_weigh_signs(rest) for rest in _around(links, text))


def _weigh_signs(text: str) -> int:
    rest, emoji = EMOJI.subn("", text)
    return _EMOJI_WEIGHT * emoji + 2 * len(rest) - len(_WEIGHS_ONE.findall(rest))


def _around(spans: list[Span], text: str) -> Iterator[str]:
    end = 0
    for span in spans:
        yield text[end : span.start]
        end = span.end
    yield text[end:]


_CYRILLIC = r"\u0400-\u04FF"
_IN_PATH = rf"a-zA-Z{_CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{LATIN}"
_BRACKETS = rf"\((?:[{_IN_PATH}]+|[{_IN_PATH}]*\([{_IN_PATH}]+\)[{_IN_PATH}]*)\)"
_PATH = rf"/(?:(?:[{_IN_PATH}]|{_BRACKETS})*(?:[+\-a-zA-Z{_CYRILLIC}0-9=_\#/{LATIN}]|{_BRACKETS}))?"
_QUERY = r"\?[a-zA-Z0-9!?*'@();:&=+$/%\#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=\#/]"
_LINK = regex.compile(
    rf"""
    (?P<before>[^A-Za-z0-9@＠$\#＃{NEVER}]|^)
    (?P<link>
        (?P<scheme>(?i:https?)://)?
        (?P<host>{host_without(NO_HOST)})
        (?::[0-9]+)?
        (?P<path>{_PATH})?
        (?:{_QUERY})?
    )
    """,
    regex.VERBOSE,
    domains=DOMAINS,
)
_LATIN_HOST = regex.compile(rf"(?:[\-a-zA-Z0-9{LATIN}]+\.)+{TOP_LEVEL}", domains=DOMAINS)
_SHORTENED = regex.compile(rf"(?i:https?://t\.co/)(?P<slug>[a-zA-Z0-9]+)(?:{_QUERY})?")
_RUN_BEFORE = regex.compile(rf"(?r)(?:[^{NO_HOST}]|[_.\-])*")
_NAMES_DOMAIN = regex.compile(rf"\.{TOP_LEVEL}", domains=DOMAINS)
_LONGEST_LEAD = len("-https://")


def find_shortened_links(text: str) -> list[Span]:
    """What X turns into a t.co link, weighs as one and charges for: with a scheme or without."""
    return [link for match in _matches(text) for link in _links_of(match)]


def _matches(text: str) -> Iterator[regex.Match[str]]:
    """Where a top-level domain is named, its host may begin anywhere before it, without a gap."""
    reached = 0
    while named := _NAMES_DOMAIN.search(text, reached):
        earliest = max(reached, named.start() - _LONGEST_HOST)
        run = _RUN_BEFORE.match(text, earliest, named.start())
        start = max(earliest, run.start() - _LONGEST_LEAD) if run else earliest
        match = _first_match(text, start, named.start() + 1)
        reached = match.end() if match else named.start() + 1
        if match:
            yield match


def _first_match(text: str, start: int, end: int) -> regex.Match[str] | None:
    tries = (_LINK.match(text, position) for position in range(start, end))
    return next((match for match in tries if match), None)


def _links_of(match: regex.Match[str]) -> Iterator[Span]:
    if not _is_possible(match):
        return
    if match["scheme"]:
        yield from _link_with_scheme(match)
    elif not match["before"] or match["before"] not in "-_./":
        yield from _links_without_scheme(match)


def _is_possible(match: regex.Match[str]) -> bool:
    host: str = match["host"]
    if host.startswith("xn--") and not _LATIN_HOST.search(host):
        return False
    return is_possible(host, match["link"] if match["scheme"] else "https://" + match["link"])


def _link_with_scheme(match: regex.Match[str]) -> Iterator[Span]:
    """Nothing but letters, digits and a query belongs to a link that X itself made."""
    start, link = match.start("link"), match["link"]
    shortened = _SHORTENED.match(link)
    if shortened and len(shortened["slug"]) > _LONGEST_SLUG:
        return
    if shortened:
        link = shortened.group()
    yield Span(start, start + len(link), link)


def _links_without_scheme(match: regex.Match[str]) -> Iterator[Span]:
    """Each Latin host in what may be a whole sentence of Chinese; a path belongs to the last."""
    start = match.start("host")
    for host in _LATIN_HOST.finditer(match["host"]):
        has_path = match["path"] and host.end() == len(match["host"])
        end = match.end() if has_path else start + host.end()
        yield Span(start + host.start(), end, match.string[start + host.start() : end])
