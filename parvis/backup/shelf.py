"""One backup, made beside the running pages and kept for a day, to be fetched through them.

backups/desk.parvis    the backup
backups/state.json     how far it is, or how it ended
backups/lock           held while one is made; whoever dies lets go of it
"""

import fcntl
import json
import logging
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from django.db import connection

from parvis.backup.errors import BackupFailed
from parvis.backup.make import Made, back_up
from parvis.config.installation import Installation

log = logging.getLogger("parvis.backup")

KEPT_FOR = timedelta(days=1)
# A database whose disk is full stops: a backup must never be what fills it.
LEFT_FREE_BYTES = 500_000_000
_TOLD_EVERY_SECONDS = 0.5


class Phase(StrEnum):
    NONE = "none"
    MAKING = "making"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What lies on it. `done` and `total` in bytes; `problem` is a code, empty unless it failed;
    `counts` says how much of what is inside."""

    phase: Phase = Phase.NONE
    done: int = 0
    total: int = 0
    ended_at: datetime | None = None
    problem: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    missing_media: int = 0

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def kept_until(self) -> datetime | None:
        return self.ended_at + KEPT_FOR if self.ended_at else None


def look(installed: Installation) -> Shelf:
    """What is older than a day is removed by whoever looks."""
    remove_old(installed)
    kept = _read(installed)
    if kept.phase is Phase.MAKING and not _is_being_made(installed):
        return Shelf(phase=Phase.FAILED, problem="stopped")
    if kept.phase is Phase.MADE and not file_of(installed).exists():
        return Shelf()
    return kept


def make_beside(installed: Installation) -> bool:
    """Begins one in a thread, in the place of the one before; False when one is made already."""
    _folder(installed).mkdir(mode=0o700, exist_ok=True)
    lock = _lock_of(installed).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _clear(installed)
    _write(installed, Shelf(phase=Phase.MAKING))
    threading.Thread(target=_make, args=(installed, lock), name="backup", daemon=True).start()
    return True


def remove(installed: Installation) -> bool:
    """False while one is made."""
    if _is_being_made(installed):
        return False
    _clear(installed)
    _state_of(installed).unlink(missing_ok=True)
    return True


def remove_old(installed: Installation) -> None:
    """The timer of the process that made it does so too, unless that process has ended."""
    file = file_of(installed)
    oldest = time.time() - KEPT_FOR.total_seconds()
    if file.exists() and file.stat().st_mtime < oldest:
        remove(installed)


def file_of(installed: Installation) -> Path:
    return _folder(installed) / "desk.parvis"


def _make(installed: Installation, lock: TextIO) -> None:
    try:
        made = back_up(installed, file_of(installed), overwrite=True, heard=_Progress(installed))
        _write(installed, _made(made))
        _remove_in_a_day(installed)
    except BackupFailed as error:
        log.warning("no backup was made: %s", error.code)
        _write(installed, Shelf(phase=Phase.FAILED, problem=error.code))
    except Exception:
        log.exception("no backup was made, for a defect")
        _write(installed, Shelf(phase=Phase.FAILED, problem="defect"))
    finally:
        connection.close()
        lock.close()


def _made(made: Made) -> Shelf:
    return Shelf(
        phase=Phase.MADE,
        done=made.size,
        total=made.size,
        ended_at=datetime.now(UTC),
        counts=made.manifest.counts,
        missing_media=len(made.manifest.missing_media),
    )


def _remove_in_a_day(installed: Installation) -> None:
    timer = threading.Timer(KEPT_FOR.total_seconds() + 1, remove_old, (installed,))
    timer.daemon = True
    timer.start()


class _Progress:
    """Hears how far a backup is. Raises BackupFailed when it would fill the disk."""

    def __init__(self, installed: Installation) -> None:
        self._installed = installed
        self._tell_again_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._tell_again_at:
            return
        self._tell_again_at = now + _TOLD_EVERY_SECONDS
        still_needed = max(total - done, 0)
        if shutil.disk_usage(_folder(self._installed)).free < still_needed + LEFT_FREE_BYTES:
            raise BackupFailed("little-space", "A backup would nearly fill the disk.")
        _write(self._installed, Shelf(phase=Phase.MAKING, done=done, total=total))


def _is_being_made(installed: Installation) -> bool:
    try:
        with _lock_of(installed).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _clear(installed: Installation) -> None:
    for file in _folder(installed).glob("*desk.parvis*"):
        file.unlink(missing_ok=True)


def _read(installed: Installation) -> Shelf:
    try:
        kept: dict[str, Any] = json.loads(_state_of(installed).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return Shelf()
    ended = kept.pop("ended_at")
    phase = Phase(kept.pop("phase"))
    return Shelf(phase=phase, ended_at=ended and datetime.fromisoformat(ended), **kept)


def _write(installed: Installation, shelf: Shelf) -> None:
    plain = {**asdict(shelf), "ended_at": shelf.ended_at and shelf.ended_at.isoformat()}
    unfinished = _folder(installed) / ".state.json"
    unfinished.write_text(json.dumps(plain), "utf-8")
    unfinished.replace(_state_of(installed))


def _folder(installed: Installation) -> Path:
    return installed.data / "backups"


def _state_of(installed: Installation) -> Path:
    return _folder(installed) / "state.json"


def _lock_of(installed: Installation) -> Path:
    return _folder(installed) / "lock"
