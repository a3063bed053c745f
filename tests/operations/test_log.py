"""What a worker says in its log while posts go out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.hosts import Host, Hosts
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]
TALKATIVE = {"PARVIS_LOG_FORMAT": "json", "PARVIS_LOG_LEVEL": "DEBUG"}


@pytest.fixture
def talkative(hosts: Hosts) -> Host:
    """A host of its own: nobody has written into its log before."""
    return hosts.joined(f"talkative-{hosts.number()}", **TALKATIVE)


def deliveries(hosts: Hosts, posts: list[int]) -> set[int]:
    asked = "SELECT id FROM deliver_delivery WHERE post_id = ANY(%s)"
    return {row[0] for row in hosts.query(asked, posts)}


def about_networks(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == "parvis.networks.http"]


def test_every_line_of_a_delivery_carries_its_number(hosts: Hosts, talkative: Host) -> None:
    hosts.sandbox.order("mastodon", "lose-answer", on="publish")
    talkative.work("--roles", "clock,deliver")
    posts = hosts.schedule("Told in the log", "Told as well")
    for post in posts:
        hosts.wait_until_state(post, "published")
    ours = deliveries(hosts, posts)
    wait_until(lambda: settled_in(talkative.lines()) >= ours, 60, "both to be told as settled")
    calls = about_networks(talkative.lines())
    assert {call["delivery"] for call in calls} == ours
    assert {"network", "purpose", "status", "seconds", "account", "worker"} <= calls[0].keys()
    assert all("worker" in line for line in talkative.lines() if "delivery" in line)


def settled_in(lines: list[dict[str, Any]]) -> set[int]:
    return {line["delivery"] for line in lines if "delivery" in line and line.get("state")}


def test_no_token_shows_at_the_most_talkative(hosts: Hosts, talkative: Host) -> None:
    token = str(talkative.installed.inside("reveal_token", hosts.account))
    hosts.sandbox.order("mastodon", "malformed", on="publish")
    talkative.work()
    for post in hosts.schedule("Answered with nonsense"):
        hosts.wait_until_state(post, "published")
    assert about_networks(talkative.lines())
    assert token not in talkative.log()


def test_a_database_that_is_away_is_told_once_and_that_it_is_back_once(
    hosts: Hosts, talkative: Host
) -> None:
    line = hosts.new_line()
    talkative.work(DATABASE_URL=line.url)
    wait_until(lambda: "worker starts" in talkative.log(), 60, "the worker to be at work")
    line.cut()
    wait_until(lambda: told(talkative, "cannot be reached"), 60, "that it is told as away")
    line.heal()
    wait_until(lambda: told(talkative, "is back"), 60, "the worker to tell that it is back")
    assert told(talkative, "cannot be reached") == told(talkative, "is back") == 1
    assert [line for line in talkative.lines() if line["level"] == "error"] == []


def told(host: Host, words: str) -> int:
    return sum(f"the database {words}" in json.dumps(line) for line in host.lines())
