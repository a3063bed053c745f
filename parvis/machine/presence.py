"""Who is at work in a data folder, held as locks that the kernel drops with their process.

running.lock   one `parvis up` at most; the file says where it answers
desk.lock      shared by every process that uses the data, taken alone by a restore
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a running `parvis up` says of itself. `url` is empty until its pages answer; `sandbox`
    is the address of its sandbox's control, empty without one."""

    pid: int
    since: str
    url: str = ""
    sandbox: str = ""


class AlreadyRunning(Exception):
    """Parvis runs on this data folder already."""

    def __init__(self, data: Path, running: Running) -> None:
        where = f" at {running.url}" if running.url else " (it is just starting)"
        super().__init__(
            f"Parvis is already running on {data}{where}. Nothing was changed. "
            "Use that one, or stop it first (Ctrl-C where it was started)."
        )
        self.running = running


class InUse(Exception):
    """Some process of Parvis uses the data that this one must have for itself."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"Parvis is at work on {data}. Nothing was changed. Stop it (`parvis up`, and any "
            "`parvis web` or `parvis work`), then try again."
        )


class BeingRestored(Exception):
    """A restore has the data for itself."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"A backup is being restored into {data}. Nothing was changed. "
            "Wait until that has ended, then try again."
        )


class RunningMark:
    """Held by `parvis up` as long as it runs."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self.answers_at("")

    def answers_at(self, url: str, *, sandbox: str = "") -> None:
        note = Running(pid=os.getpid(), since=self._since, url=url, sandbox=sandbox)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(asdict(note)).encode(), 0)

    def take_away(self) -> None:
        os.ftruncate(self._descriptor, 0)


@contextmanager
def mark_running(data: Path) -> Iterator[RunningMark]:
    """Raises AlreadyRunning."""
    descriptor = _opened(data / "running.lock")
    try:
        if not _locked(descriptor, fcntl.LOCK_EX):
            raise AlreadyRunning(data, _note(data))
        mark = RunningMark(descriptor)
        yield mark
        mark.take_away()
    finally:
        os.close(descriptor)


def who_runs(data: Path) -> Running | None:
    if not (data / "running.lock").exists():
        return None
    descriptor = _opened(data / "running.lock")
    try:
        return None if _locked(descriptor, fcntl.LOCK_SH) else _note(data)
    finally:
        os.close(descriptor)


@contextmanager
def using_the_desk(data: Path) -> Iterator[None]:
    """Beside other users of the data. Raises BeingRestored."""
    with _desk_lock(data, fcntl.LOCK_SH) as held:
        if not held:
            raise BeingRestored(data)
        yield


@contextmanager
def alone_at_the_desk(data: Path) -> Iterator[None]:
    """With no other process of Parvis on this machine using the data. Raises InUse."""
    with _desk_lock(data, fcntl.LOCK_EX) as held:
        if not held:
            raise InUse(data)
        yield


@contextmanager
def _desk_lock(data: Path, kind: int) -> Iterator[bool]:
    descriptor = _opened(data / "desk.lock")
    try:
        yield _locked(descriptor, kind)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(data: Path) -> Running:
    try:
        return Running(**json.loads((data / "running.lock").read_text()))
    except (OSError, ValueError, TypeError):
        # Read between its truncation and its writing.
        return Running(pid=0, since="")
