"""Each measurement at its smallest: that it runs, and says what it should. No figure counts."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

Figures = Mapping[str, list[dict[str, Any]]]
SMALL = ("--rounds=1", "--accounts=5", "--concurrency=4")
PEERS = ("batch_loop", "pgqueuer", "chancy", "procrastinate", "celery")

pytestmark = pytest.mark.installation


def measured(part: str, *sizes: str) -> Figures:
    """{name: the lines of that name}"""
    command = [sys.executable, "-m", f"bench.{part}", *SMALL, *sizes]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, list[dict[str, Any]]] = {}
    for line in done.stdout.splitlines():
        figure = json.loads(line)
        figures.setdefault(figure["name"], []).append(figure)
    return figures


@pytest.fixture(scope="module")
def throughput() -> Figures:
    return measured("throughput", "--posts=20")


def test_deliveries_per_second_are_compared_to_the_bare_client(throughput: Figures) -> None:
    against_limit = throughput["throughput.parvis"][0]
    assert against_limit["compared_to"] == "limit.aiohttp"
    assert against_limit["ratio"] > 0
    assert "met" in against_limit


@pytest.mark.parametrize("peer", PEERS)
def test_every_peer_does_the_same_job(throughput: Figures, peer: str) -> None:
    (figure,) = throughput[f"throughput.{peer}"]
    if figure.get("note", "").startswith("not here"):
        pytest.skip(figure["note"])
    assert figure["value"] > 0


def test_lateness_is_told_of_single_posts_and_of_a_crowd() -> None:
    figures = measured("lateness", "--samples=3", "--crowd=20")
    assert figures["lateness.idle.p99"][0]["value"] >= figures["lateness.idle.p50"][0]["value"]
    assert figures["lateness.crowd.last"][0]["compared_to"] == "limit.aiohttp.crowd"


def test_more_workers_say_who_kept_the_processors_busy() -> None:
    (figure,) = measured("scaling", "--posts=20", "--workers=1")["scaling.1"]
    assert set(figure["details"]["share_of_machine"]) == {"workers", "PostgreSQL", "the network"}


def test_a_longer_history_is_compared_to_a_shorter_one() -> None:
    figures = measured("growth", "--deliveries=1300,1500")
    assert figures["growth.claim"][0]["compared_to"] == "growth.claim at 1300"
    assert {"growth.calendar", "growth.today", "growth.posts.all"} <= set(figures)


def test_every_page_is_measured_with_a_history_behind_it() -> None:
    figures = measured("pages", "--deliveries=1300")
    for page in ("today", "posts", "posts.search.rare", "post", "calendar", "accounts", "compose"):
        assert figures[f"pages.{page}.p95"][0]["target"] == "at most 50 ms"


def test_an_idle_desk_is_weighed_by_its_processes() -> None:
    figures = measured("weight", "--idle=0")
    assert {"PostgreSQL", "parvis web", "parvis work"} <= set(
        figures["weight.memory"][0]["details"]
    )
    assert figures["weight.start"][0]["value"] > 0
