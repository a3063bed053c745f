"""What delivering one post is, for every peer: the same request between the same durable writes.

    write the attempt (commit) → POST through Parvis's own client → settle (commit)

They do no more than that: no leases, no order within an account, no limits, no threads, no
look-ups.
"""

import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.request import HOSTS, body_of, create
from parvis.networks.http import Http

Arguments = dict[str, Any]

URL = "BENCH_DATABASE_URL"
NETWORK = "BENCH_NETWORK"
CONCURRENCY = "BENCH_CONCURRENCY"

TABLES = """
CREATE TABLE IF NOT EXISTS post (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL,
    key text NOT NULL,
    state text NOT NULL DEFAULT 'scheduled',
    due_at timestamptz NOT NULL DEFAULT now(),
    receipt jsonb,
    settled_at timestamptz
);
CREATE INDEX IF NOT EXISTS post_due ON post (due_at, id) WHERE state = 'scheduled';
CREATE TABLE IF NOT EXISTS attempt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id bigint NOT NULL REFERENCES post,
    request jsonb NOT NULL,
    outcome text NOT NULL DEFAULT 'open',
    answer jsonb,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
"""

_WRITE = """
WITH sending AS (UPDATE post SET state = 'sending' WHERE id = $1 RETURNING id)
INSERT INTO attempt (post_id, request) SELECT id, $2::jsonb FROM sending RETURNING id
"""
_SETTLE = """
WITH closed AS (
    UPDATE attempt SET outcome = 'published', answer = $3::jsonb, finished_at = clock_timestamp()
    WHERE id = $2
)
UPDATE post SET state = 'published', receipt = $3::jsonb, settled_at = clock_timestamp()
WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One per worker process."""

    pool: asyncpg.Pool
    http: Http
    network: str

    async def deliver(self, post: int, text: str, key: str) -> None:
        attempt = await self.pool.fetchval(_WRITE, post, json.dumps({"key": key, **body_of(text)}))
        receipt = await self.publish(text, key)
        await self.pool.execute(_SETTLE, post, attempt, receipt)

    async def publish(self, text: str, key: str) -> str:
        answer = await create(self.http, self.network, text, key)
        posted = answer.json_object()
        return json.dumps({"remote_id": posted["id"], "url": posted["url"]})


@contextlib.asynccontextmanager
async def opened_job(connections: int) -> AsyncIterator[Job]:
    """`connections` to the database that the two writes share."""
    async with (
        asyncpg.create_pool(database_url(), min_size=connections, max_size=connections) as pool,
        Http(allow_private_hosts=HOSTS) as http,
    ):
        yield Job(pool, http, os.environ[NETWORK])


def database_url() -> str:
    return os.environ[URL]


def concurrency() -> int:
    return int(os.environ[CONCURRENCY])
