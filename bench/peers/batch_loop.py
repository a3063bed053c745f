"""What one would write by hand for this job alone: claim a batch, write, send, settle, in a loop.

Two loops, so that one talks to the database while the other sends; a statement for each batch.
"""

import asyncio
import json

from bench.peers.job import Arguments, Job, concurrency, opened_job

LOOPS = 2


async def fill(jobs: list[Arguments]) -> None:
    """The posts' table is its queue."""


async def work() -> None:
    async with opened_job(connections=LOOPS) as job:
        batch = max(1, concurrency() // LOOPS)
        await asyncio.gather(*(_loop(job, batch) for _ in range(LOOPS)))


async def _loop(job: Job, batch: int) -> None:
    while posts := await job.pool.fetch(_CLAIM, batch):
        requests = [json.dumps({"key": p["key"], "status": p["text"]}) for p in posts]
        ids = [post["id"] for post in posts]
        attempts = await job.pool.fetch(_WRITE, ids, requests)
        receipts = await asyncio.gather(*(job.publish(p["text"], p["key"]) for p in posts))
        written = {row["post_id"]: row["id"] for row in attempts}
        await job.pool.execute(_SETTLE, ids, [written[post] for post in ids], receipts)


_CLAIM = """
UPDATE post SET state = 'sending' FROM (
    SELECT id FROM post WHERE state = 'scheduled' AND due_at <= now()
    ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
) due WHERE post.id = due.id
RETURNING post.id, text, key
"""
_WRITE = """
INSERT INTO attempt (post_id, request)
SELECT post, request::jsonb FROM unnest($1::bigint[], $2::text[]) AS given(post, request)
RETURNING id, post_id
"""
_SETTLE = """
WITH given AS (
    SELECT post, attempt, answer::jsonb AS answer
    FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS given(post, attempt, answer)
), closed AS (
    UPDATE attempt SET outcome = 'published', answer = given.answer, finished_at = clock_timestamp()
    FROM given WHERE attempt.id = given.attempt
)
UPDATE post SET state = 'published', receipt = given.answer, settled_at = clock_timestamp()
FROM given WHERE post.id = given.post
"""
