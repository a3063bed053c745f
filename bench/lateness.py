"""How late requests leave: from a post's due time to the arrival of its request at the network.

    python -m bench.lateness --samples 200 --crowd 10000

`idle`: one post at a time, scheduled long before, while nothing else is to be done. `crowd`: very
many posts due at the same moment over many accounts; how late the last one is, against what the
bare client needs for as many. The network and the database run on this host, so that one
clock tells both times.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from bench.contenders import LIMIT
from bench.desk import Desk, opened_desk
from bench.figures import Rounds, at_most, below, plain, show, tell
from bench.limit import measured_limit
from bench.options import Options, read_options
from bench.rows import schedule_apart, schedule_due
from bench.workers import await_settled, working

APART = timedelta(seconds=0.5)
PROMISED_MS = 50.0
CROWD_SHARE = 2.5
# Fewer rounds than elsewhere: one of them is the work of ten thousand posts.
CROWD_ROUNDS = 3


def main(options: Options) -> None:
    with opened_desk(options.accounts) as desk:
        _idle(desk, options)
        _crowd(desk, options)


def _idle(desk: Desk, options: Options) -> None:
    """The percentiles stand for themselves: each post is a round of its own."""
    with working(desk):
        first = schedule_apart(desk, options.samples, APART)
        tell(f"{options.samples} single posts, {APART.total_seconds()} s apart …")
        late = _milliseconds(_arrivals(desk, first, options.samples))
    p50, p99 = percentile(late, 50), percentile(late, 99)
    show(plain(Rounds("lateness.idle.p50", "ms", (p50,)), samples=len(late)))
    worst = round(max(late), 1)
    show(below(Rounds("lateness.idle.p99", "ms", (p99,)), PROMISED_MS, worst=worst))


def _arrivals(desk: Desk, first: datetime, samples: int) -> list[float]:
    seconds = samples * APART.total_seconds()
    return list(await_settled(desk, first, at_most=seconds + 60).lateness.values())


def _crowd(desk: Desk, options: Options) -> None:
    alone: list[float] = []
    last: list[float] = []
    middle: list[float] = []
    for number in range(1, min(options.rounds, CROWD_ROUNDS) + 1):
        url, posts = desk.network.url, options.crowd
        alone.append(posts / measured_limit("aiohttp", url, posts, options.concurrency))
        with working(desk):
            late = await_settled(desk, schedule_due(desk, posts), at_most=600).lateness
        last.append(max(late.values()))
        middle.append(percentile(list(late.values()), 50))
        tell(f"round {number}: the last of {posts} left after {last[-1]:.1f} s")
    limit = Rounds(f"{LIMIT}.crowd", "s", tuple(alone))
    show(plain(limit, posts=options.crowd))
    show(plain(Rounds("lateness.crowd.p50", "s", tuple(middle)), posts=options.crowd))
    show(at_most(Rounds("lateness.crowd.last", "s", tuple(last)), CROWD_SHARE, limit))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _milliseconds(seconds: Sequence[float]) -> list[float]:
    return [1000 * each for each in seconds]


if __name__ == "__main__":
    main(read_options(__doc__))
