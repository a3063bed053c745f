"""The public face: open the server of a folder, use it, let it go."""

import json
import math
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from parvis.postgres.account import Account, account_for, prepare_folder
from parvis.postgres.configuration import DATABASE, ROLE
from parvis.postgres.errors import (
    DatabaseUnavailable,
    disk_full,
    disk_is_full,
    foreign_errors_translated,
)
from parvis.postgres.layout import PORT, Layout
from parvis.postgres.locks import OFTEN_ENOUGH, FileLock

PATIENCE_SECONDS = 120.0
CONNECT_SECONDS = 5
# A keeper killed while it starts is followed by another, but not without end.
WORDLESS_KEEPERS = 3
CODE_ROOT = Path(__file__).resolve().parents[2]
# What a Python process needs to start. The keeper lives long and gets no secret of its starter's.
KEEPER_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class EmbeddedPostgres:
    """The private PostgreSQL that lives in `folder` (made if need be).

    `user` names the account that runs it when this process is root; by default the owner of the
    folder, else of the folder above it, else "parvis" if there is one, else "nobody". `patience` is
    how many seconds open() and ensure() wait before they give up.
    """

    def __init__(
        self, folder: Path, *, user: str | None = None, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._layout = Layout(folder.resolve())
        self._user = user
        self._patience = patience

    @property
    def url(self) -> str:
        """Where the server will answer once somebody has opened it; this starts nothing."""
        return _url(self._layout, account_for(self._layout.folder, self._user))

    def open(self) -> "Use":
        """Become a user of the server, starting it if need be; returns once it answers."""
        folder = self._layout.folder
        with foreign_errors_translated(folder):
            self._layout.refuse_unspeakable()
            account = account_for(folder, self._user)
            prepare_folder(folder, account)
            users = self._join(account)
            use = Use(self._layout, account, users, user=self._user, patience=self._patience)
            try:
                use.ensure()
            except BaseException:
                use.close()
                raise
        return use

    def _join(self, account: Account) -> FileLock:
        """Held back only while a keeper stops the server of earlier users."""
        path = self._layout.users_lock
        users = FileLock.wait_shared(path, account, seconds=self._patience)
        if users is None:
            raise _no_answer(self._layout, self._patience, "it is still stopping")
        return users


class Use:
    """One process's use of the server: it runs at least until close(), or until the process ends.

    `url` is a libpq URI. A Use may be opened more than once in a process; each counts.
    """

    def __init__(
        self,
        layout: Layout,
        account: Account,
        users: FileLock,
        *,
        user: str | None,
        patience: float,
    ) -> None:
        self.url = _url(layout, account)
        self._layout = layout
        self._account = account
        self._users = users
        self._user = user
        self._patience = patience

    def ensure(self) -> None:
        """Return once the server answers, starting keeper and server again if they are gone."""
        with foreign_errors_translated(self._layout.folder):
            self._reach(time.monotonic() + self._patience)

    def close(self, *, wait: bool = False) -> None:
        """Let the server go; the last user's going stops it.

        `wait` returns only when it has stopped or others use it: for the last process of a
        container, whose end would kill the server instead.
        """
        self._users.close()
        if wait:
            self._wait_until_stopped(time.monotonic() + self._patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _reach(self, deadline: float) -> None:
        trouble, wordless = "it did not answer", 0
        while time.monotonic() < deadline:
            keeper_lock = FileLock.try_exclusive(self._layout.keeper_lock, self._account)
            if keeper_lock is not None:
                with keeper_lock:
                    spoke = _start_keeper(self._layout, keeper_lock, self._user, deadline)
                wordless += not spoke
                if wordless == WORDLESS_KEEPERS:
                    raise _keeper_failed(f"nothing (see {self._layout.log})")
                continue
            trouble = _refusal(self.url, deadline - time.monotonic())
            if not trouble:
                return
            time.sleep(OFTEN_ENOUGH)
        raise _no_answer(self._layout, self._patience, trouble)

    def _wait_until_stopped(self, deadline: float) -> None:
        while time.monotonic() < deadline and not (self._keeper_is_gone() or self._is_shared()):
            time.sleep(OFTEN_ENOUGH)

    def _keeper_is_gone(self) -> bool:
        lock = FileLock.try_exclusive(self._layout.keeper_lock, self._account)
        if lock is not None:
            lock.close()
        return lock is not None

    def _is_shared(self) -> bool:
        """Others hold it shared; a stopping keeper holds it for itself."""
        path = self._layout.users_lock
        alone = FileLock.try_exclusive(path, self._account)
        if alone is not None:
            alone.close()
            return False
        beside = FileLock.try_shared(path, self._account)
        if beside is not None:
            beside.close()
        return beside is not None


def _url(layout: Layout, account: Account) -> str:
    socket_folder = quote(str(layout.socket_folder(account.uid)), safe="")
    # The port is named so that a PGPORT in the environment cannot lead elsewhere.
    return f"postgresql://{ROLE}@/{DATABASE}?host={socket_folder}&port={PORT}"


def _refusal(url: str, patience: float) -> str:
    """Why the server does not answer; empty when it does."""
    # Here, not above: the keeper imports this package and should not carry a database client.
    import psycopg

    seconds = max(1, min(math.ceil(patience), CONNECT_SECONDS))
    try:
        psycopg.connect(url, connect_timeout=seconds).close()
    except psycopg.OperationalError as error:
        return (str(error).strip().splitlines() or ["it did not answer"])[-1]
    return ""


def _start_keeper(layout: Layout, lock: FileLock, user: str | None, deadline: float) -> bool:
    """Start a keeper that inherits the held lock; raise its trouble; False if it said nothing."""
    reading, writing = os.pipe()
    try:
        command = [sys.executable, "-m", "parvis.postgres.keeper", str(layout.folder)]
        command += [f"--lock={lock.descriptor}", f"--report={writing}"]
        command += [f"--user={user}"] if user else []
        _run_detached(command, (lock.descriptor, writing))
        os.close(writing)
        writing = -1
        return _heed(_word_of_keeper(reading, deadline))
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)


def _run_detached(command: list[str], inherit: tuple[int, ...]) -> None:
    """Returns when the keeper has left this process's session, or could not even begin."""
    started = subprocess.run(
        command,
        cwd=CODE_ROOT,
        env=_keeper_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=inherit,
        start_new_session=True,
        check=False,
    )
    if started.returncode != 0:
        said = started.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise _keeper_failed(said[-1])


def _keeper_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in KEEPER_ENVIRONMENT or name.startswith("PYTHON")
    }


def _word_of_keeper(reading: int, deadline: float) -> bytes:
    """One line of JSON; empty when the keeper died, or has not spoken before the deadline."""
    said = b""
    while not said.endswith(b"\n"):
        patience = max(0.0, deadline - time.monotonic())
        if not select.select([reading], [], [], patience)[0]:
            return b""
        piece = os.read(reading, 65536)
        if not piece:
            return b""
        said += piece
    return said


def _heed(said: bytes) -> bool:
    trouble = json.loads(said) if said else {}
    if trouble:
        raise DatabaseUnavailable(trouble["code"], trouble["sentence"])
    return bool(said)


def _keeper_failed(said: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "keeper-failed",
        f"The process that keeps the database could not start; it said: {said}. "
        "Everything that was saved is still there. Install Parvis again if this stays.",
    )


def _no_answer(layout: Layout, seconds: float, trouble: str) -> DatabaseUnavailable:
    if disk_is_full(layout.folder):
        return disk_full(layout.folder)
    return DatabaseUnavailable(
        "no-answer",
        f"The database in {layout.folder} did not answer within {seconds:.0f} seconds ({trouble}). "
        "Everything that was saved is still there, and the database goes on trying. "
        f"Wait and try again, or look into {layout.log}.",
    )
