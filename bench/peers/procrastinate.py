"""Procrastinate, a job per post: the engine that Parvis itself hands its batches to.

Its own best: one worker with as many jobs under way as the limit has requests, a pool, done jobs
deleted.
"""

import os

from procrastinate import App, PsycopgConnector

from bench.peers.job import URL, Arguments, Job, concurrency, opened_job

CONNECTIONS = 20
QUEUE_CONNECTIONS = 20

app = App(
    connector=PsycopgConnector(
        conninfo=os.environ.get(URL, ""), min_size=QUEUE_CONNECTIONS, max_size=QUEUE_CONNECTIONS
    )
)
_delivering: list[Job] = []


@app.task(name="deliver", queue="deliver")
async def deliver(post: int, text: str, key: str) -> None:
    await _delivering[0].deliver(post, text, key)


async def fill(jobs: list[Arguments]) -> None:
    async with app.open_async():
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        await deliver.batch_defer_async(*jobs)


async def work() -> None:
    async with opened_job(CONNECTIONS) as job, app.open_async():
        _delivering.append(job)
        await app.run_worker_async(
            queues=["deliver"],
            concurrency=concurrency(),
            delete_jobs="always",
            install_signal_handlers=False,
        )
