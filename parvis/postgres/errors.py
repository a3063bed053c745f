"""The one error of this room, and how foreign failures become it.

`code` is stable (for tests and translations); the sentence says what happened, what was kept
and what to do.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL_DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_DISK_PHRASES = tuple(os.strerror(number) for number in sorted(FULL_DISK_ERRNOS))
# Below this, PostgreSQL cannot even add the 16 MB segment that crash recovery may ask for.
TOO_FULL_MEGABYTES = 20
ROOM_TO_START_MEGABYTES = 200


class DatabaseUnavailable(Exception):
    """The private PostgreSQL cannot be used; `str()` is a sentence for a person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def foreign_errors_translated(folder: Path) -> Iterator[None]:
    """Turn an OSError about `folder` into a DatabaseUnavailable."""
    try:
        yield
    except OSError as error:
        raise _from_os_error(error, folder) from error


def from_output(output: str, folder: Path, doing: str) -> DatabaseUnavailable:
    """What a PostgreSQL program printed before it failed, as our error."""
    if any(phrase in output for phrase in FULL_DISK_PHRASES) or disk_is_full(folder):
        return disk_full(folder)
    return DatabaseUnavailable(
        "start-failed",
        f"PostgreSQL failed while {doing}: {_telling_line(output)}. "
        f"Nothing that was saved in {folder} was removed. "
        f"The whole account is in {folder / 'log' / 'server.log'}; "
        "correct what it names and start again.",
    )


def disk_full(folder: Path) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "disk-full",
        f"The disk that holds {folder} is full ({free_megabytes(folder)} MB free), "
        "so the database could not start. Everything that was saved is still there. "
        f"Free at least {ROOM_TO_START_MEGABYTES} MB on that disk and start again.",
    )


def disk_is_full(folder: Path) -> bool:
    return free_megabytes(folder) < TOO_FULL_MEGABYTES


def free_megabytes(folder: Path) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize // 1_000_000


def _from_os_error(error: OSError, folder: Path) -> DatabaseUnavailable:
    if error.errno in FULL_DISK_ERRNOS:
        return disk_full(folder if folder.exists() else folder.parent)
    if isinstance(error, PermissionError):
        return DatabaseUnavailable(
            "not-yours",
            f"This user may not use {error.filename or folder}: it belongs to somebody else. "
            "Nothing was changed. Run Parvis as the owner of its data folder, "
            "or choose another data folder.",
        )
    return DatabaseUnavailable(
        "start-failed",
        f"The database could not start: {error.strerror or error} "
        f"({error.filename or folder}). Nothing that was saved was removed. "
        "Correct what is named and start again.",
    )


def _telling_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return (telling or lines or ["it said nothing"])[-1].rstrip(".")
