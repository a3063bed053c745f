"""Chancy, a job per post.

Its own best: the executor for coroutines, eager polling, and no line in its log for each job.
"""

import logging

from chancy import Chancy, Job, Queue, Worker, job

from bench.peers.job import Arguments, concurrency, database_url, opened_job
from bench.peers.job import Job as Delivering

CONNECTIONS = 20
QUEUE_CONNECTIONS = 4

_delivering: list[Delivering] = []


@job(queue="deliver")
async def deliver(*, post: int, text: str, key: str) -> None:
    await _delivering[0].deliver(post, text, key)


async def fill(jobs: list[Arguments]) -> None:
    async with _application() as chancy:
        await chancy.migrate()
        await chancy.declare(
            Queue(
                "deliver",
                executor=Chancy.Executor.Async,
                concurrency=concurrency(),
                polling_interval=1,
                eager_polling=True,
            ),
            upsert=True,
        )
        async for _ in chancy.push_many([_job(each) for each in jobs]):
            pass


async def work() -> None:
    async with opened_job(CONNECTIONS) as delivering, _application() as chancy:
        _delivering.append(delivering)
        async with Worker(chancy, register_signal_handlers=False) as worker:
            await worker.wait_for_shutdown()


def _application() -> Chancy:
    log = logging.getLogger("chancy")
    log.setLevel(logging.WARNING)
    return Chancy(
        database_url(),
        min_connection_pool_size=QUEUE_CONNECTIONS,
        max_connection_pool_size=QUEUE_CONNECTIONS,
        log=log,
    )


def _job(arguments: Arguments) -> Job:
    return Job(func="bench.peers.chancy.deliver", queue="deliver", kwargs=arguments)
