"""`parvis up`: one command starts a whole desk, keeps it, and leaves nothing behind."""

import signal
from collections.abc import Iterator

import pytest

from tests.installed import (
    Installed,
    NewInstallation,
    RunningUp,
    status_of,
    taken_port,
    wait_until_nothing_runs,
)

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def installed(new_installation: NewInstallation) -> Installed:
    return new_installation()


@pytest.fixture(scope="module")
def another(new_installation: NewInstallation) -> Installed:
    """One that each test starts and ends by itself."""
    return new_installation()


@pytest.fixture(scope="module")
def port_that_was_taken() -> Iterator[int]:
    with taken_port() as port:
        yield port


@pytest.fixture(scope="module")
def running(installed: Installed, port_that_was_taken: int) -> Iterator[RunningUp]:
    with installed.up("--port", str(port_that_was_taken)) as running:
        yield running


def test_the_first_start_leads_to_the_page_that_makes_the_owner(running: RunningUp) -> None:
    assert status_of(running.url) == 200


def test_a_taken_port_leads_to_the_next_free_one(
    running: RunningUp, port_that_was_taken: int
) -> None:
    port = int(running.url.rstrip("/").rpartition(":")[2])
    assert port_that_was_taken < port < port_that_was_taken + 50


def test_a_second_start_is_told_where_the_first_answers(
    installed: Installed, running: RunningUp
) -> None:
    second = installed.run("up")
    assert second.returncode == 3
    assert running.url in second.stderr


def test_another_command_works_beside_it(installed: Installed, running: RunningUp) -> None:
    assert "no owner yet" in installed.run("accounts").stderr


def test_a_restore_is_refused_while_it_runs(installed: Installed, running: RunningUp) -> None:
    answer = installed.answer("restore", "any.parvis")
    assert answer["exit_code"] == 3
    assert answer["error"]["code"] == "in-use"


def test_a_process_that_dies_is_started_again(running: RunningUp) -> None:
    web = running.child("web")
    web.kill()
    assert running.next_event("ended")["name"] == "web"
    assert running.next_event("restarted")["name"] == "web"
    assert running.child("web").pid != web.pid
    # The supervisor holds the socket: whoever comes meanwhile waits instead of being refused.
    assert status_of(running.url) == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_and_then_itself_well(
    another: Installed, number: signal.Signals
) -> None:
    with another.up("--port", "0") as running:
        assert len(another.processes()) > 3
        assert running.stop(number) == 0
        # The database has stopped before `up` has, so nothing needs to be waited for.
        assert another.processes() == []


def test_nothing_outlives_a_killed_supervisor_and_the_folder_starts_again(
    another: Installed,
) -> None:
    with another.up("--port", "0") as running:
        running.process.kill()
        wait_until_nothing_runs(another)
    with another.up("--port", "0") as running:
        assert status_of(running.url) == 200


def test_a_worker_of_its_own_ends_well_when_told_to(another: Installed) -> None:
    with another.database_open():
        worker = another.start("work", "--json")
        assert worker.next_event("ready")
        assert worker.stop(signal.SIGTERM) == 0


def test_pages_of_their_own_want_exactly_their_port(another: Installed) -> None:
    with taken_port() as port:
        refused = another.answer("web", "--port", str(port))
    assert (refused["exit_code"], refused["error"]["code"]) == (1, "no-port")


def test_a_data_folder_that_cannot_be_made_is_told(
    new_installation: NewInstallation,
) -> None:
    installed = new_installation()
    installed.data.parent.joinpath("file").write_text("")
    told = installed.run("up", "--data", str(installed.data.parent / "file" / "data"))
    assert told.returncode == 1
    assert "cannot be used: not a directory" in told.stderr.lower()
