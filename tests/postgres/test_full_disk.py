"""A full disk is said plainly, and nothing is in the way once there is room."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from parvis.postgres import DatabaseUnavailable
from parvis.postgres.errors import free_megabytes
from tests.postgres.conftest import Desk, answer, answers, private_place, wait_until


@contextmanager
def small_disk(megabytes: int) -> Iterator[Desk]:
    """A disk of its own, below which a data folder lies."""
    with private_place() as place:
        _mount(place, megabytes)
        try:
            (place / "data").mkdir()
            desk = Desk(place / "data")
            yield desk
            wait_until(lambda: not desk.is_kept())
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("megabytes", [1, 22, 50])
def test_a_disk_too_full_for_a_new_database_is_said(megabytes: int) -> None:
    """Too small for a file, for the copy of the programs, for the data."""
    with small_disk(megabytes) as desk:
        with pytest.raises(DatabaseUnavailable) as caught:
            desk.open()
        assert caught.value.code == "disk-full"
        assert "is full" in str(caught.value)
        wait_until(lambda: not desk.is_kept())
        _mount(desk.data.parent, 300, "remount,")
        with desk.open() as use:
            assert answer(use.url) == 1


def test_a_disk_that_allows_no_programs_is_said() -> None:
    with small_disk(300) as desk:
        _mount(desk.data.parent, 300, "remount,noexec,")
        with pytest.raises(DatabaseUnavailable, match="noexec") as caught:
            desk.open()
        assert caught.value.code == "may-not-run"


def test_a_disk_that_fills_while_the_server_runs_is_survived() -> None:
    with small_disk(150) as desk, desk.open() as use:
        with psycopg.connect(use.url, autocommit=True) as connection:
            connection.execute("create table books as select 'Ponts' as shop")
        ballast = _fill(desk)
        with pytest.raises(psycopg.Error):
            _write_until_it_fails(use.url)
        ballast.unlink()
        wait_until(lambda: answers(use.url), seconds=40)
        assert answer(use.url, "select shop from books") == "Ponts"


def test_a_start_on_a_full_disk_works_once_there_is_room() -> None:
    with small_disk(150) as desk:
        desk.open().close(wait=True)
        ballast = _fill(desk)
        _refuse_or_answer(desk)
        wait_until(lambda: not desk.is_kept())
        ballast.unlink()
        with desk.open() as use:
            assert answer(use.url) == 1


def _mount(place: Path, megabytes: int, more: str = "") -> None:
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    options = f"{more}size={megabytes}m,mode=711"
    tried = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=False)
    if tried.returncode != 0:
        pytest.skip("this machine does not let root mount a small disk")


def _fill(desk: Desk) -> Path:
    ballast = desk.data / "ballast"
    subprocess.run(["dd", "if=/dev/zero", f"of={ballast}"], stderr=subprocess.DEVNULL, check=False)
    assert free_megabytes(desk.data) == 0
    return ballast


def _write_until_it_fails(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table pages (text text)")
        while True:
            connection.execute(
                "insert into pages select repeat(md5(i::text), 50) from generate_series(1, 5000) i"
            )


def _refuse_or_answer(desk: Desk) -> None:
    """A server may still start without a free byte; if it does not, the reason is told."""
    try:
        desk.open().close(wait=True)
    except DatabaseUnavailable as trouble:
        assert trouble.code == "disk-full"  # noqa: PT017 - it need not be raised
    assert free_megabytes(desk.folder) == 0
