"""Locks that the kernel drops by itself, even after kill -9 (flock(2)).

A lock belongs to the open file, not to the process: a child that inherits the descriptor holds it
too. That is how a keeper is born already holding its lock, and how `server.lock` tells whether any
process of a PostgreSQL server is left, without trusting a pid.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from parvis.postgres.account import Account, running_as_root

OFTEN_ENOUGH = 0.03


class FileLock:
    """A lock that is held; free it with close()."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._held = True

    @classmethod
    def try_exclusive(cls, path: Path, account: Account) -> Self | None:
        return cls._try(path, account, fcntl.LOCK_EX)

    @classmethod
    def try_shared(cls, path: Path, account: Account) -> Self | None:
        return cls._try(path, account, fcntl.LOCK_SH)

    @classmethod
    def wait_exclusive(cls, path: Path, account: Account, *, seconds: float) -> Self | None:
        return cls._wait(path, account, fcntl.LOCK_EX, seconds)

    @classmethod
    def wait_shared(cls, path: Path, account: Account, *, seconds: float) -> Self | None:
        return cls._wait(path, account, fcntl.LOCK_SH, seconds)

    def write_pid(self, pid: int) -> None:
        """For people who look; nothing reads it back as a truth."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{pid}\n".encode(), 0)

    def close(self) -> None:
        # Closing, never LOCK_UN: a forked child that shares the file keeps its hold.
        if self._held:
            self._held = False
            os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @classmethod
    def _wait(cls, path: Path, account: Account, mode: int, seconds: float) -> Self | None:
        deadline = time.monotonic() + seconds
        while (lock := cls._try(path, account, mode)) is None:
            if time.monotonic() > deadline:
                return None
            time.sleep(OFTEN_ENOUGH)
        return lock

    @classmethod
    def _try(cls, path: Path, account: Account, mode: int) -> Self | None:
        descriptor = _open(path, account)
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)


def _open(path: Path, account: Account) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        return _create(path, account, flags)


def _create(path: Path, account: Account, flags: int) -> int:
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if running_as_root():
        os.fchown(descriptor, account.uid, account.gid)
    return descriptor
