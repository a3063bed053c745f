"""How the server reads a text: its links, mentions and hashtags, its length, and its HTML.

After Mastodon's own extractor.rb (twitter-text with config/initializers/twitter_regex.rb),
status_length_validator.rb and text_formatter.rb. Top-level domains are those of the Public Suffix
List; twitter-text's own list is older, so a link on a very new one is longer on a real server.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

import regex
from publicsuffixlist import PublicSuffixList

_SPACES = r"\p{White_Space}"
_DIRECTIONAL = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVALID = r"\ufffe\ufeff\uffff"
_SCHEME = regex.compile(
    rf"(?:(?<=[^a-z0-9@＠$#＃{_INVALID}])|^)(?P<scheme>https?://)",
    regex.IGNORECASE | regex.MULTILINE,
)
_HOST = regex.compile(
    rf"[^!\"\#$%&'()*+,/:;<=>?@\[\\\]^`{{|}}~{_SPACES}{_DIRECTIONAL}{_INVALID}\x00-\x1f\x7f]+"
)
_AFTER_DOMAIN = regex.compile(r"(?=[^0-9a-z@+-]|$)", regex.IGNORECASE)
_LABEL = regex.compile(r"[^-_](?:.*[^-_])?", regex.DOTALL)
_PUNYCODE = regex.compile(r"xn--[-0-9a-z]+", regex.IGNORECASE)
_PATH_SIGN = rf"[^{_SPACES}<>()?]"
_BALANCED = rf"\((?:{_PATH_SIGN}+|{_PATH_SIGN}*\({_PATH_SIGN}+\){_PATH_SIGN}*)\)"
_PATH_END = rf"(?:[^{_SPACES}()?!*\"'「」<>;:=,.$%\[\]~&|@]|{_BALANCED})"
_PATH = rf"(?:{_PATH_SIGN}*(?:{_BALANCED}{_PATH_SIGN}*)*{_PATH_END}|{_PATH_SIGN}+/)"
_UCHARS = r"\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef\U00010000-\U0010fffd"
_QUERY = rf"\?[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^{_UCHARS}]*[a-z0-9_&=#/\-{_UCHARS}]"
_REST = regex.compile(rf"(?::[0-9]+)?(?:/{_PATH}*)?(?:{_QUERY})?", regex.IGNORECASE)

# Account::MENTION_RE and Tag::HASHTAG_RE.
_MENTION = regex.compile(
    r"(?<![=/\w])@(?P<name>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?P<host>@\w+(?:[.-]+\w+)*)?",
    regex.IGNORECASE,
)
_HASHTAG = regex.compile(r"(?<![/)\w])[#＃](?P<tag>[\w·]*[\p{Alphabetic}_·][\w·]*)")
_PREFIX = regex.compile(r"https?://(?:www\.)?", regex.IGNORECASE)
_SHOWN_OF_LINK = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """`kind` is link, mention or tag; `value` the link, `name` or `name@host`, or the tag."""

    start: int
    end: int
    kind: str
    value: str


def length(text: str, warning: str, link_weight: int) -> int:
    """In grapheme clusters: warning and text, each link as `link_weight`, mentions without
    their host."""
    stand_ins = {"link": lambda _: "x" * link_weight, "mention": _without_host}
    countable = _rewritten(text, _entities(text, tags=False), stand_ins, str)
    return len(regex.findall(r"\X", warning + countable))


def _without_host(entity: Entity) -> str:
    return "@" + entity.value.split("@")[0]


def tags_in(text: str) -> list[str]:
    found = [entity.value for entity in _entities(text) if entity.kind == "tag"]
    return list(dict.fromkeys(found))


def mentions_in(text: str) -> list[str]:
    found = [entity.value for entity in _entities(text) if entity.kind == "mention"]
    return list(dict.fromkeys(found))


def to_html(text: str, origin: str, address_of: Callable[[str], str | None]) -> str:
    """`address_of` tells the page of a mentioned person, None for a stranger."""
    if not text.strip():
        return ""
    links = {
        "link": lambda entity: _link(entity.value),
        "tag": lambda entity: _tag(entity.value, origin),
        "mention": lambda entity: _mention(entity.value, address_of),
    }
    html = _rewritten(text, _entities(text), links, escape)
    paragraphs = regex.split(r"\n{2,}", html.replace("\r\n", "\n"))
    return "".join(f"<p>{each.replace(chr(10), '<br />')}</p>" for each in paragraphs)


def _link(url: str) -> str:
    found = _PREFIX.match(url)
    prefix = found[0] if found else ""
    shown, hidden = url[len(prefix) :][:_SHOWN_OF_LINK], url[len(prefix) :][_SHOWN_OF_LINK:]
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener noreferrer">'
        f'<span class="invisible">{escape(prefix)}</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def _tag(tag: str, origin: str) -> str:
    page = escape(f"{origin}/tags/{tag}")
    return f'<a href="{page}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'


def _mention(handle: str, address_of: Callable[[str], str | None]) -> str:
    address = address_of(handle)
    if address is None:
        return "@" + escape(handle)
    return (
        f'<span class="h-card" translate="no"><a href="{escape(address)}" class="u-url mention">'
        f"@<span>{escape(handle.split('@')[0])}</span></a></span>"
    )


def _rewritten(
    text: str,
    entities: list[Entity],
    written: dict[str, Callable[[Entity], str]],
    between: Callable[[str], str],
) -> str:
    parts, place = [], 0
    for entity in entities:
        parts += [between(text[place : entity.start]), written[entity.kind](entity)]
        place = entity.end
    return "".join([*parts, between(text[place:])])


def _entities(text: str, *, tags: bool = True) -> list[Entity]:
    """In order, of overlapping ones the first."""
    found = [*_links(text), *_mentions(text), *(_tags(text) if tags else ())]
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda each: each.start):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


def _mentions(text: str) -> Iterator[Entity]:
    for found in _MENTION.finditer(text):
        if not text.startswith(("@", "＠", "://"), found.end()):
            yield Entity(start=found.start(), end=found.end(), kind="mention", value=found[0][1:])


def _tags(text: str) -> Iterator[Entity]:
    for found in _HASHTAG.finditer(text):
        yield Entity(start=found.start(), end=found.end(), kind="tag", value=found["tag"])


def _links(text: str) -> Iterator[Entity]:
    place = 0
    while scheme := _SCHEME.search(text, place):
        place = scheme.end()
        end = _end_of_domain(text, scheme.end())
        if end is not None:
            rest = _REST.match(text, end)
            place = rest.end() if rest else end
            start = scheme.start("scheme")
            yield Entity(start=start, end=place, kind="link", value=text[start:place])


def _end_of_domain(text: str, start: int) -> int | None:
    """The longest host from `start` on that ends with a top-level domain."""
    run = _HOST.match(text, start)
    if run is None:
        return None
    host = run[0]
    for cut in range(len(host), 0, -1):
        if _AFTER_DOMAIN.match(text, start + cut) and _is_domain(host[:cut]):
            return start + cut
    return None


def _is_domain(host: str) -> bool:
    labels = host.split(".")
    return (
        len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and "_" not in labels[-2]
        and (bool(_PUNYCODE.fullmatch(labels[-1])) or _is_top_level(labels[-1]))
    )


def _is_top_level(label: str) -> bool:
    return _suffixes().publicsuffix(f"x.{label.lower()}") is not None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
