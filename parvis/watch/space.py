"""Room on the disks that the data folder, the media and the embedded database lie on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from parvis.config.installation import Installation
from parvis.watch.troubles import LITTLE_SPACE, Severity, Trouble

# Below the first PostgreSQL may stop in the middle of a day; the second leaves time to act.
TOO_LITTLE_BYTES = 200_000_000
LITTLE_BYTES = 1_000_000_000
LITTLE_SHARE = 0.05
# A twentieth of a large disk is plenty.
ENOUGH_BYTES = 10_000_000_000


def examine_space(installed: Installation, host: str) -> list[Trouble]:
    return [trouble for folder in _folders(installed) for trouble in _about(folder, host)]


def _folders(installed: Installation) -> list[Path]:
    """One for each disk, that of the data folder first."""
    wanted = [installed.data, installed.media]
    if installed.database_url is None:
        wanted.append(installed.data / "postgres")
    by_disk: dict[int, Path] = {}
    for folder in wanted:
        if folder.is_dir():
            by_disk.setdefault(folder.stat().st_dev, folder)
    return list(by_disk.values())


def _about(folder: Path, host: str) -> Iterator[Trouble]:
    disk = shutil.disk_usage(folder)
    severity = severity_of(disk.free, disk.total)
    if severity is not None:
        facts = {"host": host, "folder": str(folder), "free_mb": disk.free // 1_000_000}
        subject = f"{host}:{folder}"[:200]
        yield Trouble(code=LITTLE_SPACE, severity=severity, subject=subject, facts=facts)


def severity_of(free: int, total: int) -> Severity | None:
    """None when there is enough. In bytes."""
    if free < TOO_LITTLE_BYTES:
        return Severity.ERROR
    is_small_share = free < total * LITTLE_SHARE and free < ENOUGH_BYTES
    return Severity.WARNING if free < LITTLE_BYTES or is_small_share else None
