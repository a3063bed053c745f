"""Whether a long history makes anything slower: queries at ten thousand to a million deliveries.

    python -m bench.growth --deliveries 10000,100000,1000000

The same desk at the same activity, ever longer: every day has as many deliveries, and a larger
number reaches further into the past. So what a page shows stays as much, and a query that takes
longer looks at what it does not show. What is not flat is explained on standard error.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bench.desk import Desk, opened_desk
from bench.figures import Figure, Rounds, at_most, show, tell
from bench.history import lengthen_history, plan_ahead
from bench.options import Options, read_options
from bench.plans import explained, slowest_statement

FLAT = 1.5
# As many accounts as a busy desk has. So many calls that a median says something.
ACCOUNTS = 50
CALLS = 25
AT_MOST_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Query:
    """`call` is what a clock or a page calls; what it writes is rolled back."""

    name: str
    call: Callable[[], Any]


def main(options: Options) -> None:
    """The sizes cannot take turns: the history only grows."""
    with opened_desk(min(options.accounts, ACCOUNTS)) as desk:
        plan_ahead(desk)
        measured: dict[int, dict[str, tuple[float, ...]]] = {}
        queries = list(_queries(desk))
        for deliveries in sorted(options.deliveries):
            lengthen_history(desk, deliveries)
            measured[deliveries] = {each.name: _milliseconds(each) for each in queries}
            tell(f"{deliveries} deliveries: {_told(measured[deliveries])}")
        figures = [_figure(query.name, measured) for query in queries]
        plans = {query.name: explained(slowest_statement(query.call)) for query in queries}
    for figure in figures:
        show(figure)
        if figure.met is False:
            tell(f"\n{figure.name}, its slowest statement:\n{plans[figure.name]}")


def _queries(desk: Desk) -> Iterator[Query]:
    from parvis.deliver.claims import claim_due, claim_lookups, seconds_until_next
    from parvis.deliver.sweep import sweep
    from parvis.deliver.verbs import database_now
    from parvis.report.accounts import account_lines
    from parvis.report.posts import Shelf, page_of_posts
    from parvis.report.score import score_of
    from parvis.report.today import today_of

    workspace = desk.workspace
    yield Query("growth.claim", lambda: claim_due(200))
    yield Query("growth.claim_lookups", lambda: claim_lookups(200))
    yield Query("growth.next_due", lambda: seconds_until_next(2.0))
    yield Query("growth.sweep", sweep)
    accounts, now = account_lines(workspace), database_now()
    yield Query("growth.calendar", lambda: score_of(workspace, accounts, now))
    yield Query("growth.today", lambda: today_of(workspace))
    yield Query("growth.accounts", lambda: account_lines(workspace))
    for shelf in Shelf:
        named = shelf.replace("-", "_") or "all"
        yield Query(f"growth.posts.{named}", _page(page_of_posts, workspace, shelf))


def _page(page_of_posts: Callable[..., Any], *arguments: object) -> Callable[[], Any]:
    return lambda: page_of_posts(*arguments, 1)


def _milliseconds(query: Query) -> tuple[float, ...]:
    """Of each of some calls, after one that is not counted; of fewer, if they take very long."""
    _timed(query)
    taken: list[float] = []
    while len(taken) < CALLS and sum(taken) < 1000 * AT_MOST_SECONDS:
        taken.append(_timed(query))
    return tuple(taken)


def _timed(query: Query) -> float:
    from django.db import transaction

    with transaction.atomic():
        started = time.perf_counter()
        query.call()
        taken = time.perf_counter() - started
        transaction.set_rollback(True)
    return 1000 * taken


def _figure(name: str, measured: Mapping[int, Mapping[str, tuple[float, ...]]]) -> Figure:
    smallest, largest = min(measured), max(measured)
    first = Rounds(f"{name} at {smallest}", "ms", measured[smallest][name])
    last = Rounds(name, "ms", measured[largest][name])
    by_size = {str(size): round(statistics.median(measured[size][name]), 2) for size in measured}
    # Two dozen calls would hide the figure.
    return replace(at_most(last, FLAT, first, **by_size), rounds=())


def _told(taken: Mapping[str, tuple[float, ...]]) -> str:
    return ", ".join(f"{name} {statistics.median(each):.1f} ms" for name, each in taken.items())


if __name__ == "__main__":
    main(read_options(__doc__))
