"""Where the time of one worker goes: `python -m bench.profile --posts 5000`.

Runs the throughput scenario while py-spy samples the worker, all its threads, from outside, and
prints the functions that cost most: Parvis's own and the libraries' by the samples in and below
them, then everybody's by the samples in them alone. Only the thread that holds the interpreter is
sampled: waiting is not.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

import parvis
from bench.desk import opened_desk
from bench.figures import tell
from bench.options import Options, read_options
from bench.rows import schedule_due
from bench.workers import await_settled, working

SAMPLES_PER_SECOND = 250
SHOWN = 30
# The first that a file lies in says whose it is.
_ROOTS = (
    ("library", "/site-packages/"),
    ("parvis", f"{Path(parvis.__file__).parent}/"),
    ("python", f"/python{sys.version_info[0]}.{sys.version_info[1]}/"),
)

Stacks = Counter[tuple[str, ...]]


def main(options: Options) -> None:
    with opened_desk(options.accounts) as desk, working(desk) as (worker,):
        due_at = schedule_due(desk, options.posts)
        before = worker.cpu_times()
        with _sampled(worker, desk.folder / "stacks") as samples:
            delivered = await_settled(desk, due_at, at_most=600)
        after = worker.cpu_times()
        stacks = _read(samples)
    user, system = after.user - before.user, after.system - before.system
    print(f"{delivered.posts} posts in {delivered.seconds:.2f} s: {delivered.rate:.0f}/s")
    print(f"CPU of the worker: {user:.2f} s user, {system:.2f} s system")
    _print(stacks)


@contextmanager
def _sampled(worker: psutil.Process, out: Path) -> Iterator[Path]:
    spy = subprocess.Popen(
        [
            *(Path(sys.executable).with_name("py-spy"), "record", "--pid", str(worker.pid)),
            *("--rate", str(SAMPLES_PER_SECOND), "--format", "raw", "--output", out),
            *("--gil", "--function", "--full-filenames", "--duration", "unlimited"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield out
    finally:
        spy.send_signal(signal.SIGINT)
        said = spy.communicate(timeout=60)[1].decode(errors="replace")
    if not out.exists():
        tell(said)
        raise SystemExit("py-spy could not sample the worker: it needs root, or ptrace_scope 0.")


def _read(samples: Path) -> Stacks:
    stacks: Stacks = Counter()
    for line in samples.read_text().splitlines():
        frames, _, count = line.rpartition(" ")
        stacks[tuple(map(_short, frames.split(";")))] += int(count)
    return stacks


def _short(frame: str) -> str:
    """`function (whose file:line)`."""
    name, _, file = frame.rstrip(")").rpartition(" (")
    for whose, root in _ROOTS:
        _, found, rest = file.partition(root)
        if found:
            return f"{name} ({whose} {rest})"
    return frame


def _of(whose: str) -> Callable[[str], bool]:
    return lambda frame: f" ({whose} " in frame


def _print(stacks: Stacks) -> None:
    total = sum(stacks.values())
    below: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for stack, count in stacks.items():
        alone[stack[-1]] += count
        below.update(dict.fromkeys(stack, count))
    _table("Parvis’s own, in and below", below, total, _of("parvis"))
    _table("libraries, in and below", below, total, _of("library"))
    _table("all, alone", alone, total, lambda _: True)


def _table(title: str, counts: Counter[str], total: int, chosen: Callable[[str], bool]) -> None:
    print(f"\n{title}:")
    shown = [(frame, count) for frame, count in counts.most_common() if chosen(frame)][:SHOWN]
    for frame, count in shown:
        print(f"{100 * count / total:6.1f} %  {frame}")


if __name__ == "__main__":
    main(read_options(__doc__))
