"""Makes a backup of a running installation: what is in it is one moment of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from parvis import __version__
from parvis.backup.dump import dumped
from parvis.backup.errors import BackupFailed, disk_errors_told
from parvis.backup.manifest import DATABASE_MEMBER, KEY_MEMBERS, Manifest
from parvis.backup.writing import BackupWriter, new_file
from parvis.compose.models import Media
from parvis.config.installation import Installation

COUNTED = {
    "users": "people.User",
    "workspaces": "people.Workspace",
    "accounts": "connections.Account",
    "posts": "compose.Post",
    "media": "compose.Media",
    "deliveries": "deliver.Delivery",
}
Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`size` in bytes."""

    file: Path
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """One snapshot of the database, and what is read in it. Media is {sha256: (path, size)}."""

    snapshot: str
    at: datetime
    migrations: tuple[str, ...]
    counts: dict[str, int]
    media: dict[str, tuple[Path, int]]
    database_bytes: int
    postgres: int


def back_up(
    installed: Installation,
    target: Path,
    *,
    with_key: bool = True,
    overwrite: bool = False,
    heard: Heard = lambda done, total: None,
) -> Made:
    """Writes `target`, whole or not at all. Raises BackupFailed.

    `heard` is told bytes written and bytes expected; the expectation is a guess. The pictures need
    no snapshot: their files never change, and those that the snapshot names are the ones taken.
    """
    if target.exists() and not overwrite:
        raise _already_there(target)
    with disk_errors_told(target, BackupFailed), _moment() as moment:
        try:
            with new_file(target, overwrite=overwrite) as out:
                expected = _expected_bytes(moment)
                writer = BackupWriter(out, lambda done: heard(done, max(done, expected)))
                manifest = _write(writer, installed, moment, with_key=with_key)
        except FileExistsError:
            raise _already_there(target) from None
    return Made(file=target, size=target.stat().st_size, manifest=manifest)


def _write(
    writer: BackupWriter, installed: Installation, moment: _Moment, *, with_key: bool
) -> Manifest:
    with dumped(installed, moment.postgres, moment.snapshot) as dump:
        writer.add(DATABASE_MEMBER, dump)
    missing = _write_media(writer, moment)
    if with_key:
        _write_keys(writer, installed)
    manifest = Manifest(
        made_at=moment.at,
        parvis=__version__,
        postgres=moment.postgres,
        migrations=moment.migrations,
        counts=moment.counts,
        missing_media=missing,
        members=writer.members,
    )
    writer.finish(manifest)
    return manifest


def _write_media(writer: BackupWriter, moment: _Moment) -> tuple[str, ...]:
    """Answers the names of those whose file is gone: a backup of the rest is better than none."""
    missing = []
    for sha256, (path, _) in sorted(moment.media.items()):
        try:
            source = path.open("rb")
        except FileNotFoundError:
            missing.append(sha256)
            continue
        with source:
            writer.add(f"media/{sha256[:2]}/{sha256}", source)
    return tuple(missing)


def _write_keys(writer: BackupWriter, installed: Installation) -> None:
    for name in KEY_MEMBERS:
        key = installed.data / name
        if key.exists():
            with key.open("rb") as source:
                writer.add(name, source)


@contextmanager
def _moment() -> Iterator[_Moment]:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                "SELECT pg_export_snapshot(), now(), pg_database_size(current_database()),"
                " current_setting('server_version_num')::int"
            )
            snapshot, at, database_bytes, postgres = cursor.fetchone()
        yield _Moment(
            snapshot=snapshot,
            at=at,
            migrations=_migrations(),
            counts={name: apps.get_model(model).objects.count() for name, model in COUNTED.items()},
            media={media.sha256: (media.path, media.size) for media in Media.objects.all()},
            database_bytes=database_bytes,
            postgres=postgres,
        )


def _migrations() -> tuple[str, ...]:
    applied = MigrationRecorder(connection).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in applied))


def _expected_bytes(moment: _Moment) -> int:
    # Measured on posts: the dump is compressed to about a tenth, mostly indexes left out.
    return sum(size for _, size in moment.media.values()) + moment.database_bytes // 10


def _already_there(target: Path) -> BackupFailed:
    return BackupFailed(
        "exists",
        f"{target} is there already and was left as it is. Choose another name, or say --force.",
    )
