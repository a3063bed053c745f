"""PGQueuer, a job per post.

Its own best: the asyncpg driver on a pool, large batches, and as many jobs under way as the limit
has requests. Durability stays at "durable", the default.
"""

import asyncio
import json
from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.models import Job as QueuedJob
from pgqueuer.queries import Queries

from bench.peers.job import Arguments, concurrency, database_url, opened_job

CONNECTIONS = 20
QUEUE_CONNECTIONS = 4


async def fill(jobs: list[Arguments]) -> None:
    async with asyncpg.create_pool(database_url(), min_size=1, max_size=2) as pool:
        queries = PgQueuer.from_asyncpg_pool(pool).qm.queries
        assert isinstance(queries, Queries)
        if not await queries.schema_is_installed():
            await queries.install()
        payloads: list[bytes | None] = [json.dumps(job).encode() for job in jobs]
        await queries.enqueue(["deliver"] * len(jobs), payloads, [0] * len(jobs))


async def work() -> None:
    async with (
        opened_job(CONNECTIONS) as job,
        asyncpg.create_pool(
            database_url(), min_size=QUEUE_CONNECTIONS, max_size=QUEUE_CONNECTIONS
        ) as pool,
    ):
        queue = PgQueuer.from_asyncpg_pool(pool)

        @queue.entrypoint("deliver")
        async def deliver(queued: QueuedJob) -> None:
            assert queued.payload is not None
            await job.deliver(**json.loads(queued.payload))

        await queue.run(
            dequeue_timeout=timedelta(seconds=1),
            batch_size=concurrency(),
            max_concurrent_tasks=2 * concurrency(),
        )
        await asyncio.Event().wait()
