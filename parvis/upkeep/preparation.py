"""What must have happened before the desk opens: tables of this version, assets in their folder."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from parvis import __version__
from parvis.compose.likeness import look_at_pictures


class NotMigrated(Exception):
    """The database's tables are not those of this version. The text says what to do."""


def pending_migrations() -> list[str]:
    """Those that this version has and the database has not, as "app.name", in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> list[str]:
    """Those that the database has from a newer version of Parvis."""
    loader = MigrationExecutor(connection).loader
    ours = {label for label, _ in loader.disk_migrations}
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )


def migrate() -> list[str]:
    """Applies what is pending, one process at a time, and answers what that was. What an older
    version has not looked at is looked at a while."""
    applied = _apply_pending()
    look_at_pictures()
    return applied


def _apply_pending() -> list[str]:
    if not pending_migrations():
        return []
    with _alone_in_the_database():
        pending = pending_migrations()
        if pending:
            call_command("migrate", interactive=False, verbosity=0)
        return pending


def prepare_database() -> None:
    """Brings the tables to this version. Raises NotMigrated when they are of a newer one."""
    _refuse_newer_tables()
    migrate()


def refuse_unmigrated() -> None:
    """Raises NotMigrated when the tables are not those of this version."""
    _refuse_newer_tables()
    if pending := pending_migrations():
        raise NotMigrated(
            f"The database’s tables are not yet those of Parvis {__version__} "
            f"({len(pending)} steps). Nothing was changed. Run `parvis up`, or `parvis migrate` "
            "while no older version is running."
        )


def _refuse_newer_tables() -> None:
    if newer := unknown_migrations():
        raise NotMigrated(
            f"The database was used by a newer Parvis (it has {newer[-1]}). Nothing was changed. "
            "Install that version again, or restore a backup of this one."
        )


def collect_assets() -> bool:
    """Gathers scripts, styles and pictures for the pages. Answers whether anything had changed."""
    stamp = assets_stamp()
    if stamp == _stamp_of_collected():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    _stamp_file().write_text(stamp)
    return True


def assets_are_collected() -> bool:
    return assets_stamp() == _stamp_of_collected()


def assets_stamp() -> str:
    """Changes when any asset does: by name, size and time, which costs no reading."""
    digest = hashlib.sha256(f"{__version__} {version('servestatic')}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _stamp_file() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _stamp_of_collected() -> str:
    try:
        return _stamp_file().read_text()
    except FileNotFoundError:
        return ""


@contextmanager
def _alone_in_the_database() -> Iterator[None]:
    """Several machines may start at once; the second finds nothing left to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('parvis.upkeep.migrate'))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('parvis.upkeep.migrate'))")
