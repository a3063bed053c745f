"""The keeper: parent of PostgreSQL, one per folder, there as long as somebody uses the server.

    python -m parvis.postgres.keeper <folder> --lock FD --report FD [--user NAME]

It is started by the first user process (see use.py), already holding `keeper.lock`, and leaves the
terminal's session so that Ctrl-C does not reach it. It stops the server when it can lock
`users.lock` for itself, which is when the last user has gone, however that user died: the kernel
drops the lock of a killed process too. It holds that lock until its own end, so whoever comes
meanwhile waits, and then starts the next keeper.

One thread, and four looks at the locks a second (some microseconds each): a thread blocked in
flock(2) would make the fork of PostgreSQL unsafe. On Linux the kernel tells PostgreSQL to shut down
when the keeper is killed; elsewhere the next start does.
"""

import argparse
import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from parvis.postgres.account import account_for, refuse_unreachable, take_over_contents
from parvis.postgres.cluster import Cluster
from parvis.postgres.errors import DatabaseUnavailable, foreign_errors_translated
from parvis.postgres.install import installed_programs
from parvis.postgres.layout import Layout
from parvis.postgres.leftovers import without_leftovers
from parvis.postgres.locks import FileLock
from parvis.postgres.log import Log
from parvis.postgres.programs import Site
from parvis.postgres.server import Server
from parvis.postgres.upgrade import refuse_newer, upgrade

LOOK_SECONDS = 0.25
# Told to leave (SIGTERM), it lets its users finish first: they were probably told so as well.
GRACE_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
HEALTHY_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    report = Report(options.report)
    layout = Layout(options.folder)
    try:
        with foreign_errors_translated(layout.folder):
            site = _settle_in(layout, options.user)
            FileLock(options.lock).write_pid(os.getpid())
            server = opened_server(site)
    except DatabaseUnavailable as trouble:
        report.trouble(trouble)
        return
    report.ready()
    Keeper(site, server).keep()


class Report:
    """One line to the process that started this keeper: it works, or why it does not."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def ready(self) -> None:
        self._say({})

    def trouble(self, trouble: DatabaseUnavailable) -> None:
        self._say({"code": trouble.code, "sentence": str(trouble)})

    def _say(self, what: dict[str, str]) -> None:
        with suppress(BrokenPipeError):
            os.write(self._descriptor, json.dumps(what).encode() + b"\n")
        os.close(self._descriptor)


def opened_server(site: Site) -> Server:
    """Programs, data and settings made ready, and the server started."""
    without_leftovers(site).close()
    major, programs = installed_programs(site)
    cluster = Cluster(site, major, programs)
    _provide(cluster)
    cluster.configure()
    server = Server(site, cluster.folder, programs)
    server.start()
    return server


class Keeper:
    """Watches over a started server until its last user has gone."""

    def __init__(self, site: Site, server: Server) -> None:
        self._site = site
        self._server = server
        self._revival = Revival()
        self._told_to_leave: float | None = None

    def keep(self) -> None:
        wake = self._listen_to_signals()
        while not self._should_leave():
            self._revive_if_dead()
            self._site.log.keep_small()
            _rest(wake)
        self._site.log.note("stopping PostgreSQL: nobody uses it any more")
        self._server.stop()

    def _should_leave(self) -> bool:
        if not self._server.has_data() or self._grace_is_over():
            return True
        # Never closed: held until this process has ended.
        return FileLock.try_exclusive(self._site.layout.users_lock, self._site.account) is not None

    def _grace_is_over(self) -> bool:
        return (
            self._told_to_leave is not None
            and time.monotonic() - self._told_to_leave > GRACE_SECONDS
        )

    def _revive_if_dead(self) -> None:
        if self._server.running() or not self._revival.is_due():
            return
        self._site.log.note("PostgreSQL has ended by itself; starting it again")
        try:
            with foreign_errors_translated(self._site.layout.folder):
                self._server.start()
        except DatabaseUnavailable as trouble:
            self._site.log.note(str(trouble))

    def _listen_to_signals(self) -> int:
        """A descriptor that becomes readable when a child ends or somebody tells us to leave."""
        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note_wish_to_leave)
        return wake

    def _note_wish_to_leave(self, *_: object) -> None:
        self._told_to_leave = self._told_to_leave or time.monotonic()


class Revival:
    """When to start a dead server again: soon at first, more seldom while it keeps dying."""

    def __init__(self) -> None:
        self._last_try = 0.0
        self._pause = 0.0

    def is_due(self) -> bool:
        """True when it is time, and then counts as a try."""
        since = time.monotonic() - self._last_try
        if since < self._pause:
            return False
        healthy = since > self._pause + HEALTHY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if healthy else self._longer_pause()
        self._last_try = time.monotonic()
        return True

    def _longer_pause(self) -> float:
        return min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)


def _settle_in(layout: Layout, user: str | None) -> Site:
    """Become a process of its own: private files, no terminal, output in the log."""
    os.umask(0o077)
    account = account_for(layout.folder, user)
    refuse_unreachable(layout.folder, account)
    take_over_contents(layout.folder, account)
    log = Log(layout.log, account)
    os.dup2(log.descriptor, sys.stdout.fileno())
    os.dup2(log.descriptor, sys.stderr.fileno())
    os.chdir(layout.folder)
    if os.fork():
        # The starter has only been waiting for this process: the keeper is nobody's child.
        os._exit(0)
    return Site(layout, account, log)


def _provide(cluster: Cluster) -> None:
    """Data for this version: there already, upgraded from an older one, or new."""
    newest = max(cluster.site.layout.majors(), default=None)
    if newest is None:
        cluster.create()
        return
    refuse_newer(cluster.site, newest, cluster.major)
    if newest < cluster.major:
        upgrade(newest, cluster)


def _rest(wake: int) -> None:
    select.select([wake], [], [], LOOK_SECONDS)
    with suppress(BlockingIOError):
        os.read(wake, 4096)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parvis.postgres.keeper", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--lock", type=int, required=True, help="descriptor of the held keeper.lock"
    )
    parser.add_argument("--report", type=int, required=True, help="descriptor to report to")
    parser.add_argument("--user", default=None, help="who runs PostgreSQL (root only)")
    return parser


if __name__ == "__main__":
    main()
