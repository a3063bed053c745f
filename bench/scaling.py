"""What more workers bring: deliveries per second of one, two, four processes on this machine.

    python -m bench.scaling --workers 1,2,4 --posts 10000

Each figure says who kept the processors busy, and so where it stops and why.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import psutil

from bench.desk import Desk, opened_desk
from bench.figures import Rounds, at_least, plain, show, tell
from bench.options import Options, read_options
from bench.processes import cpu_seconds, postgres_of
from bench.rows import schedule_due
from bench.workers import await_settled, working

# Above this share of the machine's processor time nothing more can be had from it.
FULL = 0.85


def main(options: Options) -> None:
    rates: dict[int, list[float]] = defaultdict(list)
    spent: dict[int, list[Mapping[str, float]]] = defaultdict(list)
    with opened_desk(options.accounts) as desk:
        for number in range(1, options.rounds + 1):
            for workers in options.workers:
                rate, seconds = _measured(desk, workers, options.posts)
                rates[workers].append(rate)
                spent[workers].append(seconds)
                tell(f"round {number}: {workers} workers {rate:.0f}/s")
    _show(rates, spent)


def _measured(desk: Desk, workers: int, posts: int) -> tuple[float, Mapping[str, float]]:
    """Deliveries per second, and the share of the machine that each kind of process took."""
    with working(desk, workers) as processes:
        due_at = schedule_due(desk, posts)
        before = _spent(desk, processes)
        delivered = await_settled(desk, due_at, at_most=600)
        after = _spent(desk, processes)
    whole = delivered.seconds * (psutil.cpu_count() or 1)
    return delivered.rate, {kind: (after[kind] - before[kind]) / whole for kind in before}


def _spent(desk: Desk, workers: list[psutil.Process]) -> dict[str, float]:
    return {
        "workers": sum(map(cpu_seconds, workers)),
        "PostgreSQL": sum(map(cpu_seconds, postgres_of(desk.folder))),
        "the network": cpu_seconds(psutil.Process(desk.network.process_id)),
    }


def _show(rates: Mapping[int, list[float]], spent: Mapping[int, list[Mapping[str, float]]]) -> None:
    first = Rounds(f"scaling.{min(rates)}", "deliveries/s", tuple(rates[min(rates)]))
    for workers, values in rates.items():
        rounds = Rounds(f"scaling.{workers}", "deliveries/s", tuple(values))
        shares = dict(_medians(spent[workers]))
        said = _why(shares)
        if workers == min(rates):
            show(plain(rounds, note=said, share_of_machine=shares))
        else:
            show(at_least(rounds, 1.0, first, note=said, share_of_machine=shares))


def _medians(spent: list[Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    for kind in spent[0]:
        middle = Rounds(kind, "", tuple(each[kind] for each in spent)).median
        yield kind, round(middle, 2)


def _why(shares: Mapping[str, float]) -> str:
    cores = psutil.cpu_count() or 1
    told = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in shares.items())
    busy = sum(shares.values())
    if busy >= FULL:
        return f"the {cores} cores are full: {told}"
    return f"{100 * busy:.0f} % of {cores} cores are used by it: {told}"


if __name__ == "__main__":
    main(read_options(__doc__))
