"""A figure over time as a line, in a box of 100 by 40: drawn on the server, from what was read.

Time runs logarithmically, for most of what becomes of a post happens in its first hours: on an even
scale all curves are a step.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parvis.engagement.curve import Point

WIDTH, HEIGHT = 100.0, 40.0
# So that the line is not cut at the highest value.
_ABOVE = 2.0
_HOUR = timedelta(hours=1)
# After which spans since the post went out a hairline stands.
_MARKED = (_HOUR, timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`line` is an SVG path; `readings` are where on the way it was read, `marks` an hour, a day
    and a week, as far as they have gone by."""

    line: str
    readings: tuple[str, ...]
    marks: tuple[str, ...]
    since: datetime
    until: datetime
    most: int


def curve_of(points: Sequence[Point], readings: Iterable[datetime]) -> Curve | None:
    """From the moment that it went out, when all was nought. None while there is nothing to draw
    between: a line needs two readings beside that moment."""
    if len({moment for moment, _ in points}) < 3:
        return None
    since, until = points[0][0], points[-1][0]
    most = max(value for _, value in points)

    def across(span: timedelta) -> float:
        return WIDTH * math.log1p(span / _HOUR) / math.log1p((until - since) / _HOUR)

    def up(value: float) -> float:
        return HEIGHT - (HEIGHT - _ABOVE) * (value / most if most else 0.0)

    drawn = [f"{across(moment - since):.2f} {up(value):.2f}" for moment, value in points]
    return Curve(
        line=f"M{' L'.join(drawn)}",
        readings=tuple(f"{across(moment - since):.2f}" for moment in readings),
        marks=tuple(f"{across(span):.2f}" for span in _MARKED if span < until - since),
        since=since,
        until=until,
        most=round(most),
    )
