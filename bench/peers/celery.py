"""Celery with Redis, a task per post.

Its own best: one worker with threads, whose tasks share one event loop, and so the very client and
the database connections that everybody else uses; no results, no events, no gossip. A task is
acknowledged late, so that a worker that dies loses none, and Redis writes its log to the disk.
"""

import asyncio
import os
import threading
from contextlib import AsyncExitStack
from functools import cache

from celery import Celery

from bench.peers.job import Arguments, Job, concurrency, opened_job

BROKER = "BENCH_BROKER"
CONNECTIONS = 20
# With 50 and with 100 it was slower: threads pass the interpreter to each other.
THREADS = 20

app = Celery("bench", broker=os.environ.get(BROKER, ""))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=4,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
    worker_hijack_root_logger=False,
)


@app.task(name="deliver")
def deliver(post: int, text: str, key: str) -> None:
    loop, job = _delivering()
    asyncio.run_coroutine_threadsafe(job.deliver(post, text, key), loop).result()


_open_things = AsyncExitStack()
_opening = threading.Lock()


def _delivering() -> tuple[asyncio.AbstractEventLoop, Job]:
    with _opening:
        return _opened()


@cache
def _opened() -> tuple[asyncio.AbstractEventLoop, Job]:
    """Open until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    opening = _open_things.enter_async_context(opened_job(CONNECTIONS))
    return loop, asyncio.run_coroutine_threadsafe(opening, loop).result()


async def fill(jobs: list[Arguments]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for job in jobs:
            deliver.apply_async(kwargs=job, producer=producer)


async def work() -> None:
    # It takes the signals, and stops by them, itself.
    app.worker_main(
        [
            "worker",
            "--pool=threads",
            f"--concurrency={min(THREADS, concurrency())}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=ERROR",
        ]
    )
