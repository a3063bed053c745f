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
LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a measured number of posts took. `seconds` is from the first due time to the last
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


def await_settled(desk: Desk, first: datetime, at_most: float) -> Delivered:
    """Waits until all that is due from `first` on, the template apart, is published, and checks
    that the network has it all, once each."""
    given = {"first": first, "template": desk.template.pk}
    deadline = time.monotonic() + at_most
    with desk.connect() as session:
        while session.execute(_ANY_LEFT, given).fetchone():
            if time.monotonic() > deadline:
                raise AssertionError(f"not settled in time: {session.execute(_STATES).fetchall()}")
            time.sleep(LOOK_EVERY_SECONDS)
        rows = session.execute(_SETTLED, given).fetchall()
    return _checked(desk, first, rows)


def _checked(desk: Desk, first: datetime, rows: Sequence[Any]) -> Delivered:
    arrived = desk.network.arrivals()
    if {key for key, _, _ in rows} - set(arrived):
        raise AssertionError("posts are recorded as published that the network never saw")
    return Delivered(
        posts=len(rows),
        seconds=(max(settled_at for _, _, settled_at in rows) - first).total_seconds(),
        lateness={key: arrived[key] - due_at.timestamp() for key, due_at, _ in rows},
    )


_WATCHED = "due_at >= %(first)s AND id <> %(template)s"
_ANY_LEFT = f"SELECT 1 FROM deliver_delivery WHERE {_WATCHED} AND state <> 'published' LIMIT 1"
_SETTLED = f"SELECT keys->>0, due_at, settled_at FROM deliver_delivery WHERE {_WATCHED}"
_STATES = "SELECT state, reason_code, count(*) FROM deliver_delivery GROUP BY 1, 2"
