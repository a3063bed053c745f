"""The same road in a terminal, on two workers, and the way back from a backup."""

import shutil
from pathlib import Path

import pytest

from tests.journeys.acting import furnish_by_command, in_seconds, picture_file, wait_until_state
from tests.journeys.conftest import World
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(300)]
PUT = "com.atproto.repo.putRecord"


def test_a_post_with_a_picture_is_scheduled_by_command_and_reaches_the_real_server(
    world: World, tmp_path: Path
) -> None:
    picture = str(picture_file(tmp_path))
    with world.installed.up():
        furnish_by_command(world)
        said = world.installed.answer(
            "post", "Open on Saturday", "--to", world.account.handle, "--at", in_seconds(30),
            "--media", picture, "--alt", "Stalls at dawn",
        )  # fmt: skip
        assert world.texts() == []
        wait_until_state(world, said["post"], "published")
    (record,) = world.server.records(world.account.did)
    (image,) = record["value"]["embed"]["images"]
    assert (record["value"]["text"], image["alt"]) == ("Open on Saturday", "Stalls at dawn")


def test_a_lost_answer_leaves_exactly_one_record_and_a_published_delivery(world: World) -> None:
    with world.installed.up():
        furnish_by_command(world)
        world.pds.lose(PUT)
        said = world.installed.answer("post", "Once", "--to", world.account.handle, "--now")
        wait_until_state(world, said["post"], "published")
    assert world.texts() == ["Once"]
    assert len(world.pds.requests(PUT)) == 1


def test_two_workers_on_one_database_publish_each_of_sixty_posts_once(world: World) -> None:
    with world.installed.up() as running:
        furnish_by_command(world)
        other = world.installed.start("work", "--json")
        try:
            other.next_event("ready")
            world.installed.inside("schedule_many", 60)
            wait_until(lambda: len(world.pds.requests(PUT)) >= 60, 60, "sixty posts")
            wait_until(lambda: _published(world) == 60, 60, "sixty settlements")
        finally:
            other.stop()
        assert running.child("work").is_running()
    assert sorted(world.texts()) == [f"Post {each:02}" for each in range(60)]
    assert len(world.pds.requests(PUT)) == 60


def _published(world: World) -> int:
    statement = "SELECT count(*) FROM deliver_delivery WHERE state = 'published'"
    return int(world.installed.query(statement)[0][0])


def test_what_was_backed_up_is_all_back_and_the_tokens_are_usable(
    world: World, tmp_path: Path
) -> None:
    backup = str(tmp_path / "desk.parvis")
    with world.installed.up():
        furnish_by_command(world)
        world.installed.answer(
            "post", "Before", "--to", world.account.handle, "--now", "--wait",
            "--media", str(picture_file(tmp_path)), "--alt", "Stalls",
        )  # fmt: skip
        assert world.installed.run("backup", backup).returncode == 0
    wait_until(lambda: not world.installed.processes(), 60, "the database to stop")
    shutil.rmtree(world.installed.data)

    assert world.installed.run("restore", backup).returncode == 0
    with world.installed.up():
        assert [post["text"] for post in world.installed.answer("posts")["posts"]] == ["Before"]
        after = world.installed.answer("post", "After", "--to", world.account.handle, "--now")
        wait_until_state(world, after["post"], "published")
    assert world.texts() == ["After", "Before"]
