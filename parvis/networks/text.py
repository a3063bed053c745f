"""Counting text as the networks count it, and finding links, mentions and hashtags in it.

Spans are in code points. Only links with a scheme are found: without one, whether a word is a
link depends on the list of top-level domains, on which the networks do not agree.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from parvis.networks.contract import Traits

_GRAPHEME = regex.compile(r"\X")
_LINK = regex.compile(r"(?<![\p{L}\p{N}_@#/])https?://[^\s<>\"«»“”]+", regex.IGNORECASE)
_LINK_HOST = regex.compile(r"https?://[^\s/?#]*[^\s/?#.]\.[^\s/?#.]+", regex.IGNORECASE)
_LINK_TAIL = regex.compile(r"[.,;:!?'’…]+$")
# MENTION_RE of Mastodon's app/models/account.rb; a Bluesky handle is its first half.
_MENTION = regex.compile(
    r"(?<![=/\w])@(?P<name>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@(?P<host>\w+(?:[.-]+\w+)*))?",
    regex.IGNORECASE,
)
_INVISIBLE = r"\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2"
_HASHTAG = regex.compile(rf"(?<!\S)[#＃](?!\ufe0f)(?P<word>[^\s{_INVISIBLE}]+)")
_CASHTAG = regex.compile(
    r"(?<!\S)\$(?P<word>[a-z]{1,6}(?:[._][a-z]{1,2})?)(?=$|[\s\p{P}])", regex.I
)
_PUNCTUATION_TAIL = regex.compile(r"\p{P}+$")
_SOMETHING_TO_READ = regex.compile(rf"[^\d\s\p{{P}}{_INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Span:
    """`value` is what the span means: a link, `name` or `name@host`, or a tag without its #."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """In the network's own units, and in UTF-8 bytes where the network limits those too."""

    units: int
    limit: int
    bytes: int
    bytes_limit: int | None

    @property
    def fits(self) -> bool:
        return self.units <= self.limit and (
            self.bytes_limit is None or self.bytes <= self.bytes_limit
        )


def count(text: str, traits: "Traits", content_warning: str = "") -> Length:
    """A content warning counts with the text, as Mastodon's StatusLengthValidator has it."""
    weighed = content_warning + _weighed(text, traits)
    return Length(
        units=graphemes(weighed),
        limit=traits.text_limit,
        bytes=len(text.encode(errors="surrogatepass")),
        bytes_limit=traits.text_bytes_limit,
    )


def count_units(text: str, traits: "Traits") -> int:
    """In the network's own units, for what has a limit of its own: an option of a poll."""
    return graphemes(_weighed(text, traits))


def graphemes(text: str) -> int:
    """Extended grapheme clusters, Unicode's nearest thing to what a reader calls a character."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _weighed(text: str, traits: "Traits") -> str:
    """The text with each link and mention as long as the network says that it is."""
    stand_ins: list[tuple[Span, str]] = []
    if traits.url_weight is not None:
        stand_ins += [(link, "x" * traits.url_weight) for link in find_links(text)]
    if traits.mention_counts_without_host:
        mentions = _outside(find_mentions(text), [link for link, _ in stand_ins])
        stand_ins += [(mention, "@" + mention.value.split("@")[0]) for mention in mentions]
    return _replaced(text, stand_ins)


def _replaced(text: str, stand_ins: list[tuple[Span, str]]) -> str:
    for span, stand_in in sorted(stand_ins, key=lambda pair: pair[0].start, reverse=True):
        text = text[: span.start] + stand_in + text[span.end :]
    return text


def _outside(spans: list[Span], others: list[Span]) -> list[Span]:
    return [
        span
        for span in spans
        if not any(span.start < other.end and other.start < span.end for other in others)
    ]


def find_links(text: str) -> list[Span]:
    found = []
    for match in _LINK.finditer(text):
        link = _without_tail(match.group())
        if _LINK_HOST.match(link):
            found.append(Span(match.start(), match.start() + len(link), link))
    return found


def _without_tail(link: str) -> str:
    """Sentence punctuation and a bracket that was opened before the link are not part of it."""
    while True:
        shorter = _LINK_TAIL.sub("", link)
        for opening, closing in ("()", "[]", "{}"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == link:
            return link
        link = shorter


def find_mentions(text: str) -> list[Span]:
    return _outside(
        [Span(match.start(), match.end(), match.group()[1:]) for match in _MENTION.finditer(text)],
        find_links(text),
    )


def find_hashtags(text: str) -> list[Span]:
    """A tag follows a space and has at least one sign that is neither digit nor punctuation."""
    found = []
    for match in _HASHTAG.finditer(text):
        word = _PUNCTUATION_TAIL.sub("", match["word"])
        if _SOMETHING_TO_READ.search(word):
            found.append(Span(match.start(), match.start("word") + len(word), word))
    return found


def find_cashtags(text: str) -> list[Span]:
    """A ticker of up to six Latin letters after a dollar sign, as twitter-text has it."""
    return [Span(match.start(), match.end(), match["word"]) for match in _CASHTAG.finditer(text)]
