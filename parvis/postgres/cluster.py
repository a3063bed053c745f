"""The data of one major version: made whole or not at all, and configured before every start."""

import os
import shutil
from pathlib import Path

from parvis.postgres.configuration import DATABASE, ROLE, configuration_files
from parvis.postgres.programs import Programs, Site

BUILTIN_LOCALE_SINCE = 17
CHECKSUMS_BY_DEFAULT_SINCE = 18


class Cluster:
    """`<folder>/<major>/cluster` and the programs that serve it."""

    def __init__(self, site: Site, major: int, programs: Programs) -> None:
        self.site = site
        self.major = major
        self.programs = programs
        self.folder = site.layout.cluster(major)

    @property
    def draft(self) -> Path:
        """Where a new cluster is made; only the rename to `folder` makes it count."""
        return self.folder.with_name("cluster.new")

    def create(self) -> None:
        self.site.log.note(f"making a new database with PostgreSQL {self.major}")
        self.draw_up(checksums=True)
        self._add_database()
        self.adopt_draft()

    def draw_up(self, *, checksums: bool) -> None:
        """Make an empty cluster as the draft."""
        self._discard_draft()
        self.site.run(
            self.programs.path("initdb"),
            f"--pgdata={self.draft}",
            f"--username={ROLE}",
            "--encoding=UTF8",
            "--auth-local=peer",
            "--auth-host=reject",
            "--text-search-config=simple",
            "--no-instructions",
            *_locale(self.major),
            *_checksums(self.major, wanted=checksums),
            doing="making a new database",
        )
        self._configure(self.draft)

    def adopt_draft(self) -> None:
        with self.site.account.acting():
            self.draft.rename(self.folder)
            _sync(self.folder.parent)

    def configure(self) -> None:
        """Write the settings of this version of Parvis, before every start."""
        self._configure(self.folder)

    def _add_database(self) -> None:
        # Single-user mode needs no server; without exit_on_error it would call a failure a success.
        self.site.run(
            self.programs.path("postgres"),
            "--single",
            "-D",
            self.draft,
            "-c",
            "exit_on_error=on",
            "postgres",
            doing="making a new database",
            stdin=f"CREATE DATABASE {DATABASE};\n",
        )

    def _discard_draft(self) -> None:
        with self.site.account.acting():
            self.draft.parent.mkdir(mode=0o700, exist_ok=True)
            if self.draft.exists():
                shutil.rmtree(self.draft)

    def _configure(self, cluster: Path) -> None:
        account = self.site.account
        socket_folder = self.site.layout.socket_folder(account.uid)
        for name, text in configuration_files(self.major, socket_folder, account).items():
            with account.acting():
                _write_if_changed(cluster / name, text)


def _locale(major: int) -> tuple[str, ...]:
    """Unicode by code point, without the machine's locales or ICU: the same order everywhere."""
    if major >= BUILTIN_LOCALE_SINCE:
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    return ("--locale=C.UTF-8",)


def _checksums(major: int, *, wanted: bool) -> tuple[str, ...]:
    if wanted:
        return ("--data-checksums",)
    return ("--no-data-checksums",) if major >= CHECKSUMS_BY_DEFAULT_SINCE else ()


def _write_if_changed(file: Path, text: str) -> None:
    """A server on a full disk must still start, so nothing is written without need."""
    if file.exists() and file.read_text(errors="replace") == text:
        return
    new = file.with_name(f"{file.name}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(file)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
