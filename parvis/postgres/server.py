"""A running PostgreSQL: the child of the keeper."""

import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from parvis.postgres.errors import DatabaseUnavailable, from_output
from parvis.postgres.layout import PORT, SHORT_PLACE, SOCKET_NAME
from parvis.postgres.leftovers import (
    FAST_SHUTDOWN_SECONDS,
    IMMEDIATE_SHUTDOWN_SECONDS,
    without_leftovers,
)
from parvis.postgres.pidfile import READY, read_pidfile, remove_stale_pidfile
from parvis.postgres.programs import Programs, Site

OFTEN_ENOUGH = 0.02


class Server:
    """PostgreSQL on one cluster. start() returns when it accepts connections."""

    def __init__(self, site: Site, cluster: Path, programs: Programs) -> None:
        self._site = site
        self._cluster = cluster
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        position = self._site.log.size()
        self._launch()
        self._wait_until_ready(position)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def has_data(self) -> bool:
        return self._cluster.exists()

    def stop(self) -> None:
        """Ask for a fast shutdown; insist when it takes too long (the next start then recovers)."""
        steps = (
            (signal.SIGINT, FAST_SHUTDOWN_SECONDS),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_SECONDS),
            (signal.SIGKILL, IMMEDIATE_SHUTDOWN_SECONDS),
        )
        for number, patience in steps:
            if self._process is None or not self.running():
                break
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self._remove_short_socket_folder()

    def prepare_socket_folder(self) -> None:
        """The folder is this cluster's alone and its server is gone: what lies in it is stale."""
        folder = self._socket_folder()
        with self._site.account.acting():
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            refuse_foreign_folder(folder, self._site.account.uid)
            for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
                (folder / name).unlink(missing_ok=True)

    def _launch(self) -> None:
        with without_leftovers(self._site) as hold:
            if remove_stale_pidfile(self._cluster, self._site.account):
                self._site.log.note("removed a postmaster.pid whose server is gone")
            self.prepare_socket_folder()
            self._process = self._site.start(
                [self._programs.path("postgres"), "-D", self._cluster, "-p", str(PORT)],
                ends_by=signal.SIGINT,
                inherit=(hold.descriptor,),
            )

    def _wait_until_ready(self, position: int) -> None:
        while self._process is not None and self.running():
            found = read_pidfile(self._cluster)
            if found and found.pid == self._process.pid and found.status == READY:
                return
            time.sleep(OFTEN_ENOUGH)
        raise from_output(
            self._site.log.since(position), self._site.layout.folder, "starting the database"
        )

    def _remove_short_socket_folder(self) -> None:
        folder = self._socket_folder()
        if folder.parent == SHORT_PLACE:
            with suppress(OSError), self._site.account.acting():
                shutil.rmtree(folder)

    def _socket_folder(self) -> Path:
        return self._site.layout.socket_folder(self._site.account.uid)


def refuse_foreign_folder(folder: Path, uid: int) -> None:
    """Below /tmp anybody may have made a folder (or a link) of that name before us."""
    found = folder.lstat()
    is_private_folder = found.st_mode & 0o170077 == 0o040000
    if found.st_uid != uid or not is_private_folder:
        raise DatabaseUnavailable(
            "foreign-socket-folder",
            f"{folder}, where the database's socket should lie, belongs to somebody else or is "
            "open to others. Nothing was changed. Remove it, or choose a data folder with a "
            "shorter path.",
        )
