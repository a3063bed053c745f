"""Hosts whose clocks are minutes off do no harm: the database's clock decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.hosts import Host, Hosts
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]
# As the command `faketime` would, but without its parent process, which a signal would end alone.
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
# The wall clock alone is wrong, as on a machine whose time was set badly.
WALL_CLOCK_ALONE = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
SECONDS_OFF = 7 * 60
A_MOMENT = 60


@pytest.fixture
def faketime() -> str:
    for found in sorted(Path("/").glob(LIBRARIES.removeprefix("/"))):
        return str(found)
    pytest.skip("libfaketime is not here (Debian: apt-get install faketime)")


@pytest.fixture(params=[SECONDS_OFF, -SECONDS_OFF], ids=["ahead", "behind"])
def seconds_off(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def mistaken(second: Host, faketime: str, seconds_off: int) -> Host:
    """A host at work whose clock is off."""
    second.work(LD_PRELOAD=faketime, FAKETIME=f"{seconds_off:+d}s", **WALL_CLOCK_ALONE)
    return second


def test_the_clock_is_really_off(hosts: Hosts, mistaken: Host, seconds_off: int) -> None:
    asked = "SELECT clock_ahead FROM deliver_worker WHERE stopped_at IS NULL AND clock_ahead <> 0"
    ((ahead,),) = wait_until(lambda: hosts.query(asked), 60, "the worker to tell of its clock")
    assert ahead == pytest.approx(seconds_off, abs=5)


def test_what_it_sends_goes_out_once_and_at_the_time_of_the_database(
    hosts: Hosts, mistaken: Host, seconds_off: int
) -> None:
    text = f"By a clock {seconds_off} s off"
    (post,) = hosts.schedule(text)
    hosts.wait_until_state(post, "published")
    assert hosts.texts().count(text) == 1
    assert seconds_from_now(hosts, post) < A_MOMENT


def test_an_unknown_outcome_is_looked_up_and_settled(
    hosts: Hosts, mistaken: Host, seconds_off: int
) -> None:
    hosts.sandbox.order("mastodon", "lose-answer", on="publish")
    text = f"Answer lost to a clock {seconds_off} s off"
    (post,) = hosts.schedule(text)
    hosts.wait_until_state(post, "published")
    assert hosts.texts().count(text) == 1


def test_a_limit_is_waited_for_and_no_longer(
    hosts: Hosts, mistaken: Host, seconds_off: int
) -> None:
    hosts.sandbox.order("mastodon", "rate-limit", on="publish", seconds=3)
    (post,) = hosts.schedule(f"After a limit, {seconds_off} s off")
    hosts.wait_until_state(post, "published")


def test_beside_a_host_with_the_right_time_nothing_goes_out_twice(
    hosts: Hosts, first: Host, mistaken: Host, seconds_off: int
) -> None:
    first.work()
    texts = [f"Shared {number}, {seconds_off} s off" for number in range(6)]
    for post in hosts.schedule(*texts):
        hosts.wait_until_state(post, "published")
    assert sorted(text for text in hosts.texts() if text in texts) == texts


def seconds_from_now(hosts: Hosts, post: int) -> float:
    """How far the times that were written down are from the database's present."""
    ((worst,),) = hosts.query(
        "SELECT max(abs(extract(epoch FROM clock_timestamp() - at))) FROM ("
        " SELECT a.started_at AS at FROM deliver_attempt a"
        " JOIN deliver_delivery d ON d.id = a.delivery_id WHERE d.post_id = %s"
        " UNION ALL SELECT settled_at FROM deliver_delivery WHERE post_id = %s"
        " UNION ALL SELECT began_at FROM deliver_delivery WHERE post_id = %s) AS written",
        post,
        post,
        post,
    )
    return float(worst)
