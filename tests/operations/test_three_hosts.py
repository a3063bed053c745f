"""docs/operations.md, followed: three hosts with roles of their own, and one that is a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.hosts import Host, Hosts
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def third(module_hosts: Hosts) -> Host:
    return module_hosts.joined("third")


def carried_by(hosts: Hosts, post: int) -> set[int]:
    """The process ids of the workers that sent it."""
    asked = (
        "SELECT a.worker FROM deliver_attempt a JOIN deliver_delivery d ON d.id = a.delivery_id"
        " WHERE d.post_id = %s"
    )
    return {int(name.split(":")[1]) for (name,) in hosts.query(asked, post)}


def roles_at_work(hosts: Hosts) -> dict[int, list[str]]:
    asked = "SELECT name, roles FROM deliver_worker WHERE stopped_at IS NULL"
    return {int(name.split(":")[1]): roles for name, roles in hosts.query(asked)}


def test_one_host_finds_what_is_due_and_another_sends_it(
    hosts: Hosts, first: Host, second: Host, third: Host
) -> None:
    clock = first.work("--roles", "clock")
    carrier = second.work("--roles", "deliver")
    collector = third.work("--roles", "collect")
    (post,) = hosts.schedule("From three hosts")
    hosts.wait_until_state(post, "published")
    assert carried_by(hosts, post) == {carrier.pid}
    expected = {clock.pid: ["clock"], carrier.pid: ["deliver"], collector.pid: ["collect"]}
    told = wait_until(
        lambda: len(roles_at_work(hosts)) == 3 and roles_at_work(hosts), 30, "all to tell of roles"
    )
    assert told == expected


def test_without_a_clock_nothing_goes_out_and_with_one_it_does(
    hosts: Hosts, first: Host, second: Host
) -> None:
    second.work("--roles", "deliver")
    (post,) = hosts.schedule("Waits for a clock")
    wait_until(lambda: roles_at_work(hosts), 60, "the deliverer to be at work")
    assert hosts.states(post) == ["scheduled"]
    first.work("--roles", "clock")
    hosts.wait_until_state(post, "published")


def test_a_picture_kept_on_one_host_is_sent_by_another(
    hosts: Hosts, first: Host, third: Host
) -> None:
    post, place = first.installed.inside("schedule_picture", hosts.account, "With a picture")
    third.work()
    hosts.wait_until_state(int(post), "published")
    assert place.startswith(str(hosts.media))


def test_a_post_whose_picture_cannot_be_read_waits_and_goes_out_when_it_is_back(
    hosts: Hosts, first: Host, third: Host
) -> None:
    post, place = first.installed.inside("schedule_picture", hosts.account, "With a lost picture")
    lost = Path(place).rename(hosts.media.with_name("lost"))
    third.work()
    reasons = "SELECT state FROM deliver_delivery WHERE post_id = %s AND reason_code = %s"
    found = wait_until(
        lambda: hosts.query(reasons, int(post), "file-missing"), 60, "the picture to be missed"
    )
    assert found == [("scheduled",)]
    lost.rename(place)
    hosts.wait_until_state(int(post), "published")


def test_a_host_with_keys_of_its_own_is_refused(hosts: Hosts) -> None:
    told = hosts.new_host("stranger").refused_work()
    assert told["exit_code"] == 1
    assert told["error"]["code"] == "other-key"
    assert "Copy the folder keys/" in told["error"]["message"]


def test_a_host_whose_share_is_not_mounted_is_refused(hosts: Hosts) -> None:
    unmounted = hosts.joined("unmounted")
    told = unmounted.refused_work(PARVIS_MEDIA=str(unmounted.data / "media"))
    assert told["exit_code"] == 1
    assert told["error"]["code"] == "other-media"


def test_keys_are_not_adopted_while_somebody_works(hosts: Hosts, first: Host, second: Host) -> None:
    worker = first.work()
    wait_until(lambda: worker.pid in roles_at_work(hosts), 60, "the worker to tell of itself")
    told = second.installed.answer("adopt")
    assert (told["exit_code"], told["error"]["code"]) == (3, "working")


def test_the_doctor_of_a_host_says_that_it_belongs_to_the_desk(second: Host) -> None:
    told = second.installed.answer("doctor")
    (found,) = [each for each in told["findings"] if each["check"] == "identity"]
    assert found["weight"] == "fine"


def test_roles_that_there_are_not_are_refused(second: Host) -> None:
    told = second.installed.answer("work", "--roles", "clok")
    assert (told["exit_code"], told["error"]["code"]) == (2, "usage")
