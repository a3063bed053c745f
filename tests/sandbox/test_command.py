"""`parvis sandbox`, as a person at a terminal runs it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from parvis.sandbox.ports import PORTS
from tests.servers.asking import ask

COMMAND = (sys.executable, "-m", "parvis", "sandbox")


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process, and what it told once its ports were open."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--json", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait(60)
        process.stdout.close()


def refused(options: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize("told_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_seven_networks_until_it_is_stopped(
    told_to_stop: signal.Signals,
) -> None:
    with started() as (process, told):
        assert set(told["networks"]) == set(PORTS)
        for origin in (told["control"], *told["networks"].values()):
            assert "Sandbox: " in ask("GET", origin).confirmed().body.decode()

        process.send_signal(told_to_stop)

        assert process.wait(60) == 0
        with pytest.raises(ConnectionRefusedError):
            ask("GET", told["control"])


def test_it_refuses_an_address_that_others_could_reach() -> None:
    code, said = refused(["--host", "0.0.0.0"])

    assert code == 2
    assert "this machine alone" in said


def test_it_says_when_its_ports_are_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        code, said = refused(["--port", str(taken)])

    assert code == 1
    assert f"Port {taken} cannot be had" in said
    assert "--port" in said
