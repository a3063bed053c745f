"""Gathers single writes into batches: while one statement runs, the next ones queue up for it."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from parvis.deliver.own_thread import Runs

Entry = TypeVar("Entry")
Result = TypeVar("Result")


class GatheredWrites(Generic[Entry, Result]):
    """`write` takes a whole batch, on the thread that `run` chooses, and answers one result per
    entry, in order."""

    def __init__(self, write: Callable[[Sequence[Entry]], Sequence[Result]], run: Runs) -> None:
        self._write = write
        self._run = run
        self._waiting: list[tuple[Entry, asyncio.Future[Result]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def __call__(self, entry: Entry) -> "asyncio.Future[Result]":
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, answer))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return answer

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write_batch(batch)
        finally:
            self._flushing = None

    async def _write_batch(self, batch: list[tuple[Entry, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._run(partial(self._write, [entry for entry, _ in batch]))
        except Exception as error:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(batch, results, strict=True):
            if not answer.done():
                answer.set_result(result)
