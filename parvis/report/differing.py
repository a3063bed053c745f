"""Where one text differs from another, word by word. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Comparing grows with the square of the words. Longer texts are shown whole and unmarked.
MOST_WORDS = 3000

_WORD = re.compile(r"\S+\s*|\s+")


class Mark(StrEnum):
    SAME = ""
    ADDED = "added"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of words. `mark` is ADDED where only the other text has them, MISSING where only ours
    has; what is marked ends with a letter, and the white space after it stands by itself."""

    text: str
    mark: Mark = Mark.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`added` and `missing` count words; None when the texts were too long to compare."""

    stretches: tuple[Stretch, ...]
    added: int | None
    missing: int | None

    @property
    def is_none(self) -> bool:
        return self.added == 0 and self.missing == 0


def difference(ours: str, theirs: str) -> Difference:
    """`theirs` with what it adds marked, and what it lacks of `ours` put in its place. White
    space, and how letters with accents are composed, make no difference."""
    ours_words, their_words = _WORD.findall(ours), _WORD.findall(theirs)
    if max(len(ours_words), len(their_words)) > MOST_WORDS:
        return Difference(stretches=(Stretch(text=theirs),), added=None, missing=None)
    stretches = tuple(_spaced(_stretches(ours_words, their_words)))
    return Difference(
        stretches=stretches,
        added=_count(stretches, Mark.ADDED),
        missing=_count(stretches, Mark.MISSING),
    )


def _stretches(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Stretch]:
    matcher = SequenceMatcher(None, _compared(ours), _compared(theirs), autojunk=False)
    for what, at, until, their_at, their_until in matcher.get_opcodes():
        if what == "equal":
            yield Stretch(text="".join(theirs[their_at:their_until]))
            continue
        if until > at:
            yield Stretch(text="".join(ours[at:until]), mark=Mark.MISSING)
        if their_until > their_at:
            yield Stretch(text="".join(theirs[their_at:their_until]), mark=Mark.ADDED)


def _spaced(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """A mark on white space is a blot; and what was the end of a text may now be followed."""
    ends_open = False
    for each in stretches:
        bare = each.text.rstrip() if each.mark else each.text
        if ends_open and not each.text[:1].isspace():
            yield Stretch(text=" ")
        if bare:
            yield Stretch(text=bare, mark=each.mark)
        if after := each.text[len(bare) :]:
            yield Stretch(text=after)
        ends_open = not each.text[-1:].isspace()


def _compared(words: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFC", word.rstrip()) for word in words]


def _count(stretches: Sequence[Stretch], mark: Mark) -> int:
    return sum(len(each.text.split()) for each in stretches if each.mark is mark)
