"""What a desk weighs that does nothing: memory, the time until its first page, size on the disk.

python -m bench.weight
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil

import parvis
from bench.desk import forget_other_desks
from bench.figures import Rounds, plain, rounded, show, tell
from bench.options import Options, read_options
from bench.processes import postgres_of, proportional_megabytes, with_children
from bench.start import started_and_stopped

LOCKED = Path(__file__).resolve().parent.parent / "requirements" / "run.txt"


def main(options: Options) -> None:
    forget_other_desks()
    with tempfile.TemporaryDirectory(prefix="parvis-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        _show_start(folder, options.rounds)
        _show_memory(folder, options)
    _show_size()


def _show_start(folder: Path, rounds: int) -> None:
    """The first start makes the database; every later one finds it."""
    first, *later = [started_and_stopped(folder / "data")[0] for _ in range(1 + rounds)]
    show(plain(Rounds("weight.first_start", "s", (first,)), note="command to first page"))
    show(plain(Rounds("weight.start", "s", tuple(later)), note="command to first page, again"))


def _show_memory(folder: Path, options: Options) -> None:
    with _idle_desk(folder) as up:
        tell(f"the desk is up; weighed when it has been idle for {options.idle} s …")
        time.sleep(options.idle)
        rounds = [_held(folder, up) for _ in range(options.rounds)]
    totals = Rounds("weight.memory", "MB", tuple(sum(held.values()) for held in rounds))
    show(plain(totals, note="proportional set size of all its processes", **_told(rounds[-1])))


def _told(held: Mapping[str, float]) -> dict[str, float]:
    return {kind: rounded(megabytes) for kind, megabytes in held.items()}


def _held(folder: Path, up: psutil.Process) -> dict[str, float]:
    """Megabytes by kind of process."""
    held: dict[str, float] = {}
    server = postgres_of(folder)
    for process in server:
        held["PostgreSQL"] = held.get("PostgreSQL", 0.0) + proportional_megabytes(process)
    known = {process.pid for process in server}
    for process in with_children([up]):
        if process.pid not in known:
            kind = _kind(process)
            held[kind] = held.get(kind, 0.0) + proportional_megabytes(process)
    return held


def _kind(process: psutil.Process) -> str:
    """`up`, `web`, `work` …: the word that follows the program's name."""
    line = process.cmdline()
    place = next((at for at, word in enumerate(line) if word.endswith("parvis")), None)
    return f"parvis {line[place + 1]}" if place is not None and place + 1 < len(line) else line[0]


@contextmanager
def _idle_desk(folder: Path) -> Iterator[psutil.Process]:
    up = subprocess.Popen(
        [
            *(sys.executable, "-m", "parvis", "up", "--json", "--port", "0"),
            *("--data", str(folder / "data")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert up.stdout is not None
        urllib.request.urlopen(json.loads(up.stdout.readline())["url"], timeout=60).close()
        yield psutil.Process(up.pid)
    finally:
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=60)


def _show_size() -> None:
    sizes = {name: _installed_megabytes(name) for name in _locked_names()}
    own = _megabytes(Path(parvis.__file__).parent)
    largest = sorted(sizes, key=lambda name: -sizes[name])[:6]
    show(
        plain(
            Rounds("weight.installed", "MB", (own + sum(sizes.values()),)),
            note="Parvis and all that it runs on, as requirements/run.txt names it",
            parvis=rounded(own),
            **{name: rounded(sizes[name]) for name in largest},
        )
    )


def _locked_names() -> list[str]:
    lines = LOCKED.read_text().splitlines()
    return sorted({line.partition("==")[0] for line in lines if "==" in line and line[0].isalpha()})


def _installed_megabytes(name: str) -> float:
    """0 for what this machine does not need, such as what only Windows does."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        return 0.0
    kept = (Path(str(file.locate())) for file in files)
    return sum(file.stat().st_size for file in kept if file.is_file()) / 1e6


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


if __name__ == "__main__":
    main(read_options(__doc__))
