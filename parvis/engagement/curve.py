"""How a figure stood at any moment, from the few moments at which it was read. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

# A moment and what the figure was then, in the order of time.
Point = tuple[datetime, float]


def value_at(points: Sequence[Point], moment: datetime) -> float:
    """On the straight line between the two readings around it; before the first and after the
    last as there."""
    after = bisect_right(points, moment, key=lambda point: point[0])
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (start, low), (end, high) = points[after - 1], points[after]
    return low + (high - low) * ((moment - start) / (end - start))
