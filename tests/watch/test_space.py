"""When a disk is too full, judged by what is free and by how large it is."""

import shutil

import pytest
from django.conf import settings

from parvis.watch import space
from parvis.watch.space import examine_space, severity_of

MB, GB = 1_000_000, 1_000_000_000


@pytest.mark.parametrize(
    ("free", "total", "severity"),
    [
        (199 * MB, 500 * GB, "error"),
        (201 * MB, 500 * GB, "warning"),
        (999 * MB, 2 * GB, "warning"),
        (4 * GB, 100 * GB, "warning"),
        (6 * GB, 100 * GB, None),
        (20 * GB, 4000 * GB, None),
    ],
)
def test_how_much_is_too_little(free: int, total: int, severity: str | None) -> None:
    assert severity_of(free, total) == severity


def test_a_disk_that_fills_is_told_with_its_host_and_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nearly_full = shutil.disk_usage("/")._replace(free=50 * MB)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda folder: nearly_full)
    found = examine_space(settings.INSTALLATION, "host-1")
    assert [trouble.severity for trouble in found] == ["error"]
    folder = str(settings.INSTALLATION.data)
    assert found[0].facts == {"host": "host-1", "folder": folder, "free_mb": 50}
