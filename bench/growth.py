"""Whether a long history makes anything slower: queries at ten thousand to a million deliveries.

    python -m bench.growth --deliveries 10000,100000,1000000

The same desk at the same activity, ever longer: every day has as many deliveries, and a larger
number reaches further into the past. So what a page shows stays as much, and a query that takes
longer looks at what it does not show. What is not flat is explained on standard error.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.desk import Desk, opened_desk
from bench.figures import Figure, Rounds, at_most, show, tell
from bench.furniture import furnish
from bench.history import kept_aside, lengthen_history, plan_ahead, use_database
from bench.options import Options, read_options
from bench.plans import explained, slowest_statement

FLAT = 1.5
# As many accounts as a busy desk has.
ACCOUNTS = 50
CALLS = 5
VERY_LONG_MS = 2000.0

Taken = dict[int, dict[str, list[float]]]


@dataclass(frozen=True, slots=True)
class Query:
    """`call` is what a clock or a page calls; what it writes is rolled back."""

    name: str
    call: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Size:
    deliveries: int
    database: str


def main(options: Options) -> None:
    with opened_desk(min(options.accounts, ACCOUNTS)) as desk:
        plan_ahead(desk)
        furnish(desk)
        sizes = [_grown(desk, deliveries) for deliveries in sorted(options.deliveries)]
        queries = list(_queries(desk))
        measured = _in_turns(sizes, queries, options.rounds)
        figures = [_figure(query.name, measured) for query in queries]
        plans = {query.name: explained(slowest_statement(query.call)) for query in queries}
    for figure in figures:
        show(figure)
        if figure.met is False:
            tell(f"\n{figure.name}, its slowest statement:\n{plans[figure.name]}")


def _grown(desk: Desk, deliveries: int) -> Size:
    """The desk at this size, put aside as a database of its own: so the sizes can take turns."""
    lengthen_history(desk, deliveries)
    tell(f"{deliveries} deliveries are there")
    return Size(deliveries, kept_aside(desk, f"with_{deliveries}"))


def _in_turns(sizes: Sequence[Size], queries: Sequence[Query], rounds: int) -> Taken:
    measured: Taken = {size.deliveries: defaultdict(list) for size in sizes}
    for number in range(1, rounds + 1):
        for size in sizes:
            use_database(size.database)
            taken = measured[size.deliveries]
            for query in queries:
                taken[query.name] += _milliseconds(query, taken[query.name])
            tell(f"round {number}, {size.deliveries} deliveries: {_told(taken)}")
    return measured


def _queries(desk: Desk) -> Iterator[Query]:
    from parvis.deliver.claims import claim_due, claim_lookups, seconds_until_next
    from parvis.deliver.sweep import sweep
    from parvis.deliver.verbs import database_now
    from parvis.report.accounts import account_lines
    from parvis.report.calendar import month_of
    from parvis.report.calendar_entries import Filters
    from parvis.report.library import Wanted as WantedMedia
    from parvis.report.library import page_of_library
    from parvis.report.post_search import Shelf, Wanted
    from parvis.report.posts import page_of_posts
    from parvis.report.queue import queue_of
    from parvis.report.score import score_of
    from parvis.report.today import today_of

    workspace = desk.workspace
    yield Query("growth.claim", lambda: claim_due(200))
    yield Query("growth.claim_lookups", lambda: claim_lookups(200))
    yield Query("growth.next_due", lambda: seconds_until_next(2.0))
    yield Query("growth.sweep", sweep)
    accounts, now = account_lines(workspace), database_now()
    yield Query("growth.score", lambda: score_of(workspace, accounts, now))
    yield Query("growth.calendar", lambda: month_of(workspace, now.date(), now, Filters(), {}))
    yield Query("growth.queue", lambda: queue_of(workspace))
    yield Query("growth.library", lambda: page_of_library(workspace, WantedMedia()))
    yield Query("growth.today", lambda: today_of(workspace))
    yield Query("growth.accounts", lambda: account_lines(workspace))
    for shelf in Shelf:
        named = shelf.replace("-", "_") or "all"
        yield Query(f"growth.posts.{named}", _page(page_of_posts, workspace, Wanted(shelf=shelf)))


def _page(page_of_posts: Callable[..., Any], *arguments: object) -> Callable[[], Any]:
    return lambda: page_of_posts(*arguments)


def _milliseconds(query: Query, before: Sequence[float]) -> list[float]:
    """Of each of some calls, after one that is not counted: another size was in the memory. What
    takes seconds is called once in all, for more would not tell more."""
    if before and max(before) > VERY_LONG_MS:
        return []
    first = _timed(query)
    return [first] if first > VERY_LONG_MS else [_timed(query) for _ in range(CALLS)]


def _timed(query: Query) -> float:
    from django.db import transaction

    with transaction.atomic():
        started = time.perf_counter()
        query.call()
        taken = time.perf_counter() - started
        transaction.set_rollback(True)
    return 1000 * taken


def _figure(name: str, measured: Taken) -> Figure:
    smallest, largest = min(measured), max(measured)
    first = Rounds(f"{name} at {smallest}", "ms", tuple(measured[smallest][name]))
    last = Rounds(name, "ms", tuple(measured[largest][name]))
    by_size: dict[str, Any] = {
        str(size): round(statistics.median(measured[size][name]), 2) for size in measured
    }
    # Two dozen calls would hide the figure.
    return replace(at_most(last, FLAT, first, **by_size), rounds=())


def _middle(taken: Sequence[float]) -> float:
    return round(statistics.median(taken), 2)


def _told(taken: Mapping[str, list[float]]) -> str:
    return ", ".join(f"{name} {_middle(each)} ms" for name, each in taken.items())


if __name__ == "__main__":
    main(read_options(__doc__))
