"""The processes of an installation, what they cost and what they hold."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psutil


def postgres_of(folder: Path) -> list[psutil.Process]:
    """The server's processes, its keeper among them, whose data lie in `folder`. They are nobody's
    children: they outlive whoever started them."""
    named = [process for process in psutil.process_iter() if _names(process, folder)]
    return with_children(process for process in named if "postgres" in " ".join(_line(process)))


def with_children(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for process in processes:
        found[process.pid] = process
        with contextlib.suppress(psutil.NoSuchProcess):
            found.update({child.pid: child for child in process.children(recursive=True)})
    return list(found.values())


def cpu_seconds(process: psutil.Process) -> float:
    """With those of its children that have ended. 0 for a process that has."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def proportional_megabytes(process: psutil.Process) -> float:
    """Its own memory, and its part of what it shares with others (proportional set size)."""
    return float(process.memory_full_info().pss) / 1e6


def _names(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in _line(process))


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
