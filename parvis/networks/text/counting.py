"""How long a text is, in the unit in which its network counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import regex

from parvis.networks.text.emoji import EMOJI
from parvis.networks.text.reserved import find_reserved_links, find_reserved_mentions
from parvis.networks.text.spans import Span
from parvis.networks.text.weighted import URL_WEIGHT, weigh
from parvis.networks.traits import Counting, Traits

_GRAPHEME = regex.compile(r"\X")


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


def count(text: str, traits: Traits, content_warning: str = "") -> Length:
    """A content warning counts with the text, as Mastodon's StatusLengthValidator has it."""
    return Length(
        units=count_units(text, traits, content_warning),
        limit=traits.text_limit,
        bytes=len(text.encode(errors="surrogatepass")),
        bytes_limit=traits.text_bytes_limit,
    )


def count_units(text: str, traits: Traits, content_warning: str = "") -> int:
    """In the network's own units, also for what has a limit of its own: an option of a poll."""
    if traits.counting is Counting.WEIGHTED:
        return weigh(content_warning + text, traits.url_weight or URL_WEIGHT)
    return _UNITS[traits.counting](content_warning + _weighed(text, traits))


def graphemes(text: str) -> int:
    """Extended grapheme clusters, Unicode's nearest thing to what a reader calls a character."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _emoji_bytes(text: str) -> int:
    """Code points, but a grapheme cluster with an emoji in it as its UTF-8 bytes. Meta: “Emojis are
    counted as the number of UTF-8 bytes”, with a link to a grapheme splitter
    (documentation/threads/posts, 2026-04); what any other character counts is not said."""
    if text.isascii():
        return len(text)
    return sum(
        len(cluster.encode(errors="surrogatepass")) if EMOJI.search(cluster) else len(cluster)
        for cluster in _GRAPHEME.findall(text)
    )


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


_UNITS: Mapping[Counting, Callable[[str], int]] = MappingProxyType(
    {
        Counting.GRAPHEMES: graphemes,
        Counting.EMOJI_BYTES: _emoji_bytes,
        Counting.CODE_POINTS: len,
        Counting.UTF16: _utf16_units,
    }
)


def _weighed(text: str, traits: Traits) -> str:
    """The text with each link and mention as long as the network says that it is."""
    stand_ins: list[tuple[Span, str]] = []
    if traits.url_weight is not None:
        stand_ins += [(link, "x" * traits.url_weight) for link in find_reserved_links(text)]
    if traits.mention_counts_without_host:
        stand_ins += [(mention, mention.value) for mention in find_reserved_mentions(text)]
    return _replaced(text, stand_ins)


def _replaced(text: str, stand_ins: list[tuple[Span, str]]) -> str:
    for span, stand_in in sorted(stand_ins, key=lambda pair: pair[0].start, reverse=True):
        text = text[: span.start] + stand_in + text[span.end :]
    return text
