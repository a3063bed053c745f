"""Processes that are killed while a post is on its way."""

import signal

import pytest

from tests.journeys.acting import furnish_by_command, wait_until_state
from tests.journeys.conftest import World

pytestmark = [pytest.mark.installation, pytest.mark.timeout(300)]
PUT = "com.atproto.repo.putRecord"


def test_a_worker_killed_between_attempt_and_settle_leaves_exactly_one_record(
    world: World,
) -> None:
    held = world.pds.hold(PUT)
    with world.installed.up() as running:
        furnish_by_command(world)
        said = world.installed.answer("post", "Once", "--to", world.account.handle, "--now")
        held.wait_until_arrived()
        running.child("work").send_signal(signal.SIGKILL)
        assert world.texts() == ["Once"]
        wait_until_state(world, said["post"], "published")
    assert world.texts() == ["Once"]
    assert len(world.pds.requests(PUT)) == 1


def test_everything_killed_at_once_is_made_good_at_the_next_start(world: World) -> None:
    held = world.pds.hold(PUT)
    with world.installed.up() as running:
        furnish_by_command(world)
        said = world.installed.answer("post", "Once", "--to", world.account.handle, "--now")
        held.wait_until_arrived()
        for process in world.installed.processes():
            process.kill()
        running.process.wait()
    with world.installed.up():
        wait_until_state(world, said["post"], "published")
    assert world.texts() == ["Once"]
