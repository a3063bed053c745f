"""The sandbox beside the desk: its ports are those that connected accounts know."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from parvis.cli.sandbox_beside import SandboxBeside, sandbox_beside
from parvis.sandbox.ports import HOST, PORTS
from tests.installed import Installed, NewInstallation
from tests.networks.media import draw_picture
from tests.servers.asking import ask


@contextmanager
def beside(data: Path) -> Iterator[SandboxBeside]:
    found = sandbox_beside(data)
    with ExitStack() as stack:
        for listener in found.listeners:
            stack.enter_context(listener)
        yield found


def ports(found: SandboxBeside) -> list[int]:
    return [listener.getsockname()[1] for listener in found.listeners]


def test_two_desks_that_start_at_once_have_ports_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with beside(tmp_path) as one, beside(tmp_path / "other") as other:
        assert len(ports(one)) == len(PORTS) + 1
        assert not set(ports(one)) & set(ports(other))


def test_the_ports_are_the_same_again_although_lower_ones_are_free_now(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with beside(tmp_path / "other"), beside(tmp_path) as first:
        known = ports(first)
    with beside(tmp_path) as again:
        assert ports(again) == known


def test_known_ports_that_are_taken_are_told_and_waited_for(tmp_path: Path) -> None:
    with beside(tmp_path) as first:
        known = ports(first)
        assert not any("taken" in sentence for sentence in first.sentences())
    with socket.create_server((HOST, known[3])), beside(tmp_path) as moved:
        assert f"from {known[0]} on, are taken" in moved.sentences()[-1]
        assert moved.control in moved.sentences()[0]
    with beside(tmp_path) as back:
        assert ports(back) == known


def test_a_file_that_names_no_port_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "sandbox.port").write_text("somewhere")
    with beside(tmp_path) as found:
        assert (tmp_path / "sandbox.port").read_text().strip() == str(ports(found)[0])


@pytest.mark.installation
@pytest.mark.timeout(180)
def test_a_killed_sandbox_is_back_on_its_ports(new_installation: NewInstallation) -> None:
    installed = new_installation()
    with installed.up("--port", "0", "--sandbox") as running:
        control = control_of(installed)
        assert ask("GET", f"{control}/networks").status == 200
        sandbox = running.child("sandbox")
        sandbox.kill()
        assert running.next_event("ended")["name"] == "sandbox"
        # The supervisor holds the sockets: whoever asks meanwhile waits instead of being refused.
        assert ask("GET", f"{control}/networks").status == 200
        assert running.child("sandbox").pid != sandbox.pid


@pytest.mark.installation
@pytest.mark.timeout(180)
def test_a_command_beside_it_posts_a_picture_that_the_sandbox_fetches(
    new_installation: NewInstallation, tmp_path: Path
) -> None:
    installed = new_installation()
    with installed.up("--port", "0", "--sandbox"):
        assert ask("GET", f"{control_of(installed)}/networks").status == 200
        installed.inside("open_desk_of_alice")
        account = installed.inside("rehearse", "instagram")
        stalls = tmp_path / "stalls.jpg"
        draw_picture(stalls)
        said = installed.run(
            *("post", "The square.", "--to", str(account), "--now", "--wait"),
            *("--media", str(stalls), "--alt", "Stalls of books"),
        )
        assert (said.returncode, said.stderr) == (0, "")
        assert "published" in said.stdout


def control_of(installed: Installed) -> str:
    return f"http://{HOST}:{int((installed.data / 'sandbox.port').read_text())}"
