"""What a figure says, and that it can say no."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from bench.figures import Rounds, at_least, at_most, below, not_here, show
from bench.lateness import percentile
from bench.network import RunningNetwork, running_network
from bench.table import table

LIMIT = Rounds("limit", "posts/s", (90.0, 100.0, 1000.0))


@pytest.fixture
def network() -> Iterator[RunningNetwork]:
    with running_network() as running:
        yield running


def post_to(network: RunningNetwork, key: str) -> None:
    request = Request(
        f"{network.url}/api/v1/statuses",
        data=json.dumps({"status": "The square reopens on Saturday."}).encode(),
        headers={"Idempotency-Key": key, "Authorization": "Bearer the access token"},
    )
    urlopen(request, timeout=60).close()


def test_a_figure_is_the_median_and_not_the_best_round() -> None:
    assert at_least(LIMIT, 1, LIMIT).value == 100


@pytest.mark.parametrize(("value", "met"), [(49.0, False), (50.0, True)])
def test_half_of_the_limit_is_enough_and_less_is_not(value: float, met: bool) -> None:
    assert at_least(Rounds("parvis", "posts/s", (value,)), 0.5, LIMIT).met is met


@pytest.mark.parametrize(("value", "met"), [(150.0, True), (151.0, False)])
def test_what_should_be_small_may_not_be_larger(value: float, met: bool) -> None:
    assert at_most(Rounds("claim", "ms", (value,)), 1.5, LIMIT).met is met


def test_what_is_promised_as_such_is_kept_or_not() -> None:
    assert below(Rounds("late", "ms", (51.0,)), 50).met is False


def test_what_could_not_be_measured_is_not_taken_for_met() -> None:
    assert not_here("celery", "posts/s", "no Redis").met is None


def test_the_ninety_ninth_percentile_of_a_hundred_is_not_the_worst() -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], 99) == 99


def test_the_table_says_what_was_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    show(at_least(Rounds("parvis", "posts/s", (49.0,)), 0.5, LIMIT))
    (*_, line) = table([json.loads(capsys.readouterr().out)])
    assert "**not met**" in line
    assert "0.49 × `limit` (100)" in line


def test_the_network_remembers_when_each_post_arrived(network: RunningNetwork) -> None:
    post_to(network, "one")
    post_to(network, "two")
    arrived = network.arrivals()
    assert list(arrived) == ["one", "two"]
    assert arrived["one"] <= arrived["two"]


def test_a_post_that_arrived_twice_ends_the_measurement(network: RunningNetwork) -> None:
    post_to(network, "one")
    post_to(network, "one")
    with pytest.raises(AssertionError, match="more than once"):
        network.arrivals()
