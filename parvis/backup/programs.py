"""PostgreSQL's own programs for dumping and loading, fitting the server that is spoken to."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from psycopg import pq

from parvis.backup.errors import BackupFailed
from parvis.config.installation import Installation
from parvis.postgres import DatabaseUnavailable, Programs, wheel_programs

# Where Debian, Red Hat and Homebrew keep the programs of several versions.
_USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


def dumping_programs(server_version: int) -> Programs:
    """Of the server's own major version if they are here, else of the next newer one.

    pg_dump reads older servers, never newer ones (PostgreSQL's manual, "pg_dump", Notes).
    """
    wanted = server_version // 10000
    found = {major: programs for programs in _found() if (major := _major(programs)) >= wanted}
    if not found:
        raise BackupFailed(
            "no-pg-dump",
            f"The database server is PostgreSQL {wanted}, and no pg_dump of that version or newer "
            "was found. No backup was made. Install the package postgresql-client-"
            f"{wanted} (or your system’s name for it), then try again.",
        )
    return found[min(found)]


def loading_programs() -> Programs:
    """The newest: pg_restore reads what any older pg_dump has written."""
    found = list(_found())
    if not found:
        return wheel_programs()
    return max(found, key=_major)


def libpq_environment(installed: Installation) -> dict[str, str]:
    """How libpq's programs reach the database. A password must not stand on a command line."""
    url = installed.database_url or installed.postgres().url
    options = pq.Conninfo.parse(url.encode())
    named = {
        option.envvar.decode(): option.val.decode()
        for option in options
        if option.envvar and option.val
    }
    return {**os.environ, **named, "LC_ALL": "C"}


def _found() -> Iterator[Programs]:
    # An installation on DATABASE_URL may do without the wheel.
    with suppress(DatabaseUnavailable):
        yield wheel_programs()
    on_path = shutil.which("pg_dump")
    folders = {Path(on_path).resolve().parent} if on_path else set()
    for pattern in _USUAL_PLACES:
        folders |= set(Path("/").glob(pattern.lstrip("/")))
    for folder in sorted(folders):
        programs = Programs(folder)
        if all(tool.exists() for tool in (programs.pg_dump, programs.pg_restore, programs.psql)):
            yield programs


def _major(programs: Programs) -> int:
    return _major_of(programs.pg_dump)


@cache
def _major_of(pg_dump: Path) -> int:
    said = subprocess.run([pg_dump, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else 0
