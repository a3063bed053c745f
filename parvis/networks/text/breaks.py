"""Where a long text may be cut, from the best kind of place to the worst."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import regex

from parvis.networks.text.spans import (
    Span,
    find_cashtags,
    find_hashtags,
    find_links,
    find_mentions,
)
from parvis.networks.text.weighted import find_shortened_links

# What begins a mention or a tag.
_TELLING = "@#＠＃$"
_GRAPHEME = regex.compile(r"\X")
# White space at which a line may be broken: not the French spaces before « ! » and inside « ».
_SPACE = r"[^\S\u00A0\u2007\u202F]"
_GAP = regex.compile(rf"{_SPACE}+(?![!?:;»%‰€]|{_SPACE})")
_NEW_LINE = regex.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_CLOSING = r"[»”’\"')\]」』）】]"
_WIDE_STOP = regex.compile(
    rf"(?P<sign>[。！？]+|[、，；：]){_CLOSING}*(?![。！？、，；：\s]|{_CLOSING})"
)
_SENTENCE_END = regex.compile(
    rf"(?P<stop>[.!?…。！？؟।]+)(?:[\s\u2060]*{_CLOSING})*\Z", regex.VERSION1
)
_CLAUSE_END = regex.compile(rf"(?:[,;:—–،؛]|{_CLOSING})\Z")
_GOES_ON = regex.compile(r"[^\p{L}\p{N}]*\p{Ll}")
_CLAUSE_START = regex.compile(r"[—–(«“]")
_LAST_WORD = regex.compile(r"[\p{L}\p{N}.°’'-]*\Z")
_INITIAL = regex.compile(r"(?<!\p{L})\p{Lu}\Z")
_LIST_NUMBER = regex.compile(r"(?:^|\n)\s*\p{N}{1,3}\Z")
# Words that a full stop shortens, without it. French first, then English.
_SHORTENED_WORDS = (
    "m mm mme mmes mlle dr drs pr mgr st ste sts cf p pp ex p.ex chap fig éd ed coll vol t art "
    "al env av bd boul tél réf n° hab s.v op cit ibid "
    "mr mrs ms prof sr jr rev gen col sgt lt capt gov sen rep vs e.g i.e eg ie approx dept inc ltd "
    "corp jan feb apr aug sep sept oct nov"
)
_SHORTENED = frozenset(_SHORTENED_WORDS.split())
# As much as is looked at on either side of white space.
_AROUND = 80


class Kind(IntEnum):
    PARAGRAPH = 0
    LINE = 1
    SENTENCE = 2
    CLAUSE = 3
    WORD = 4
    TIGHT = 5
    """Between what belongs together: “M.” and a name, “1.” and what it numbers."""


@dataclass(frozen=True, slots=True)
class Break:
    """One part ends at `start`, the next begins at `end`; the white space between is not posted."""

    start: int
    end: int
    kind: Kind


def find_breaks(text: str, whole: "Whole") -> list[Break]:
    """In the text's order, never inside a link, a mention, a tag or a grapheme cluster."""
    return [one for one in _candidates(text) if whole.may_be_cut(one.start, one.end)]


class Whole:
    """What of a text must stay in one piece."""

    def __init__(self, text: str) -> None:
        links = find_links(text) + find_shortened_links(text)
        tags = find_mentions(text) + find_hashtags(text) + find_cashtags(text)
        self._text = text
        self._links = _Cover(links)
        self._kept = _Cover(links + tags)
        self._edges = [match.start() for match in _GRAPHEME.finditer(text)] + [len(text)]

    def may_be_cut(self, start: int, end: int) -> bool:
        return all(
            self._is_edge(position) and self._kept.around(position) is None
            for position in (start, end)
        )

    def edges_between(self, start: int, end: int) -> tuple[list[int], list[int]]:
        """Where a word without any break may be cut in need: between grapheme clusters, and not
        where a sign would begin to mean something at the start of a part. Outside of links,
        mentions and tags; then, for a tag longer than a part, outside of links alone."""
        within = self._edges[bisect_right(self._edges, start) : bisect_left(self._edges, end)]
        edges = [edge for edge in within if self._text[edge] not in _TELLING]
        return (
            [edge for edge in edges if self._kept.around(edge) is None],
            [edge for edge in edges if self._links.around(edge) is None],
        )

    def link_at(self, position: int) -> Span | None:
        return self._links.around(position + 1)

    def _is_edge(self, position: int) -> bool:
        return self._edges[bisect_left(self._edges, position)] == position


class _Cover:
    """Spans that overlap (a tag that holds a link) as one, in order."""

    def __init__(self, spans: list[Span]) -> None:
        self._spans: list[Span] = []
        for span in sorted(spans, key=lambda span: (span.start, span.end)):
            if self._spans and span.start < self._spans[-1].end:
                last = self._spans.pop()
                span = Span(last.start, max(last.end, span.end), last.value)
            self._spans.append(span)
        self._starts = [span.start for span in self._spans]

    def around(self, position: int) -> Span | None:
        """The span that a cut at this position would cut."""
        at = bisect_left(self._starts, position) - 1
        return self._spans[at] if at >= 0 and position < self._spans[at].end else None


def _candidates(text: str) -> Iterator[Break]:
    gaps = [Break(*gap.span(), _kind(text, *gap.span())) for gap in _GAP.finditer(text)]
    wide = [
        Break(stop.end(), stop.end(), _wide_kind(stop["sign"]))
        for stop in _WIDE_STOP.finditer(text)
        if stop.end() < len(text)
    ]
    yield from sorted(gaps + wide, key=lambda one: (one.start, one.end))


def _wide_kind(sign: str) -> Kind:
    return Kind.CLAUSE if sign in "、，；：" else Kind.SENTENCE


def _kind(text: str, start: int, end: int) -> Kind:
    newlines = len(_NEW_LINE.findall(text, start, end))
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if newlines:
        return Kind.LINE if newlines == 1 else Kind.PARAGRAPH
    stop = _SENTENCE_END.search(before)
    if stop and stop["stop"] == "." and _is_shortened(before[: stop.start()]):
        return Kind.TIGHT
    # « Quoi ? » dit-elle : what goes on in small letters is the same sentence.
    if stop and not _GOES_ON.match(after):
        return Kind.SENTENCE
    if _CLAUSE_END.search(before) or _CLAUSE_START.match(after):
        return Kind.CLAUSE
    return Kind.WORD


def _is_shortened(before: str) -> bool:
    """“M.”, “p. ex.”, “J. K.” and the “1.” of a list end no sentence."""
    word = _LAST_WORD.search(before)
    last = word.group().lower().lstrip(".") if word else ""
    return (
        last in _SHORTENED
        or _INITIAL.search(before) is not None
        or _LIST_NUMBER.search(before) is not None
    )
