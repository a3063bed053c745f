"""Processes of our folder that outlived their keeper: found surely, and ended.

Two proofs are combined. `server.lock` is inherited by every process of a server, so holding it
means that none is left, even one that this process cannot see (another container). psutil tells
which processes to end: a PostgreSQL program whose working folder lies within ours.
"""

import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from parvis.postgres.errors import DatabaseUnavailable
from parvis.postgres.locks import OFTEN_ENOUGH, FileLock
from parvis.postgres.pidfile import read_pidfile
from parvis.postgres.programs import Site

PROGRAM_NAMES = frozenset({"postgres", "initdb", "pg_upgrade", "pg_ctl"})
# A fast shutdown writes a checkpoint, which takes a while on a slow disk.
FAST_SHUTDOWN_SECONDS = 60.0
IMMEDIATE_SHUTDOWN_SECONDS = 10.0
# Children that lost their server notice at once, unless they are busy.
OWN_END_SECONDS = 1.0


def without_leftovers(site: Site) -> FileLock:
    """End what is left and return the held `server.lock`: no process of the folder lives."""
    if _ours(site):
        _end_all(site)
    return _server_lock(site)


def _end_all(site: Site) -> None:
    servers = _orphaned_servers(site)
    if servers:
        site.log.note("ending a PostgreSQL that lost its keeper")
        _signal(servers, signal.SIGINT)
        _wait_until_gone(site, FAST_SHUTDOWN_SECONDS)
    _wait_until_gone(site, OWN_END_SECONDS)
    for harder in (signal.SIGQUIT, signal.SIGKILL):
        _signal(_ours(site), harder)
        _wait_until_gone(site, IMMEDIATE_SHUTDOWN_SECONDS)


def _wait_until_gone(site: Site, seconds: float) -> None:
    """Not psutil.wait_procs: that waits for zombies too, which a container may never collect."""
    deadline = time.monotonic() + seconds
    while _ours(site) and time.monotonic() < deadline:
        time.sleep(OFTEN_ENOUGH)


def _server_lock(site: Site) -> FileLock:
    lock = FileLock.wait_exclusive(
        site.layout.server_lock, site.account, seconds=IMMEDIATE_SHUTDOWN_SECONDS
    )
    if lock is None:
        raise DatabaseUnavailable(
            "still-running",
            f"Another PostgreSQL that this process cannot see still uses {site.layout.folder}, "
            "perhaps in another container. Its data is untouched. Stop it and start again.",
        )
    return lock


def _orphaned_servers(site: Site) -> list[psutil.Process]:
    clusters = (site.layout.cluster(major) for major in site.layout.majors())
    pids = {found.pid for cluster in clusters if (found := read_pidfile(cluster))}
    return [process for process in _ours(site) if process.pid in pids]


def _ours(site: Site) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter()
        if _runs_postgresql(process) and _works_below(process, site.layout.folder)
    ]


def _runs_postgresql(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.name() in PROGRAM_NAMES and process.status() != psutil.STATUS_ZOMBIE
    return False


def _works_below(process: psutil.Process, folder: Path) -> bool:
    with suppress(psutil.Error):
        return Path(process.cwd()).is_relative_to(folder)
    return False


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)
