"""kill -9 of anybody: the server goes or comes back, and nobody is left behind."""

import itertools
import os
import signal
import subprocess
import threading

import psutil
import psycopg
import pytest

from parvis.postgres.keeper import HEALTHY_SECONDS, LONGEST_PAUSE_SECONDS, Revival
from parvis.postgres.layout import SOCKET_NAME
from parvis.postgres.pidfile import remove_stale_pidfile
from parvis.postgres.programs import Programs
from tests.postgres.conftest import Desk, answer, answers, is_gone, wait_until


def test_the_server_stops_when_its_last_user_is_killed(desk: Desk) -> None:
    user = desk.start_user()
    user.first_line()
    keeper, server = desk.keeper(), desk.server()
    user.kill()
    wait_until(lambda: is_gone(keeper) and is_gone(server))
    assert desk.is_at_rest()


def test_a_killed_keeper_takes_the_server_with_it(desk: Desk) -> None:
    with desk.open():
        server = desk.server()
        desk.keeper().kill()
        wait_until(lambda: is_gone(server))
    assert "received fast shutdown request" in desk.log()


def test_a_running_user_recovers_after_the_keeper_was_killed(desk: Desk) -> None:
    with desk.open() as use:
        keeper = desk.keeper()
        keeper.kill()
        wait_until(lambda: not desk.is_kept())
        use.ensure()
        assert answer(use.url) == 1
        assert desk.keeper() != keeper


def test_the_next_open_works_after_the_keeper_was_killed(desk: Desk) -> None:
    with desk.open():
        desk.keeper().kill()
        wait_until(lambda: not desk.is_kept())
        with desk.open() as use:
            assert answer(use.url) == 1


def test_keeper_and_server_killed_at_once_are_recovered_from(desk: Desk) -> None:
    with desk.open() as use, psycopg.connect(use.url, autocommit=True) as connection:
        connection.execute("create table books as select 'Ponts' as shop")
        server = desk.server()
        desk.keeper().kill()
        server.kill()
        wait_until(lambda: not desk.is_kept())
        use.ensure()
        assert answer(use.url, "select shop from books") == "Ponts"


def test_a_server_without_a_keeper_is_ended_by_the_next_start(desk: Desk) -> None:
    """As on systems whose kernel does not end it with its keeper."""
    desk.open().close(wait=True)
    orphan = _start_server_by_hand(desk)
    with desk.open() as use:
        assert orphan.wait(timeout=60) == 0
        assert answer(use.url) == 1
        assert desk.server().pid != orphan.pid


def test_a_killed_server_comes_back(desk: Desk) -> None:
    with desk.open() as use:
        server = desk.server()
        server.kill()
        wait_until(lambda: answers(use.url))
        assert desk.server() != server


def test_a_killed_server_comes_back_although_a_session_was_busy(desk: Desk) -> None:
    with desk.open() as use:
        busy = _busy_session(use.url)
        desk.server().kill()
        wait_until(lambda: is_gone(busy))
        wait_until(lambda: answers(use.url))


def test_a_killed_session_takes_only_a_moment_of_the_server(desk: Desk) -> None:
    with desk.open() as use:
        server = desk.server()
        _busy_session(use.url).kill()
        wait_until(lambda: answers(use.url))
        assert desk.server() == server


def test_a_server_that_was_stopped_by_hand_is_started_again(desk: Desk) -> None:
    with desk.open() as use:
        server = desk.server()
        server.send_signal(signal.SIGINT)
        wait_until(lambda: is_gone(server))
        use.ensure()
        assert answer(use.url) == 1


def test_a_pid_that_another_process_has_now_does_not_hinder_the_start(desk: Desk) -> None:
    desk.open().close(wait=True)
    account = desk.account()
    with subprocess.Popen(["sleep", "60"], **account.popen_options()) as stranger:
        _write_pid(desk, f"{stranger.pid}\n{desk.cluster()}\n1\n5432\n")
        with desk.open() as use:
            assert answer(use.url) == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_pid_that_another_postgresql_has_now_does_not_hinder_the_start(
    desk: Desk, new_desk: Desk
) -> None:
    desk.open().close(wait=True)
    with new_desk.open() as theirs:
        _write_pid(desk, f"{new_desk.server().pid}\n{desk.cluster()}\n1\n5432\n")
        with desk.open() as ours:
            assert answer(ours.url) == answer(theirs.url) == 1


def test_a_pid_file_cut_short_by_a_crash_does_not_hinder_the_start(desk: Desk) -> None:
    desk.open().close(wait=True)
    _write_pid(desk, "")
    with desk.open() as use:
        assert answer(use.url) == 1


def test_the_pid_file_of_a_living_server_stays(desk: Desk) -> None:
    with desk.open():
        assert not remove_stale_pidfile(desk.cluster(), desk.account())
        assert desk.server().is_running()


def test_a_server_that_keeps_dying_is_started_more_and_more_seldom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 1000.0
    monkeypatch.setattr("parvis.postgres.keeper.time.monotonic", lambda: clock)
    revival, tries = Revival(), []
    for clock in range(1000, 1100):
        if revival.is_due():
            tries.append(clock)
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert tries[0] == 1000
    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE_SECONDS
    clock = tries[-1] + LONGEST_PAUSE_SECONDS + HEALTHY_SECONDS + 1
    assert revival.is_due()
    clock += 1
    assert revival.is_due()


def _busy_session(url: str) -> psutil.Process:
    """A session at work in a loop that looks at nothing else."""
    connection = psycopg.connect(url, autocommit=True)
    pid = connection.info.backend_pid
    endless = "do $$ declare i bigint := 0; begin loop i := i + 1; end loop; end $$"
    threading.Thread(target=_run_to_its_end, args=(connection, endless), daemon=True).start()
    state = f"select state from pg_stat_activity where pid = {pid}"
    wait_until(lambda: answer(url, state) == "active")
    return psutil.Process(pid)


def _run_to_its_end(connection: psycopg.Connection, statement: str) -> None:
    try:
        connection.execute(statement.encode())
    except psycopg.OperationalError:
        connection.close()


def _start_server_by_hand(desk: Desk) -> subprocess.Popen[bytes]:
    programs = Programs(desk.cluster().with_name("install") / "bin")
    server = subprocess.Popen(
        [programs.path("postgres"), "-D", desk.cluster()],
        stderr=subprocess.DEVNULL,
        **desk.account().popen_options(),
    )
    socket = desk.layout.socket_folder(desk.account().uid) / SOCKET_NAME
    wait_until(socket.exists)
    return server


def _write_pid(desk: Desk, text: str) -> None:
    account = desk.account()
    socket_folder = desk.layout.socket_folder(account.uid)
    for file in (desk.cluster() / "postmaster.pid", socket_folder / f"{SOCKET_NAME}.lock"):
        file.write_text(text)
        file.chmod(0o600)
        os.chown(file, account.uid, account.gid)
