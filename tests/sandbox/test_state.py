"""What a state file holds, and what a kill leaves of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from parvis.sandbox import audience
from parvis.sandbox.audience import Answer
from parvis.sandbox.run import Sandbox
from parvis.sandbox.storage import StateUnavailable
from tests.sandbox.squeak import Squeak
from tests.servers.asking import ask
from tests.servers.sandbox import RunningSandbox, running_sandbox


@contextmanager
def killed_afterwards(state: Path) -> Iterator[dict[str, str]]:
    """The origins of a sandbox in a process of its own, which gets no time to end well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox.serve", str(state)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()


def token_from(control: str) -> str:
    stated = {"network": "squeak"}
    return str(ask("POST", f"{control}/tokens", json=stated).confirmed().json["access_token"])


def publish(origin: str, token: str, text: str) -> str:
    url = f"{origin}/v1/squeaks"
    return str(ask("POST", url, token=token, json={"text": text}).confirmed().json["id"])


def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with killed_afterwards(state) as origins:
        token = token_from(origins["control"])
        first = publish(origins["squeak"], token, "Avant")

    with running_sandbox(only=(Squeak,), state=state) as running:
        second = publish(running.origin("squeak"), token, "Après")
        kept = [(post["remote_id"], post["text"]) for post in running.posts("squeak")]

    assert kept == [(first, "Avant"), (second, "Après")]


def test_people_and_clock_are_the_same_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with running_sandbox(only=(Squeak,), state=state) as running:
        running.advance(1_000_000)
        running.set_quirk("squeak", "is-loud", on=False)
        before = running.told("squeak"), shown_time(running)

    with running_sandbox(only=(Squeak,), state=state) as running:
        after = running.told("squeak"), shown_time(running)

    assert after[0]["accounts"] == before[0]["accounts"]
    assert after[0]["quirks"] == {"is-loud": False}
    assert after[1] >= before[1]


def test_the_audience_goes_on_answering_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with running_sandbox(only=(Squeak,), state=state) as running:
        post = publish(running.origin("squeak"), token_from(running.control), "Bonjour")
        running.advance(answers(post)[0].after.total_seconds() + 1)
        early = replies(running, post)

    with running_sandbox(only=(Squeak,), state=state) as running:
        same = replies(running, post)
        running.advance(10 * 86_400)
        in_the_end = replies(running, post)

    assert (early, same, in_the_end) == (1, 1, len(answers(post)))


def test_without_a_file_nothing_is_kept() -> None:
    with running_sandbox(only=(Squeak,)) as running:
        publish(running.origin("squeak"), token_from(running.control), "Bonjour")

    with running_sandbox(only=(Squeak,)) as running:
        assert running.posts("squeak") == []


def test_a_reset_empties_the_file_as_well(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with running_sandbox(only=(Squeak,), state=state) as running:
        publish(running.origin("squeak"), token_from(running.control), "Bonjour")
        running.reset()

    with running_sandbox(only=(Squeak,), state=state) as running:
        assert running.posts("squeak") == []


def test_two_sandboxes_never_share_a_file(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"

    with (
        running_sandbox(only=(Squeak,), state=state),
        pytest.raises(StateUnavailable, match="Another sandbox"),
        running_sandbox(only=(Squeak,), state=state),
    ):
        pass


async def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Chère Alice, …" * 100)

    with pytest.raises(StateUnavailable, match="Nothing was changed"):
        async with Sandbox(port=0, state=letter, only=(Squeak,)):
            pass

    assert letter.read_text() == "Chère Alice, …" * 100


def shown_time(running: RunningSandbox) -> str:
    return str(ask("GET", f"{running.control}/clock").json["now"])


def answers(post: str) -> Sequence[Answer]:
    return audience.answers(1, f"squeak/{post}")


def replies(running: RunningSandbox, post: str) -> int:
    url = f"{running.origin('squeak')}/v1/squeaks/{post}?metrics=all"
    return int(ask("GET", url).confirmed().json["replies"])
