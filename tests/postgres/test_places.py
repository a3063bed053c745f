"""Folders with long or odd names, sockets elsewhere, and a log that cannot fill the disk."""

from pathlib import Path

import pytest

from parvis.postgres import DatabaseUnavailable
from parvis.postgres.layout import SOCKET_PATH_BYTES
from parvis.postgres.log import Log
from tests.postgres.conftest import Desk, answer, wait_until


@pytest.fixture
def far_desk(new_desk: Desk) -> Desk:
    """A desk whose path is too long for a socket."""
    data = new_desk.data / ("a-very-long-name-" * 4) / ("and-another-" * 4)
    data.mkdir(parents=True)
    return Desk(data)


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(far_desk: Desk) -> None:
    socket_folder = far_desk.layout.socket_folder(far_desk.account().uid)
    with far_desk.open() as use:
        assert answer(use.url) == 1
        assert socket_folder.parent == Path("/tmp")
        assert socket_folder.stat().st_mode & 0o777 == 0o700
        assert len(bytes(socket_folder / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
    use.close(wait=True)
    wait_until(lambda: not socket_folder.exists())


@pytest.mark.parametrize("made_by_others", ["open-to-all", "link"])
def test_a_socket_folder_made_by_others_is_refused(
    far_desk: Desk, tmp_path: Path, made_by_others: str
) -> None:
    socket_folder = far_desk.layout.socket_folder(far_desk.account().uid)
    if made_by_others == "link":
        socket_folder.symlink_to(tmp_path)
    else:
        socket_folder.mkdir()
        socket_folder.chmod(0o777)
    try:
        with pytest.raises(DatabaseUnavailable, match="belongs to somebody else or is open"):
            far_desk.open()
    finally:
        socket_folder.unlink() if socket_folder.is_symlink() else socket_folder.rmdir()


def test_a_folder_with_an_odd_name_is_served(new_desk: Desk) -> None:
    data = new_desk.data / "l'été (100%), à part & *"
    data.mkdir()
    desk = Desk(data)
    with desk.open() as use:
        assert answer(use.url) == 1
    wait_until(lambda: not desk.is_kept())


def test_a_folder_that_postgresql_cannot_name_is_refused(new_desk: Desk) -> None:
    desk = Desk(new_desk.data / "à $HOME")
    with pytest.raises(DatabaseUnavailable, match=r"for the character '\$' in its name"):
        desk.open()
    assert not desk.data.exists()


def test_a_folder_is_one_whatever_way_leads_to_it(desk: Desk) -> None:
    other_way = desk.data.with_name("other-way")
    other_way.symlink_to(desk.data)
    with desk.open() as use, Desk(other_way).open() as same:
        assert same.url == use.url


def test_missing_folders_above_are_made_private(new_desk: Desk) -> None:
    desk = Desk(new_desk.data / "deeper/still")
    with desk.open() as use:
        assert answer(use.url) == 1
    assert desk.data.stat().st_mode & 0o777 == 0o711
    wait_until(lambda: not desk.is_kept())


def test_the_log_keeps_to_its_limit_and_its_last_words(desk: Desk) -> None:
    path = desk.folder / "log/other.log"
    log = Log(path, desk.account(), limit=1000)
    for number in range(300):
        log.note(f"sentence {number}")
        log.keep_small()
    kept = path.with_name("other.log.1").read_text() + path.read_text()
    assert kept.endswith("sentence 299\n")
    assert path.stat().st_size + path.with_name("other.log.1").stat().st_size < 2200
