"""What goes wrong, as the command tells it: a sentence, a stable code and an exit code.

The rooms' own errors are translated here. They are named by their place, not imported: an error can
only come from a module that is loaded already, and loading all of them would make every start slow.
"""

import errno
import os
from collections.abc import Mapping

from parvis.cli.exits import ExitCode


class Failure(Exception):
    """Ends the command. `facts` are for --json."""

    def __init__(
        self,
        code: str,
        sentence: str,
        exit_code: ExitCode = ExitCode.FAILED,
        **facts: object,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.exit_code = exit_code
        self.facts = facts


# Errors whose text is a whole sentence for a person. One with a `code` of its own keeps that.
_TELLING: Mapping[str, tuple[str, ExitCode]] = {
    "parvis.config.installation.Misconfigured": ("misconfigured", ExitCode.USAGE),
    "parvis.postgres.errors.DatabaseUnavailable": ("database", ExitCode.NO_DATABASE),
    "parvis.machine.place.DataFolderUnusable": ("data-folder", ExitCode.FAILED),
    "parvis.machine.listening.NoPort": ("no-port", ExitCode.FAILED),
    "parvis.machine.presence.AlreadyRunning": ("already-running", ExitCode.BUSY),
    "parvis.machine.presence.InUse": ("in-use", ExitCode.BUSY),
    "parvis.machine.presence.BeingRestored": ("being-restored", ExitCode.BUSY),
    "parvis.machine.events.CannotStart": ("cannot-start", ExitCode.FAILED),
    "parvis.connections.sealing.CannotUnseal": ("cannot-unseal", ExitCode.FAILED),
    "parvis.compose.media_folder.MediaFolderAway": ("other-media", ExitCode.FAILED),
    "parvis.upkeep.identity.NotThisDesk": ("not-this-desk", ExitCode.FAILED),
    "parvis.upkeep.preparation.NotMigrated": ("not-migrated", ExitCode.FAILED),
    "parvis.sandbox.run.NotLoopback": ("not-loopback", ExitCode.USAGE),
    "parvis.sandbox.run.PortTaken": ("no-port", ExitCode.FAILED),
    "parvis.sandbox.storage.StateUnavailable": ("sandbox-state", ExitCode.FAILED),
    "parvis.backup.errors.BackupFailed": ("backup", ExitCode.FAILED),
    "parvis.backup.errors.BackupDamaged": ("damaged", ExitCode.DAMAGED),
    "parvis.backup.errors.StillAtWork": ("working", ExitCode.BUSY),
    "parvis.backup.errors.RestoreRefused": ("refused", ExitCode.FAILED),
}
_DATABASE_AWAY = frozenset(
    {
        "psycopg.OperationalError",
        "psycopg_pool.PoolTimeout",
        "django.db.utils.OperationalError",
    }
)

_NOT_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# PostgreSQL's disk_full (its documentation, "PostgreSQL Error Codes").
_DISK_FULL = "53100"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


def failure_of(error: BaseException) -> Failure | None:
    """The error as a Failure; None when it is a defect of Parvis."""
    if isinstance(error, Failure):
        return error
    for name in _names_of(error):
        if name in _TELLING:
            usual_code, usual_exit = _TELLING[name]
            code = str(getattr(error, "code", usual_code))
            return Failure(code, str(error), ExitCode(getattr(error, "exit_code", usual_exit)))
        if name in _DATABASE_AWAY:
            return _disk_full() if _ran_out_of_disk(error) else _database_away(error)
    return _disk_trouble(error) if isinstance(error, OSError) else None


def _disk_trouble(error: OSError) -> Failure | None:
    """What the owner of the machine can mend; any other trouble with a file is a defect."""
    if error.errno in _NO_SPACE:
        return _disk_full()
    if error.errno in _NOT_OURS and error.filename is not None:
        reason = os.strerror(error.errno).lower()
        return Failure(
            "file",
            f"{os.fsdecode(error.filename)} cannot be used: {reason}. What was saved before is "
            "kept. Give it to the user that runs Parvis; it may be left from a run as another "
            "user.",
        )
    return None


def _disk_full() -> Failure:
    return Failure(
        "disk-full",
        "The disk is full. What was saved before is kept. Free some space, then try again.",
    )


def _ran_out_of_disk(error: BaseException) -> bool:
    """Django's errors have psycopg's as their cause."""
    return _DISK_FULL in (getattr(each, "sqlstate", None) for each in (error, error.__cause__))


def _database_away(error: BaseException) -> Failure:
    said = (str(error).strip().splitlines() or ["it did not answer"])[0].strip().rstrip(".")
    return Failure(
        "database-away",
        f"The database cannot be reached ({said}). What was saved there is untouched. "
        "Check that it runs and what DATABASE_URL names, then try again.",
        ExitCode.NO_DATABASE,
    )


def _names_of(error: BaseException) -> list[str]:
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
