"""Everybody who is measured in deliveries per second, side by side."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from bench.desk import Desk
from bench.limit import measured_limit
from bench.options import Options
from bench.peers.house import house_beside
from bench.peers.redis import redis_is_here, running_redis
from bench.rows import schedule_due
from bench.workers import await_settled, working

LIMIT = "limit.aiohttp"
PARVIS = "throughput.parvis"
BATCH_LOOP = "batch_loop"
SLOW_PEERS = ("procrastinate", "celery")
# As bench.peers.celery reads it; not imported from there, for Celery need not be installed.
BROKER = "BENCH_BROKER"
# So many fewer posts for those who take long: their rate does not grow with the number.
SLOWER = 5


@dataclass(frozen=True, slots=True)
class Contender:
    """`measure` answers posts per second for a number of posts."""

    name: str
    measure: Callable[[int], float]
    posts: int


@contextmanager
def opened_contenders(desk: Desk, options: Options) -> Iterator[list[Contender]]:
    """Those peers that can be here; which of the wanted ones cannot, `missing_peers` says."""
    with ExitStack() as open_things:
        here = [name for name in options.peers if name not in missing_peers(options)]
        peers = [_peer(open_things, desk, options, name) for name in here]
        yield [*_limits(desk, options), _parvis(desk, options), *peers]


def missing_peers(options: Options) -> dict[str, str]:
    """{name: why}"""
    missing = {name: f"{name} is not installed" for name in options.peers if not _is_here(name)}
    if "celery" in options.peers and not redis_is_here():
        missing["celery"] = "redis-server is not installed (Debian: apt-get install redis-server)"
    return missing


def _is_here(peer: str) -> bool:
    return peer == BATCH_LOOP or find_spec(peer) is not None


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


def _peer(open_things: ExitStack, desk: Desk, options: Options, name: str) -> Contender:
    house = open_things.enter_context(house_beside(desk, name, options.concurrency))
    module, more = f"bench.peers.{name}", {}
    if name == "celery":
        more = {BROKER: open_things.enter_context(running_redis(desk.folder / "redis"))}

    def measure(posts: int) -> float:
        house.enqueue(module, posts, more)
        return house.measure(module, more)

    fewer = SLOWER if name in SLOW_PEERS else 1
    return Contender(f"throughput.{name}", measure, max(1, options.posts // fewer))
