"""Where a worker asks the database: on the thread that all share, or on one beside it.

Each thread has a connection of its own, so what runs beside the shared one neither waits for it nor
makes it wait: two commits reach the disk at the same time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol, Self, TypeVar

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import connections

Result = TypeVar("Result")


class Runs(Protocol):
    async def __call__(self, ask: Callable[[], Result]) -> Result: ...


async def on_the_shared_thread(ask: Callable[[], Result]) -> Result:
    return await sync_to_async(ask)()


class OwnThread:
    """Runs one thing after the other. After an error its connection is begun anew."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)

    async def __call__(self, ask: Callable[[], Result]) -> Result:
        run = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._thread, run, _asked, ask)


def _asked(ask: Callable[[], Result]) -> Result:
    try:
        return ask()
    except DatabaseError:
        connections.close_all()
        raise
