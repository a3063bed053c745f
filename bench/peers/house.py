"""Where the peers work: a database of their own on the desk's server, and one worker at a time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.desk import Desk
from bench.peers.job import CONCURRENCY, NETWORK, TABLES, URL
from bench.request import new_key, text_of

LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A peer's own database, `name`, beside the desk's."""

    desk: Desk
    url: str
    concurrency: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            URL: self.url,
            NETWORK: self.desk.network.url,
            CONCURRENCY: str(self.concurrency),
        }

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url, autocommit=True)

    def fill(self, posts: int) -> list[dict[str, Any]]:
        """So many posts, all due; answered as a job's arguments."""
        with self.connect() as session:
            session.execute("TRUNCATE post, attempt RESTART IDENTITY")
            with session.cursor().copy("COPY post (text, key) FROM STDIN") as copy:
                for number in range(posts):
                    copy.write_row((text_of(number), new_key()))
            rows = session.execute("SELECT id, text, key FROM post ORDER BY id").fetchall()
        return [{"post": post, "text": text, "key": key} for post, text, key in rows]

    def enqueue(self, module: str, posts: int, more: Mapping[str, str] | None = None) -> None:
        """Fills the tables, and the peer's queue with a job for each post."""
        subprocess.run(
            _playing(module, "fill"),
            input=json.dumps(self.fill(posts)),
            env={**self.environment, **(more or {})},
            text=True,
            check=True,
        )
        self.tidy()

    def tidy(self) -> None:
        with self.connect() as session:
            session.execute("VACUUM ANALYZE")
            session.execute("CHECKPOINT")

    def measure(self, module: str, more: Mapping[str, str] | None = None) -> float:
        """Posts per second of this peer's worker, from its first attempt to its last settlement:
        how long it takes to start and to notice that there is work is not held against it."""
        with (self.desk.folder / "peer.log").open("wb") as log:
            worker = subprocess.Popen(
                _playing(module, "work"),
                env={**self.environment, **(more or {})},
                stdout=log,
                stderr=log,
            )
        try:
            self._await_settled(worker)
            return self._rate()
        finally:
            _end(worker)

    def _await_settled(self, worker: subprocess.Popen[bytes], at_most: float = 600) -> None:
        deadline = time.monotonic() + at_most
        with self.connect() as session:
            while session.execute(_ANY_LEFT).fetchone():
                if worker.poll() is not None or time.monotonic() > deadline:
                    said = (self.desk.folder / "peer.log").read_text()[-2000:]
                    raise AssertionError(f"a peer's worker did not do its work: {said}")
                time.sleep(LOOK_EVERY_SECONDS)

    def _rate(self) -> float:
        with self.connect() as session:
            posts, seconds, keys = session.execute(_RESULT).fetchone() or (0, 0, [])
        if set(keys) - set(self.desk.network.arrivals()):
            raise AssertionError("posts are recorded as published that the network never saw")
        return float(posts / seconds)


@contextmanager
def house_beside(desk: Desk, name: str, concurrency: int) -> Iterator[House]:
    with desk.connect() as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    house = House(desk=desk, url=_with_database(desk.database_url, name), concurrency=concurrency)
    with house.connect() as session:
        session.execute(TABLES)
    yield house


def _playing(module: str, what: str) -> list[str]:
    return [sys.executable, "-m", "bench.peers.roles", module, what]


def _end(worker: subprocess.Popen[bytes]) -> None:
    """All is settled and read: it may end as it likes."""
    worker.terminate()
    try:
        worker.wait(timeout=3)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


_ANY_LEFT = "SELECT 1 FROM post WHERE state <> 'published' LIMIT 1"
_RESULT = """
SELECT count(*), extract(epoch FROM max(settled_at) - min(started_at)), array_agg(key)
FROM post JOIN attempt ON attempt.post_id = post.id AND attempt.outcome = 'published'
"""
