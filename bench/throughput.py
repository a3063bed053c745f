"""Deliveries per second: Parvis, the bare client as the limit, and peers that do the same job.

    python -m bench.throughput --posts 10000 --rounds 5

One worker process each, one after the other, in turns: A B C A B C, so that what else the machine
does falls on all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.contenders import LIMIT, PARVIS, Contender, missing_peers, opened_contenders
from bench.desk import opened_desk
from bench.figures import Figure, Rounds, at_least, not_here, plain, show, tell
from bench.options import Options, read_options

# The batch loop is no peer but the bare idea: without it nothing would say what the job costs.
PROCRASTINATE = "throughput.procrastinate"
CELERY = "throughput.celery"
PEERS = ("throughput.pgqueuer", "throughput.chancy", PROCRASTINATE, CELERY)


def main(options: Options) -> None:
    with opened_desk(options.accounts) as desk, opened_contenders(desk, options) as contenders:
        measured = in_turns(contenders, options.rounds, desk.network.forget)
    for figure in _figures(measured):
        show(figure)
    for name, why in missing_peers(options).items():
        show(not_here(f"throughput.{name}", "deliveries/s", why))


def in_turns(
    contenders: Sequence[Contender], rounds: int, before: Callable[[], None]
) -> dict[str, Rounds]:
    """{name: what it reached}; the contenders one after the other, as often as there are rounds."""
    values: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for contender in contenders:
            before()
            values[contender.name].append(contender.measure(contender.posts))
            tell(f"round {number}: {contender.name} {values[contender.name][-1]:.0f}/s")
    return {name: Rounds(name, "deliveries/s", tuple(each)) for name, each in values.items()}


def _figures(measured: Mapping[str, Rounds]) -> Iterator[Figure]:
    yield from (plain(rounds) for name, rounds in measured.items() if name != PARVIS)
    parvis = measured[PARVIS]
    yield at_least(parvis, 0.5, measured[LIMIT])
    peers = [measured[name] for name in PEERS if name in measured]
    if peers:
        yield at_least(parvis, 2, max(peers, key=lambda peer: peer.median))
    for name in (PROCRASTINATE, CELERY):
        if name in measured:
            yield at_least(parvis, 10, measured[name])


if __name__ == "__main__":
    main(read_options(__doc__))
