"""A campaign leaves nothing behind, however it ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(300)]
_WORKERS = 3


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A campaign whose workers are there, and its folder."""
    before = set(_folders())
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults", "--posts=30", "--networks=bluesky"],
            stdout=log,
            stderr=log,
        )
    wait_until(lambda: len(_workers_of(process)) == _WORKERS, 120, "the workers to start")
    (folder,) = (each for each in _folders() if each not in before and _is_of(process, each))
    yield process, folder
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_of_an_ended_campaign_runs_on(
    started: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    process, folder = started
    children = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(number)
    process.wait(60)

    wait_until(lambda: not any(map(_is_alive, children)), 60, "the children to end")
    wait_until(lambda: not _at_work_in(folder), 60, "PostgreSQL to end")
    assert folder.exists() is (number is signal.SIGKILL)


def _folders() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("parvis-faults-*"))


def _workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    children = psutil.Process(process.pid).children(recursive=True)
    return [each for each in children if "tests.faults.worker" in _command(each)]


def _is_of(process: subprocess.Popen[bytes], folder: Path) -> bool:
    children = psutil.Process(process.pid).children()
    return any(str(folder) in each.environ().get("PARVIS_DATA", "") for each in children)


def _at_work_in(folder: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if str(folder) in _command(each)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
