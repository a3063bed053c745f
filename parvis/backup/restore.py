"""Puts an installation back from a backup file.

The file is checked whole before anything changes. What is there stays beside the new until all has
succeeded, and comes back if anything fails, the power included (see `unfinished`).

A backup is older than the world. What it calls scheduled may have been sent since, and sending it
again would break the promise; so after a restore everything whose time has come, or that was on its
way, is looked up where that can prove something and waits for a person where it cannot (see
`deliver.restored`).
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from parvis.backup.dump import load
from parvis.backup.errors import RestoreRefused, StillAtWork, disk_errors_told
from parvis.backup.manifest import DATABASE_MEMBER, Manifest
from parvis.backup.reading import Backup, opened_backup
from parvis.backup.unfinished import (
    CHANGING,
    DONE,
    FOLDERS,
    adopt_folder,
    arriving,
    settle,
    staging_of,
    write_note,
)
from parvis.config.database import close_connections
from parvis.config.installation import Installation
from parvis.deliver.restored import Distrusted, distrust_the_past
from parvis.intake.feed_verbs import begin_all_anew
from parvis.people.models import User
from parvis.report.rail import somebody_sends
from parvis.upkeep.identity import adopt_what_is_here, holds_media
from parvis.upkeep.preparation import migrate

WORKERS_TABLE = "deliver_worker"
Heard = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`to_reconnect` names accounts whose tokens cannot be opened with the keys that are here."""

    manifest: Manifest
    migrated: tuple[str, ...]
    to_reconnect: tuple[str, ...]
    distrusted: Distrusted


def restore(
    installed: Installation,
    file: Path,
    *,
    replace: bool = False,
    heard: Heard = lambda doing, done, total: None,
) -> Restored:
    """Raises BackupDamaged or RestoreRefused, and then everything is as it was before.

    The caller must be alone at the desk. `replace` allows it to take the place of what is there.
    `heard` is told what is being done, and how many bytes of how many.
    """
    with disk_errors_told(file, RestoreRefused):
        total = file.stat().st_size
        with opened_backup(file, lambda done: heard("Checking", done, total)) as backup:
            _refuse_newer(backup.manifest)
            _refuse_foreign_tables()
            _refuse_working_workers(installed)
            _refuse_a_mounted_folder(installed)
            if not replace:
                _refuse_what_is_not_empty(installed)
            return _replace_everything(installed, backup, heard)


def _replace_everything(installed: Installation, backup: Backup, heard: Heard) -> Restored:
    write_note(installed, CHANGING)
    try:
        with disk_errors_told(installed.data, RestoreRefused):
            _unpack(installed, backup, heard)
            heard("Loading the database", 0, 0)
            _load_tables(installed)
            migrated = migrate()
            for name in FOLDERS:
                adopt_folder(installed, name)
            restored = _make_honest(installed, backup.manifest, migrated)
            write_note(installed, DONE)
    except BaseException:
        close_connections()
        settle(installed)
        raise
    settle(installed)
    return restored


def _unpack(installed: Installation, backup: Backup, heard: Heard) -> None:
    """Keys that the backup does not hold stay those that are here: they may be the right ones."""
    staging_of(installed).mkdir(mode=0o700)
    arriving(installed, "media").mkdir(mode=0o700)
    shutil.copytree(installed.sealing_key_file.parent, arriving(installed, "keys"))
    size = backup.manifest.size
    backup.unpack(
        lambda name: _place_of(installed, name), lambda done: heard("Unpacking", done, size)
    )


def _place_of(installed: Installation, member: str) -> Path:
    folder, _, rest = member.partition("/")
    return (
        arriving(installed, folder) / rest if folder in FOLDERS else staging_of(installed) / member
    )


def _load_tables(installed: Installation) -> None:
    # A connection may have prepared statements on tables that are about to move aside.
    close_connections()
    load(installed, staging_of(installed) / DATABASE_MEMBER)


def _make_honest(installed: Installation, manifest: Manifest, migrated: list[str]) -> Restored:
    """What the tables say must be true of this installation at this moment."""
    distrusted = distrust_the_past()
    begin_all_anew()
    unopened = adopt_what_is_here(installed)
    return Restored(
        manifest=manifest,
        migrated=tuple(migrated),
        to_reconnect=tuple(str(account) for account in unopened),
        distrusted=distrusted,
    )


def _refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise RestoreRefused(
            "newer-backup",
            f"This backup was made by Parvis {manifest.parvis}, which is newer than this one "
            f"(it knows {newer[-1]}). Nothing was changed. Install that version, then try again.",
        )


def _refuse_foreign_tables() -> None:
    """The tables of another program would move aside with ours, and be gone in the end."""
    tables = set(connection.introspection.table_names())
    ours = set(connection.introspection.django_table_names()) | {"django_migrations"}
    foreign = sorted(name for name in tables - ours if not name.startswith("procrastinate_"))
    if foreign:
        raise RestoreRefused(
            "foreign-tables",
            f"The database also holds tables that are not Parvis’s ({', '.join(foreign[:3])} …). "
            "Nothing was changed. Give Parvis a database of its own, then try again.",
        )


def _refuse_working_workers(installed: Installation) -> None:
    """Those of this machine are kept out by a lock; other machines show only in the database."""
    tables = connection.introspection.table_names()
    if installed.database_url and WORKERS_TABLE in tables and somebody_sends():
        raise StillAtWork(
            "working",
            "A worker somewhere is at work on this database. Nothing was changed. "
            "Stop every `parvis work` and `parvis up` that uses it, wait a minute, then try again.",
        )


def _refuse_a_mounted_folder(installed: Installation) -> None:
    """What is there must be able to stay beside what is new, on the same disk."""
    if installed.media.is_mount():
        raise RestoreRefused(
            "mounted",
            f"The media folder {installed.media} is where a disk is mounted, and a restore puts "
            "another folder in its place. Nothing was changed. Name a folder on that disk with "
            "PARVIS_MEDIA, then try again.",
        )


def _refuse_what_is_not_empty(installed: Installation) -> None:
    tables = connection.introspection.table_names()
    has_users = User._meta.db_table in tables and User.objects.exists()
    if has_users or holds_media(installed):
        raise RestoreRefused(
            "not-empty",
            f"There is a desk in {installed.data} already. Nothing was changed. Restore into a new "
            "data folder (--data), or say --replace to put the backup in its place.",
        )
