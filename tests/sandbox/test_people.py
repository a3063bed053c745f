"""More accounts than the cast has: for campaigns with many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.sandbox.ports import PORTS
from tests.sandbox.squeak import Squeak
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(one_sandbox: RunningSandbox) -> RunningSandbox:
    one_sandbox.reset()
    return one_sandbox


@pytest.mark.parametrize("network", PORTS)
def test_newcomers_are_told_among_the_accounts_and_differ(
    sandbox: RunningSandbox, network: str
) -> None:
    before = handles(sandbox, network)

    sandbox.let_in(network, 3)
    newcomers = sandbox.let_in(network, 2)

    assert handles(sandbox, network)[-2:] == [each["handle"] for each in newcomers]
    assert len(set(handles(sandbox, network))) == len(before) + 5
    assert len({each["remote_id"] for each in newcomers}) == 2


@pytest.mark.parametrize("network", PORTS)
def test_a_newcomer_can_be_spoken_for(sandbox: RunningSandbox, network: str) -> None:
    (newcomer,) = sandbox.let_in(network, 1)

    token = sandbox.token(network, account=newcomer["handle"])

    assert token["account_id"] == newcomer["remote_id"]


def test_newcomers_stay_through_a_restart_and_leave_with_a_reset(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with running_sandbox(only=(Squeak,), state=state) as running:
        cast = handles(running, "squeak")
        running.let_in("squeak", 2)
        told = running.told("squeak")["accounts"]

    with running_sandbox(only=(Squeak,), state=state) as running:
        assert running.told("squeak")["accounts"] == told
        running.reset()
        assert handles(running, "squeak") == cast


@pytest.mark.parametrize("count", [0, -1, 101, "many", True, None])
def test_a_number_of_people_that_is_none_is_refused(sandbox: RunningSandbox, count: object) -> None:
    stated = {"network": "x", "count": count}

    answer = ask("POST", f"{sandbox.control}/people", json=stated)

    assert (answer.status, answer.json) == (400, {"error": "“count” is a number from 1 to 100."})


def handles(sandbox: RunningSandbox, network: str) -> list[str]:
    return [each["handle"] for each in sandbox.told(network)["accounts"]]
