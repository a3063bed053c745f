"""When a post is looked at next: as often as its figures move, and no oftener. Pure.

A look costs a call, and on X money. What is missed between two looks is drawn as a straight line;
so a post is looked at again when its figures will have moved by a certain share, reckoned from
how they moved between the last two looks, and at the latest when it has grown older by a share of
its age. `python -m bench.following` measures what that costs and how far the line is off.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """
    first     the first look after the post went out
    shortest  no two looks are closer, however fast the figures move
    nearest   nor closer than this share of the post's age
    growth    the share by which the figures may move between two looks
    stretch   the next look comes at the latest after this share of the post's age
    longest   and never later than this
    along     from this share of the way on, it may be read along with others, where one call
              answers for several
    ends      the age at the last look; None where a post is followed for ever
    replies   whether replies are gathered as well
    """

    first: timedelta
    shortest: timedelta
    nearest: float
    growth: float
    stretch: float
    longest: timedelta
    along: float
    ends: timedelta | None
    replies: bool

    def ending(self, after: timedelta | None) -> "Rhythm":
        return replace(self, ends=after)


NORMAL = Rhythm(
    first=timedelta(minutes=15),
    shortest=timedelta(minutes=15),
    nearest=0.03,
    growth=0.45,
    stretch=0.85,
    longest=timedelta(days=7),
    along=0.6,
    ends=timedelta(days=90),
    replies=True,
)
# Where each look costs money: after an hour, on the day, and until the figures that are for the
# author alone end, which is on X after thirty days.
LEAN_ENDS = timedelta(days=29, hours=12)
LEAN = Rhythm(
    first=timedelta(hours=1),
    shortest=timedelta(hours=4),
    nearest=0.5,
    growth=1.0,
    stretch=2.0,
    longest=timedelta(days=14),
    along=1.0,
    ends=LEAN_ENDS,
    replies=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at one moment: the sum of all figures, which tells how they move."""

    at: datetime
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """`along_at` is from when on it may be read along with others of its account. Both are None
    when the post is old enough not to be followed any more."""

    at: datetime | None
    along_at: datetime | None


def first_look(rhythm: Rhythm, published_at: datetime, now: datetime) -> Next:
    """Of a post that nobody has looked at yet; at once where it went out long ago."""
    if rhythm.ends is not None and published_at + rhythm.ends < now:
        return Next(at=None, along_at=None)
    at = max(published_at + rhythm.first, now)
    return Next(at=at, along_at=at)


def next_look(rhythm: Rhythm, published_at: datetime, before: Look | None, seen: Look) -> Next:
    """`before` is the look before `seen`; None where that was the first."""
    if rhythm.ends is not None and seen.at - published_at >= rhythm.ends:
        return Next(at=None, along_at=None)
    before = before or Look(at=published_at, total=0)
    gap = _gap(rhythm, seen.at - published_at, before, seen)
    at, along_at = seen.at + gap, seen.at + gap * rhythm.along
    if rhythm.ends is not None:
        at = min(at, published_at + rhythm.ends)
    return Next(at=at, along_at=min(along_at, at))


def _gap(rhythm: Rhythm, age: timedelta, before: Look, seen: Look) -> timedelta:
    latest = min(age * rhythm.stretch, rhythm.longest)
    earliest = max(age * rhythm.nearest, rhythm.shortest)
    moved = abs(seen.total - before.total)
    if moved:
        pause = max(seen.at - before.at, timedelta(seconds=1))
        latest = min(latest, pause * min(rhythm.growth * max(seen.total, 1) / moved, 1000.0))
    return max(latest, earliest)
