"""A restore is undone whole or done whole, also when it is killed in the middle.

While it changes things, `restore.json` in the data folder says so, and what was there before stays
beside what is new. Whoever opens the desk next finds that note and puts everything back; once the
note says "done", what was there before is removed instead.

    restore.json    "changing" or "done"
    restoring/      what was unpacked
    media.before/   and keys.before/, with the schema parvis_before_restore: the way back

Media that lie elsewhere than in the data folder arrive beside their folder, to be on its disk.
"""

import fcntl
import json
import os
import shutil
from pathlib import Path

from django.db import connection, transaction

from parvis.backup.dump import SCHEMA_BEFORE
from parvis.backup.writing import sync_folder
from parvis.config.installation import Installation

FOLDERS = ("media", "keys")
CHANGING, DONE = "changing", "done"


def note_of(installed: Installation) -> Path:
    return installed.data / "restore.json"


def staging_of(installed: Installation) -> Path:
    return installed.data / "restoring"


def arriving(installed: Installation, name: str) -> Path:
    """Where the folder is unpacked before it takes its place."""
    place = _place(installed, name)
    if place.parent == installed.data:
        return staging_of(installed) / name
    return place.with_name(f"{place.name}.restoring")


def write_note(installed: Installation, phase: str) -> None:
    """On the disk when this returns: it decides which way an interrupted restore is settled."""
    unfinished = note_of(installed).with_name(".restore.json")
    with unfinished.open("w", encoding="ascii") as out:
        json.dump({"phase": phase}, out)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(note_of(installed))
    sync_folder(installed.data)


def adopt_folder(installed: Installation, name: str) -> None:
    """Puts the unpacked folder in the place of the one that is there, which stays beside it."""
    current = _place(installed, name)
    current.rename(_before(installed, name))
    arriving(installed, name).rename(current)
    sync_folder(current.parent)


def settle_unfinished_restore(installed: Installation) -> None:
    """Called by whoever opens the desk. Nothing to do, unless a restore was interrupted."""
    if not note_of(installed).exists():
        return
    with (installed.data / "restore.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if note_of(installed).exists():
            settle(installed)


def settle(installed: Installation) -> None:
    """Undoes what is half done; of what is done, removes what is no longer needed."""
    done = json.loads(note_of(installed).read_text())["phase"] == DONE
    if done:
        _drop_old_tables()
    else:
        _put_tables_back()
        _put_folders_back(installed)
    for name in FOLDERS:
        _remove(_before(installed, name))
        _remove(arriving(installed, name))
    _remove(staging_of(installed))
    note_of(installed).unlink()
    sync_folder(installed.data)


def _put_tables_back() -> None:
    if not _has_old_tables():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute(f"ALTER SCHEMA {SCHEMA_BEFORE} RENAME TO public")


def _drop_old_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA_BEFORE} CASCADE")


def _has_old_tables() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA_BEFORE])
        return cursor.fetchone() is not None


def _put_folders_back(installed: Installation) -> None:
    for name in FOLDERS:
        before = _before(installed, name)
        if before.exists():
            _remove(_place(installed, name))
            before.rename(_place(installed, name))


def _place(installed: Installation, name: str) -> Path:
    return {"media": installed.media, "keys": installed.sealing_key_file.parent}[name]


def _before(installed: Installation, name: str) -> Path:
    place = _place(installed, name)
    return place.with_name(f"{place.name}.before")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
