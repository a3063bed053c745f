"""Everybody who is measured in deliveries per second, side by side."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.desk import Desk
from bench.limit import measured_limit
from bench.options import Options
from bench.peers.house import house_beside, python
from bench.rows import schedule_due
from bench.workers import await_settled, working

LIMIT = "limit.aiohttp"
PARVIS = "throughput.parvis"


@dataclass(frozen=True, slots=True)
class Contender:
    """`measure` answers posts per second for a number of posts."""

    name: str
    measure: Callable[[int], float]
    posts: int


@contextmanager
def opened_contenders(desk: Desk, options: Options) -> Iterator[list[Contender]]:
    with ExitStack() as open_things:
        yield [
            *_limits(desk, options),
            _parvis(desk, options),
            _batch_loop(open_things, desk, options),
        ]


def _limits(desk: Desk, options: Options) -> list[Contender]:
    def sending_with(client: str) -> Callable[[int], float]:
        return lambda posts: measured_limit(client, desk.network.url, posts, options.concurrency)

    return [
        Contender(LIMIT, sending_with("aiohttp"), options.posts),
        Contender("limit.http", sending_with("http"), options.posts),
    ]


def _parvis(desk: Desk, options: Options) -> Contender:
    def measure(posts: int) -> float:
        with working(desk):
            return await_settled(desk, schedule_due(desk, posts), at_most=300).rate

    return Contender(PARVIS, measure, options.posts)


def _batch_loop(open_things: ExitStack, desk: Desk, options: Options) -> Contender:
    house = open_things.enter_context(house_beside(desk, "batch_loop", options.concurrency))

    def measure(posts: int) -> float:
        house.fill(posts)
        house.tidy()
        return house.measure(python("bench.peers.batch_loop"))

    return Contender("throughput.batch_loop", measure, options.posts)
