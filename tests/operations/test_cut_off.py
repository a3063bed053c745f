"""A host that loses the database, and not the networks, stops sending before its lease ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.operations.hosts import LEASE_SECONDS, Host, Hosts, Line
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]
POSTS = 8


@pytest.mark.parametrize("lose", [Line.cut, Line.silence], ids=["cut", "black hole"])
def test_nothing_leaves_a_host_without_the_database_after_its_lease(
    hosts: Hosts, second: Host, lose: Callable[[Line], None], request: pytest.FixtureRequest
) -> None:
    texts = [f"Post {number} before a {request.node.callspec.id}" for number in range(POSTS)]
    hosts.sandbox.order("mastodon", "delay", on="publish", seconds=0.7, times=POSTS)
    line = hosts.new_line()
    second.work(DATABASE_URL=line.url)
    posts = hosts.schedule(*texts)
    wait_until(lambda: texts[1] in hosts.texts(), 60, "the second post to be with the network")
    lose(line)
    lost_at = time.monotonic()
    arrived = arrivals(hosts, until=lost_at + 2 * LEASE_SECONDS)
    assert max(arrived, default=lost_at) < lost_at + LEASE_SECONDS
    assert len(set(hosts.texts()) & set(texts)) < POSTS
    line.heal()
    second.work()  # As its unit does where the one that was cut off has ended.
    for post in posts:
        hosts.wait_until_state(post, "published")
    assert sorted(text for text in hosts.texts() if text in texts) == sorted(texts)


def arrivals(hosts: Hosts, *, until: float) -> list[float]:
    """When requests to publish reached the network, as far as it was watched."""
    seen = [len(published(hosts))]
    moments: list[float] = []

    def watched() -> bool:
        now = len(published(hosts))
        moments.extend([time.monotonic()] * (now - seen[0]))
        seen[0] = now
        return time.monotonic() > until

    wait_until(watched, until - time.monotonic() + 5, "the end of the watch")
    return moments


def published(hosts: Hosts) -> list[dict[str, object]]:
    return [call for call in hosts.sandbox.calls("mastodon") if call["purpose"] == "publish"]
