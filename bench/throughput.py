"""Deliveries per second: Parvis, the bare client as the limit, and peers that do the same job.

    python -m bench.throughput --posts 10000 --rounds 5

One worker process each, one after the other, in turns: A B C A B C, so that what else the machine
does falls on all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from bench.contenders import LIMIT, PARVIS, Contender, opened_contenders
from bench.desk import opened_desk
from bench.figures import Rounds, at_least, plain, show, tell
from bench.options import Options, read_options


def main(options: Options) -> None:
    with opened_desk(options.accounts) as desk, opened_contenders(desk, options) as contenders:
        measured = in_turns(contenders, options.rounds, desk.network.forget)
    for name, rounds in measured.items():
        if name == PARVIS:
            show(at_least(rounds, 0.5, measured[LIMIT]))
        else:
            show(plain(rounds))


def in_turns(
    contenders: Sequence[Contender], rounds: int, before: Callable[[], None]
) -> dict[str, Rounds]:
    values: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for contender in contenders:
            before()
            values[contender.name].append(contender.measure(contender.posts))
            tell(f"round {number}: {contender.name} {values[contender.name][-1]:.0f}/s")
    return {name: Rounds(name, "deliveries/s", tuple(each)) for name, each in values.items()}


if __name__ == "__main__":
    main(read_options(__doc__ or ""))
