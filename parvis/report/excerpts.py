"""The piece of a post that a list shows: its beginning, or where the words stand that were looked
for, which are marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

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
    return (Piece(Truncator(texts[0]).chars(LENGTH)),) if texts and texts[0] else ()


def _first_hit(text: str, hits: frozenset[str]) -> int | None:
    if not hits:
        return None
    words = _WORD.finditer(text)
    return next((word.start() for word in words if plain(word.group()) in hits), None)


def _around(text: str, at: int) -> str:
    """From the beginning if the hit is near it; else from a word shortly before the hit."""
    if at < LENGTH - _BEFORE:
        return Truncator(text).chars(LENGTH)
    start = text.find(" ", at - _BEFORE, at)
    return "…" + Truncator(text[start + 1 if start >= 0 else at :]).chars(LENGTH)


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
