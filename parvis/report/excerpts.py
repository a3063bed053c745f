"""The piece of a post that a list shows: its beginning, or where the words stand that were looked
for, which are marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parvis.compose.search import plain

LENGTH = 280
_BEFORE = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_hit: bool = False


def excerpt_of(texts: Sequence[str], hits: frozenset[str]) -> tuple[Piece, ...]:
    """From the first of the texts with a hit; from the first text where none has one."""
    for text in texts:
        first = _first_hit(text, hits)
        if first is not None:
            return tuple(_marked(_around(text, first), hits))
    return (Piece(_cut(texts[0])),) if texts and texts[0] else ()


def _first_hit(text: str, hits: frozenset[str]) -> int | None:
    if not hits:
        return None
    words = _WORD.finditer(text)
    return next((word.start() for word in words if plain(word.group()) in hits), None)


def _around(text: str, at: int) -> str:
    """From the beginning if the hit is near it; else from a word shortly before the hit."""
    if at < LENGTH - _BEFORE:
        return _cut(text)
    start = text.find(" ", at - _BEFORE, at)
    return "…" + _cut(text[start + 1 if start >= 0 else at :])


def shortened(text: str, length: int) -> str:
    """In one line. A list has hundreds, so it looks at no sign by itself, as Django's Truncator
    does."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def _cut(text: str) -> str:
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 1].rstrip()}…"


def _marked(text: str, hits: frozenset[str]) -> Iterator[Piece]:
    end = 0
    for word in _WORD.finditer(text):
        if plain(word.group()) in hits:
            if word.start() > end:
                yield Piece(text[end : word.start()])
            yield Piece(word.group(), is_hit=True)
            end = word.end()
    if end < len(text):
        yield Piece(text[end:])
