"""Worker processes of the desk, as `parvis work` starts them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psutil

from bench.desk import Desk

PARVIS_WORK = ("-m", "parvis", "work", "--json")
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a measured number of posts took. `seconds` is from their due time to the last
    settlement, by the database's clock; `lateness` of each request by its key, in seconds."""

    posts: int
    seconds: float
    lateness: dict[str, float]

    @property
    def rate(self) -> float:
        return self.posts / self.seconds


@contextmanager
def working(
    desk: Desk, workers: int = 1, program: Sequence[str] = PARVIS_WORK
) -> Iterator[list[psutil.Process]]:
    with ExitStack() as open_things:
        yield [open_things.enter_context(_worker(desk, program)) for _ in range(workers)]


@contextmanager
def _worker(desk: Desk, program: Sequence[str]) -> Iterator[psutil.Process]:
    """Ready, and with its log in a file, as a service's is."""
    with (desk.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *program], stdout=subprocess.PIPE, stderr=log, env=desk.environment
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said or json.loads(said).get("event") != "ready":
            raise AssertionError(
                f"a worker did not start: {(desk.folder / 'worker.log').read_text()[-2000:]}"
            )
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def await_settled(desk: Desk, due_at: datetime, at_most: float) -> Delivered:
    """Waits until everything but the template is published, and checks that the network has it
    all, once each."""
    deadline = time.monotonic() + at_most
    with desk.connect() as session:
        while session.execute(_ANY_LEFT, {"due_at": due_at}).fetchone():
            if time.monotonic() > deadline:
                raise AssertionError(f"not settled in time: {session.execute(_STATES).fetchall()}")
            time.sleep(LOOK_EVERY_SECONDS)
        posts, settled_at, keys = session.execute(_SETTLED, {"due_at": due_at}).fetchone() or (
            0,
            0,
            0,
        )
    return _checked(desk, due_at, posts, settled_at, keys)


def _checked(desk: Desk, due_at: datetime, posts: Any, settled_at: Any, keys: Any) -> Delivered:
    arrived = desk.network.arrivals()
    if set(keys) - set(arrived):
        raise AssertionError("posts are recorded as published that the network never saw")
    return Delivered(
        posts=posts,
        seconds=(settled_at - due_at).total_seconds(),
        lateness={key: arrived[key] - due_at.timestamp() for key in keys},
    )


_ANY_LEFT = """
SELECT 1 FROM deliver_delivery WHERE due_at = %(due_at)s AND state <> 'published' LIMIT 1
"""
_SETTLED = """
SELECT count(*), max(settled_at), array_agg(keys->>0) FROM deliver_delivery
WHERE due_at = %(due_at)s AND state = 'published'
"""
_STATES = "SELECT state, reason_code, count(*) FROM deliver_delivery GROUP BY 1, 2"
