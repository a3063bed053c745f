"""The server is there for as long as somebody uses it, and for no longer."""

import os
import shutil
import signal
import subprocess
import time

import psutil
import psycopg
import pytest

from parvis.postgres import DatabaseUnavailable, EmbeddedPostgres, wheel_programs
from parvis.postgres.keeper import GRACE_SECONDS
from tests.postgres.conftest import Desk, answer, is_gone, wait_until


def test_a_first_open_makes_a_database_that_answers(new_desk: Desk) -> None:
    with new_desk.open() as use:
        assert answer(use.url, "select current_user || ' in ' || current_database()") == (
            "parvis in parvis"
        )


def test_text_is_unicode_whatever_the_machine_speaks(desk: Desk) -> None:
    with desk.open() as use:
        assert answer(use.url, "select lower('ÉCOLE') || current_setting('server_encoding')") == (
            "écoleUTF8"
        )
        assert answer(use.url, "show timezone") == "UTC"


def test_the_data_is_guarded_by_fsync_and_checksums(desk: Desk) -> None:
    with desk.open() as use:
        for setting in ("fsync", "full_page_writes", "data_checksums", "synchronous_commit"):
            assert answer(use.url, f"show {setting}") == "on"


def test_rows_are_there_after_a_stop_and_a_start(desk: Desk) -> None:
    with desk.open() as use, psycopg.connect(use.url, autocommit=True) as connection:
        connection.execute("create table books as select 'Ponts' as shop")
    use.close(wait=True)
    with desk.open() as use:
        assert answer(use.url, "select shop from books") == "Ponts"


def test_a_second_user_shares_the_same_server(desk: Desk) -> None:
    with desk.open() as first:
        server = desk.server()
        other = desk.start_user()
        assert other.first_line() == first.url
        assert desk.server() == server
        other.leave()
        assert answer(first.url) == 1


def test_processes_that_start_at_once_all_get_the_server(new_desk: Desk) -> None:
    users = [new_desk.start_user() for _ in range(3)]
    urls = {user.first_line() for user in users}
    assert len(urls) == 1
    assert answer(urls.pop()) == 1
    assert new_desk.log().count("making a new database") == 1
    for user in users:
        user.leave()


def test_the_server_outlives_the_process_that_started_it(desk: Desk) -> None:
    starter = desk.start_user()
    starter.first_line()
    with desk.open() as use:
        server = desk.server()
        starter.kill()
        _pass_several_looks_of_the_keeper()
        assert answer(use.url) == 1
        assert desk.server() == server


def test_the_server_stops_with_its_last_user(desk: Desk) -> None:
    use = desk.open()
    keeper, server = desk.keeper(), desk.server()
    use.close()
    wait_until(lambda: is_gone(keeper) and is_gone(server))
    assert desk.is_at_rest()


def test_close_can_wait_until_the_server_has_stopped(desk: Desk) -> None:
    use = desk.open()
    use.close(wait=True)
    assert desk.is_at_rest()


def test_close_does_not_wait_while_others_use_the_server(desk: Desk) -> None:
    with desk.open() as staying:
        leaving = EmbeddedPostgres(desk.folder).open()
        begun = time.monotonic()
        leaving.close(wait=True)
        assert time.monotonic() - begun < 60
        assert answer(staying.url) == 1


def test_whoever_comes_while_the_server_stops_gets_a_server(desk: Desk) -> None:
    desk.open().close()
    for _ in range(4):
        keeper = desk.keeper()
        wait_until(lambda: not desk.is_kept() or _is_stopping(desk))
        with desk.open() as use:
            assert answer(use.url) == 1
            assert desk.keeper() != keeper


def test_the_interrupt_key_of_a_terminal_does_not_reach_the_server(desk: Desk) -> None:
    user = desk.start_user(start_new_session=True)
    user.first_line()
    with desk.open() as use:
        server = desk.server()
        os.killpg(user.process.pid, signal.SIGINT)
        user.process.communicate()
        _pass_several_looks_of_the_keeper()
        assert desk.server() == server
        assert answer(use.url) == 1


def test_a_keeper_told_to_leave_lets_its_users_finish(desk: Desk) -> None:
    with desk.open() as use:
        keeper, server = desk.keeper(), desk.server()
        keeper.terminate()
        _pass_several_looks_of_the_keeper()
        assert desk.server() == server
        assert answer(use.url) == 1
    wait_until(lambda: is_gone(keeper), seconds=GRACE_SECONDS / 2)


def test_a_keeper_whose_folder_was_removed_leaves(new_desk: Desk) -> None:
    with new_desk.open():
        keeper, server = new_desk.keeper(), new_desk.server()
        shutil.rmtree(new_desk.folder)
        wait_until(lambda: is_gone(keeper) and is_gone(server))


def test_an_idle_keeper_rests(desk: Desk) -> None:
    with desk.open():
        before = sum(desk.keeper().cpu_times()[:2])
        _pass_several_looks_of_the_keeper()
        assert sum(desk.keeper().cpu_times()[:2]) - before < 0.05


def test_a_variable_meant_for_another_server_leads_nowhere_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "charlie"}.items():
        monkeypatch.setenv(name, value)
    with desk.open() as use:
        assert answer(use.url) == 1


def test_a_server_that_does_not_answer_is_told_with_a_sentence(desk: Desk) -> None:
    with desk.open() as use:
        keeper, server = desk.keeper(), desk.server()
        keeper.suspend()
        server.suspend()
        try:
            with pytest.raises(
                DatabaseUnavailable, match=r"did not answer within 0 seconds.*still there"
            ):
                desk.open(patience=0.2)
        finally:
            server.resume()
            keeper.resume()
        assert answer(use.url) == 1


def test_the_tools_for_a_backup_are_of_the_servers_version(desk: Desk) -> None:
    programs = wheel_programs()
    with desk.open() as use:
        dump = subprocess.run([programs.pg_dump, use.url], capture_output=True, text=True)
        assert "PostgreSQL database dump complete" in dump.stdout
        assert answer(use.url, "select current_setting('server_version_num')::int / 10000") == (
            programs.major()
        )
    for tool in (programs.pg_restore, programs.psql):
        assert os.access(tool, os.X_OK)


def _is_stopping(desk: Desk) -> bool:
    return "nobody uses it" in desk.log().splitlines()[-1] or "shut" in desk.log().splitlines()[-1]


def _pass_several_looks_of_the_keeper() -> None:
    """Long enough for a keeper that is wrong about its users to show it."""
    with pytest.raises(AssertionError):
        wait_until(lambda: False, seconds=1.0)


def test_no_process_of_the_server_runs_when_it_is_at_rest(desk: Desk) -> None:
    desk.open().close(wait=True)
    working = {process.info["cwd"] for process in psutil.process_iter(["cwd"])}
    assert str(desk.cluster()) not in working
