"""The log of the keeper and of PostgreSQL: one file, never more than about two times its limit.

PostgreSQL writes straight into the file (its stderr), so the last words of a dying server are kept
even when the keeper is dead. The keeper moves the file's content aside and empties it in place,
because the writers keep the file open.
"""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from parvis.postgres.account import Account

LIMIT_BYTES = 5_000_000
# As much of a failed start as is looked at for its reason.
TAIL_BYTES = 20_000


class Log:
    def __init__(self, path: Path, account: Account, *, limit: int = LIMIT_BYTES) -> None:
        self._path = path
        self._account = account
        self._limit = limit
        self.descriptor = self._open()

    def note(self, sentence: str) -> None:
        """A full disk must not stop the keeper, so a line may be lost."""
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        self.write(f"{moment} [keeper {os.getpid()}] {sentence}\n")

    def write(self, text: str) -> None:
        with suppress(OSError):
            os.write(self.descriptor, text.encode())

    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def since(self, position: int) -> str:
        """What was written after `position` (its end, if that is much)."""
        start = max(position, self.size() - TAIL_BYTES)
        return os.pread(self.descriptor, TAIL_BYTES, start).decode(errors="replace")

    def keep_small(self) -> None:
        if self.size() <= self._limit:
            return
        with suppress(OSError), self._account.acting():
            shutil.copyfile(self._path, self._path.with_name(self._path.name + ".1"))
        os.ftruncate(self.descriptor, 0)

    def _open(self) -> int:
        with self._account.acting():
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            return os.open(self._path, flags, 0o600)
