"""The database into a dump and out of one, by PostgreSQL's own programs."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from parvis.backup.errors import BackupFailed, RestoreRefused
from parvis.backup.programs import dumping_programs, libpq_environment, loading_programs
from parvis.config.installation import Installation

SCHEMA_BEFORE = "parvis_before_restore"
# The engine's jobs follow from the deliveries, nobody should be signed in by a backup, and which
# workers were alive then and what was wrong says nothing about where it is restored.
TABLES_WITHOUT_ROWS = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "deliver_worker",
    "watch_watcher",
    "watch_kepttrouble",
    "watch_notice",
    "django_session",
)
# pg_restore writes it for every server, and servers before PostgreSQL 17 do not know it.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


@contextmanager
def dumped(installed: Installation, server_version: int, snapshot: str) -> Iterator[BinaryIO]:
    """The dump of one snapshot, as a stream. Raises BackupFailed when it does not end well."""
    command = [
        str(dumping_programs(server_version).pg_dump),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--exclude-schema={SCHEMA_BEFORE}",
        f"--snapshot={snapshot}",
        *(f"--exclude-table-data={table}" for table in TABLES_WITHOUT_ROWS),
    ]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=libpq_environment(installed),
        )
        with _ended(process):
            yield cast(BinaryIO, process.stdout)
        if process.returncode != 0:
            raise BackupFailed(
                "pg-dump",
                f"pg_dump could not read the database: {_last_line(complaints)}. "
                "No backup was made. Correct that, then try again.",
            )


def load(installed: Installation, dump: Path) -> None:
    """Puts the dump in the place of the tables, which move aside to SCHEMA_BEFORE.

    All of it or nothing: one transaction. Raises RestoreRefused.
    """
    programs = loading_programs()
    environment = libpq_environment(installed)
    with tempfile.TemporaryFile() as complaints:
        reading = subprocess.Popen(
            [programs.pg_restore, "--no-owner", "--no-privileges", "--file=-", dump],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        writing = subprocess.Popen(
            [programs.psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=environment,
        )
        with _ended(reading), _ended(writing):
            loaded = _pass_on(reading, writing)
        if not loaded or writing.returncode != 0:
            raise RestoreRefused(
                "load-failed",
                f"The database did not take the backup: {_last_line(complaints)}. "
                "Everything is as it was before. Correct that, then try again.",
            )


def _pass_on(reading: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]") -> bool:
    """Only a dump that was read to its end is committed."""
    source, target = cast(IO[bytes], reading.stdout), cast(IO[bytes], writing.stdin)
    with suppress(BrokenPipeError):
        target.write(_BEGIN)
        target.writelines(line for line in source if line != _UNKNOWN_BEFORE_17)
        if reading.wait() != 0:
            return False
        target.write(b"COMMIT;\n")
        target.close()
        return writing.wait() == 0
    return False


_BEGIN = f"""
BEGIN;
SET client_min_messages = warning;
ALTER SCHEMA public RENAME TO {SCHEMA_BEFORE};
CREATE SCHEMA public;
""".encode()


@contextmanager
def _ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Waits for the process; kills it when what reads it or feeds it has failed."""
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        process.wait()


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    telling = [line for line in lines if "error:" in line.lower() or "FATAL" in line]
    return (telling or lines or ["it said nothing"])[-1].strip().rstrip(".")
