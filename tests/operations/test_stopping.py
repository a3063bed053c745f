"""A worker that is told to stop, told again, or killed, as it looks from outside."""

from __future__ import annotations

import signal
import time

import pytest

from tests.faults.processes import Child
from tests.operations.hosts import PACE, TAKEN_OVER_SECONDS, Host, Hosts
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]
# Slower than the others here, so that a busy machine is in time for what happens meanwhile.
SLOWER = {"PARVIS_PACE": str(PACE / 2)}
GRACE_SECONDS = 25.0 / (PACE / 2)
# An idle worker ends in less; a busy machine needs some more.
PROMPTLY = 8.0
MORE_THAN_ONE_WISH = 0.6


def slow_publishing(hosts: Hosts, seconds: float, times: int = 1) -> None:
    hosts.sandbox.order("mastodon", "delay", on="publish", seconds=seconds, times=times)


def wait_until_sending(hosts: Hosts, text: str) -> None:
    wait_until(lambda: text in hosts.texts(), 60, f"{text!r} to be with the network")


def let_pass(seconds: float) -> None:
    until = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > until, seconds + 1, "a moment to pass")


def ended(worker: Child, seconds: float) -> int:
    return int(worker.process.wait(seconds))


def test_a_worker_told_to_stop_finishes_what_it_sends_and_hands_back_the_rest(
    hosts: Hosts, first: Host
) -> None:
    """All of them together would take longer than it has."""
    slow_publishing(hosts, GRACE_SECONDS / 3, times=4)
    worker = first.work(**SLOWER)
    texts = [f"Post {number} of a worker that stops" for number in range(4)]
    posts = hosts.schedule(*texts)
    wait_until_sending(hosts, texts[0])
    worker.send(signal.SIGTERM)
    assert ended(worker, GRACE_SECONDS + PROMPTLY) == 0
    states = [state for post in posts for state in hosts.states(post)]
    sent = sum(text in texts for text in hosts.texts())
    assert states == ["published"] * sent + ["scheduled"] * (4 - sent)
    assert 0 < sent < 4


def test_what_was_handed_back_goes_out_once_with_the_next_worker(
    hosts: Hosts, first: Host, second: Host
) -> None:
    slow_publishing(hosts, 1.5)
    worker = first.work()
    posts = hosts.schedule("The first of two", "The second of two")
    wait_until_sending(hosts, "The first of two")
    worker.send(signal.SIGTERM)
    ended(worker, GRACE_SECONDS + PROMPTLY)
    second.work()
    for post in posts:
        hosts.wait_until_state(post, "published")
    assert hosts.texts().count("The second of two") == 1


def test_a_second_signal_does_not_wait_and_what_was_being_sent_is_looked_up(
    hosts: Hosts, first: Host, second: Host
) -> None:
    slow_publishing(hosts, GRACE_SECONDS * 0.9)
    worker = first.work(**SLOWER)
    (post,) = hosts.schedule("In a hurry")
    wait_until_sending(hosts, "In a hurry")
    worker.send(signal.SIGTERM)
    let_pass(MORE_THAN_ONE_WISH)
    worker.send(signal.SIGTERM)
    assert ended(worker, PROMPTLY) == 0
    assert hosts.states(post) != ["published"]
    second.work()
    hosts.wait_until_state(post, "published")
    assert hosts.texts().count("In a hurry") == 1


def test_an_idle_worker_ends_at_once(first: Host) -> None:
    worker = first.work()
    worker.send(signal.SIGINT)
    assert ended(worker, PROMPTLY) == 0


def test_what_a_killed_worker_held_is_taken_over_in_time(
    hosts: Hosts, first: Host, second: Host
) -> None:
    slow_publishing(hosts, GRACE_SECONDS / 2)
    second.work("--roles", "clock")
    worker = first.work("--roles", "deliver")
    posts = hosts.schedule("Killed in the middle", "Not begun")
    wait_until_sending(hosts, "Killed in the middle")
    # It does not go on while this looks what it held.
    worker.send(signal.SIGSTOP)
    assert hosts.held_by(worker) > 0
    worker.kill()
    wait_until(lambda: not hosts.held_by(worker), TAKEN_OVER_SECONDS + PROMPTLY, "the takeover")
    first.work("--roles", "deliver")
    for post in posts:
        hosts.wait_until_state(post, "published")
    assert hosts.texts().count("Killed in the middle") == 1
    assert hosts.texts().count("Not begun") == 1
