"""What can go wrong. Each text says what happened, what was kept and what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class _Coded(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class BackupFailed(_Coded):
    """No backup was made. A backup that was there before is untouched."""


class BackupDamaged(_Coded):
    """The file is not a whole backup. Nothing was changed."""


class RestoreRefused(_Coded):
    """The restore must not happen here, or could not. The installation is as it was."""


class StillAtWork(RestoreRefused):
    """A worker somewhere uses the database."""


@contextmanager
def disk_errors_told(
    place: Path, error: type[BackupFailed] | type[RestoreRefused]
) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise error(*_told(trouble, place)) from None


def _told(trouble: OSError, place: Path) -> tuple[str, str]:
    if trouble.errno in _FULL_DISK:
        return (
            "disk-full",
            f"The disk that holds {place} is full. Everything is as it was before. "
            "Free some space there, then try again.",
        )
    reason = trouble.strerror or type(trouble).__name__
    where = trouble.filename if isinstance(trouble.filename, str | os.PathLike) else place
    return (
        "disk",
        f"{where} could not be read or written: {reason}. Everything is as it was before. "
        "Correct that, then try again.",
    )
