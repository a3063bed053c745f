"""Who runs the server, who may enter it, and what it learns: as little as possible."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from parvis.postgres import DatabaseUnavailable
from tests.postgres.conftest import (
    Desk,
    answer,
    environment_of_others,
    needs_root,
    python_of_others,
)

CONNECT = "import psycopg, sys; psycopg.connect(sys.argv[1])"


@needs_root
def test_root_never_runs_postgresql_as_root(new_desk: Desk) -> None:
    with new_desk.open() as use:
        server = new_desk.server()
        running = [server, *server.children(recursive=True)]
        assert {process.uids().effective for process in running} == {new_desk.account().uid}
        assert new_desk.account().uid != 0
        assert answer(use.url) == 1


@needs_root
def test_the_owner_of_the_data_folder_runs_the_server(new_desk: Desk) -> None:
    os.chown(new_desk.data, 1, 1)
    with new_desk.open() as use:
        assert new_desk.server().uids().real == 1
        assert answer(use.url) == 1


@needs_root
def test_root_may_name_who_runs_the_server(new_desk: Desk) -> None:
    with new_desk.open(user="daemon"):
        assert new_desk.server().username() == "daemon"


@needs_root
def test_root_as_the_named_user_is_refused(new_desk: Desk) -> None:
    with pytest.raises(DatabaseUnavailable, match="refuses to run as root") as caught:
        new_desk.open(user="root")
    assert caught.value.code == "root-refused"


@needs_root
def test_a_database_of_another_user_is_not_taken_over(desk: Desk) -> None:
    with desk.open(), pytest.raises(DatabaseUnavailable, match="belongs to"):
        desk.open(user="daemon")


def test_a_user_that_does_not_exist_is_answered_with_a_sentence(new_desk: Desk) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"Nothing was changed"):
        new_desk.open(user="charlie-who-is-not-here")


@needs_root
def test_what_root_has_copied_back_is_used_again(desk: Desk) -> None:
    subprocess.run(["chown", "-R", "root:root", desk.folder], check=True)
    with desk.open() as use:
        assert answer(use.url) == 1


@needs_root
def test_a_folder_that_blocks_the_way_is_named(new_desk: Desk) -> None:
    new_desk.data.chmod(0o700)
    with pytest.raises(DatabaseUnavailable) as caught:
        new_desk.open()
    assert caught.value.code == "unreachable-folder"
    assert f"may not pass through {new_desk.data}." in str(caught.value)
    assert "DATA=/var/lib/parvis" in str(caught.value)


def test_folders_above_keep_their_mode_and_owner(new_desk: Desk) -> None:
    new_desk.data.chmod(0o711)
    above = [new_desk.data, *new_desk.data.parents]
    before = [_mode_and_owner(folder) for folder in above]
    new_desk.open().close(wait=True)
    assert [_mode_and_owner(folder) for folder in above] == before


def test_everything_in_the_folder_is_closed_to_others(desk: Desk) -> None:
    with desk.open():
        assert desk.folder.stat().st_mode & 0o077 == 0
        assert (desk.folder / "socket").stat().st_mode & 0o077 == 0
        assert desk.layout.log.stat().st_mode & 0o077 == 0


def test_nobody_is_trusted(desk: Desk) -> None:
    with desk.open() as use:
        rules = "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"
        assert answer(use.url, rules) == "peer"
        assert answer(use.url, "show listen_addresses") == ""


@needs_root
def test_another_local_user_is_refused_even_at_the_socket(desk: Desk) -> None:
    python = python_of_others()
    with desk.open() as use:
        _open_to_all(desk)
        refused = subprocess.run(
            [python, "-c", CONNECT, use.url],
            user="daemon",
            group="daemon",
            extra_groups=[],
            env=environment_of_others(),
            cwd="/",
            capture_output=True,
            text=True,
        )
    assert 'Peer authentication failed for user "parvis"' in refused.stderr


@needs_root
def test_an_ordinary_user_runs_the_server_as_itself(new_desk: Desk) -> None:
    account = new_desk.account()
    os.chown(new_desk.data, account.uid, account.gid)
    user = new_desk.start_user(
        python=python_of_others(), env=environment_of_others(), **account.popen_options()
    )
    url = user.first_line()
    assert new_desk.keeper().uids().real == new_desk.server().uids().real == account.uid
    assert answer(url) == 1
    user.leave()


@needs_root
def test_a_folder_of_another_user_is_answered_with_a_sentence(desk: Desk) -> None:
    with desk.open():
        user = desk.start_user(
            python=python_of_others(),
            env=environment_of_others(),
            user="daemon",
            group="daemon",
            extra_groups=[],
        )
        assert "Nothing was changed." in user.first_line()
        assert user.process.wait() == 3
        user.leave()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_secret_of_its_starter_reaches_keeper_or_server(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVIS_SEALING_KEY", "a-secret-of-alice")
    with desk.open():
        for process in (desk.keeper(), desk.server()):
            assert "a-secret-of-alice" not in _environment(process)


def test_a_failing_statement_does_not_reach_the_log(desk: Desk) -> None:
    with desk.open() as use:
        with pytest.raises(Exception, match="invalid input syntax"):
            answer(use.url, "select cast('x' as int) as found, 'a-secret-of-bob'")
        assert "a-secret-of-bob" not in desk.log()
        assert "invalid input syntax" in desk.log()


def _open_to_all(desk: Desk) -> None:
    for folder in (desk.data, desk.folder, desk.folder / "socket"):
        folder.chmod(0o755)
    (desk.folder / "socket/.s.PGSQL.5432").chmod(0o777)


def _environment(process: psutil.Process) -> str:
    return Path(f"/proc/{process.pid}/environ").read_text(errors="replace")


def _mode_and_owner(folder: Path) -> tuple[int, int, int]:
    found = folder.stat()
    return found.st_mode, found.st_uid, found.st_gid
