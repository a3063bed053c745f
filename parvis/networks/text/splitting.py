"""A long text as the parts of a thread: each fits, and together they are the text again."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from itertools import count as count_up

from parvis.networks.errors import Refused
from parvis.networks.text.breaks import Break, Kind, Whole, find_breaks
from parvis.networks.text.counting import count
from parvis.networks.traits import Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """`gaps` is the white space that is not posted: before the first text, between each two and
    after the last, so always one more than there are texts. A text of nothing but white space that
    does not fit leaves one empty text."""

    texts: tuple[str, ...]
    gaps: tuple[str, ...]
    numbered: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """What is posted: the texts, each with its number when that was asked for."""
        if not self.numbered or len(self.texts) < 2:
            return self.texts
        return tuple(
            text + _number(number, len(self.texts)) for number, text in enumerate(self.texts, 1)
        )

    def joined(self) -> str:
        """The text that was split, to the last space."""
        return "".join(chain.from_iterable(zip_longest(self.gaps, self.texts, fillvalue="")))


def split(
    text: str, traits: Traits, *, numbered: bool = False, content_warning: str = ""
) -> Pieces:
    """At paragraphs where that leaves no part nearly empty, else at sentences, clauses or words. A
    word longer than a part is cut between grapheme clusters. `numbered` ends each part with
    “ 1/3”, which counts. Raises Refused when a link, or one sign, is longer than a part.
    """
    if count(text, traits, content_warning).fits:
        return Pieces(texts=(text,), gaps=("", ""))
    cutter = _Cutter(text, traits, content_warning)
    return _cut_numbered(cutter) if numbered else cutter.cut("")


def _cut_numbered(cutter: "_Cutter") -> Pieces:
    """With room for as many digits as the number of parts turns out to have."""
    tried = (
        (most, cutter.cut(_number(most, most)))
        for most in (10**digits - 1 for digits in count_up(1))
    )
    return next(
        replace(pieces, numbered=True) for most, pieces in tried if len(pieces.texts) <= most
    )


def _number(number: int, of: int) -> str:
    return f" {number}/{of}"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One part: from `start` to where `stop` starts."""

    start: int
    stop: Break

    @property
    def length(self) -> int:
        return self.stop.start - self.start


class _Cutter:
    def __init__(self, text: str, traits: Traits, content_warning: str) -> None:
        self._text = text
        self._traits = traits
        self._content_warning = content_warning
        self._whole = Whole(text)
        self._first, self._breaks = _inner(find_breaks(text, self._whole), text)
        self._starts = [one.start for one in self._breaks]
        self._ending = ""

    def cut(self, ending: str) -> Pieces:
        """With room left in each part for the ending."""
        self._ending = ending
        return self._pieces(self._evened(list(self._stretches())))

    def _stretches(self) -> Iterator[_Stretch]:
        start = self._first
        while start < len(self._text):
            stop = self._stop_after(start)
            yield _Stretch(start, stop)
            start = stop.end

    def _stop_after(self, start: int) -> Break:
        ahead = self._breaks[bisect_right(self._starts, start) :]
        reach = self._reach(start, self._starts[-len(ahead) :])
        if reach == len(ahead):
            return ahead[-1]
        return self._best(start, ahead[:reach]) if reach else self._cut_in_word(start, ahead[0])

    def _best(self, start: int, within: Sequence[Break]) -> Break:
        """The last of the best kind that leaves the part at least half full."""
        half = (start + within[-1].start) / 2
        full = [one for one in within if one.start >= half]
        best_first = sorted(full, key=lambda one: (one.kind, -one.start))
        return next(one for one in best_first if self._fits(start, one.start))

    def _cut_in_word(self, start: int, following: Break) -> Break:
        for edges in self._whole.edges_between(start, following.start):
            if reach := self._reach(start, edges):
                return Break(edges[reach - 1], edges[reach - 1], Kind.WORD)
        raise self._uncuttable(start)

    def _uncuttable(self, start: int) -> Refused:
        limit = self._traits.text_limit
        if link := self._whole.link_at(start):
            return Refused(
                "link-too-long",
                f"The link {link.value} is longer than one part of {limit} characters. Nothing was "
                "posted; shorten the link.",
                link=link.value,
                limit=limit,
            )
        return Refused(
            "sign-too-long",
            f"One sign of the text is longer than a part of {limit} characters. Nothing was "
            "posted; take the sign out.",
            limit=limit,
        )

    def _reach(self, start: int, stops: Sequence[int]) -> int:
        """How many of the stops a part can reach: by doubling the step, then halving it."""
        reach, step, growing = 0, 1, True
        while step:
            ahead = reach + step
            if ahead <= len(stops) and self._fits(start, stops[ahead - 1]):
                reach = ahead
            else:
                growing = False
            step = step * 2 if growing else step // 2
        return reach

    def _fits(self, start: int, end: int) -> bool:
        part = self._text[start:end] + self._ending
        return count(part, self._traits, self._content_warning).fits

    def _evened(self, stretches: list[_Stretch]) -> list[_Stretch]:
        """A last part that is nearly empty takes some from the one before, unless it is a paragraph
        of its own."""
        if len(stretches) < 2 or stretches[-2].stop.kind is Kind.PARAGRAPH:
            return stretches
        *others, before, last = stretches
        if last.length * 4 > before.length:
            return stretches
        middle = self._middle(before, last)
        if middle is None:
            return stretches
        return [*others, _Stretch(before.start, middle), _Stretch(middle.end, last.stop)]

    def _middle(self, before: _Stretch, last: _Stretch) -> Break | None:
        """The best break in the middle third of the two that is no worse than the present one."""
        third = (last.stop.start - before.start) / 3
        able = [
            one
            for one in self._breaks
            if before.start + third < one.start
            and one.end < last.stop.start - third
            and one.kind <= max(before.stop.kind, Kind.SENTENCE)
            and self._fits(one.end, last.stop.start)
            and self._fits(before.start, one.start)
        ]
        centre = (before.start + last.stop.start) / 2
        return min(able, key=lambda one: (one.kind, abs(one.start - centre)), default=None)

    def _pieces(self, stretches: list[_Stretch]) -> Pieces:
        """What is blank (no-break spaces alone) is no part: it goes to the white space."""
        texts: list[str] = []
        gaps = [self._text[: self._first]]
        for stretch in stretches:
            text = self._text[stretch.start : stretch.stop.start]
            gap = self._text[stretch.stop.start : stretch.stop.end]
            if text.strip():
                texts.append(text)
                gaps.append(gap)
            else:
                gaps[-1] += text + gap
        return Pieces(texts=tuple(texts) or ("",), gaps=tuple(gaps) if texts else (*gaps, ""))


def _inner(breaks: list[Break], text: str) -> tuple[int, list[Break]]:
    """Where the first part begins, and the breaks after it; the last one is the text's end."""
    first, end = 0, len(text)
    if breaks and breaks[0].start == 0:
        first = breaks.pop(0).end
    if breaks and breaks[-1].end == len(text):
        end = breaks.pop().start
    return first, [*breaks, Break(end, len(text), Kind.PARAGRAPH)]
