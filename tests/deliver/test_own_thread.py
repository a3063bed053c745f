"""The threads beside the shared one on which a worker asks the database."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from parvis.deliver.own_thread import OwnThread, Runs, on_the_shared_thread

pytestmark = pytest.mark.django_db(transaction=True)

Result = TypeVar("Result")


@pytest.fixture
def beside() -> Iterator[OwnThread]:
    with OwnThread("beside") as thread:
        yield thread


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end_own_backend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@async_to_sync
async def asked(ask: Callable[[], Result], run: Runs) -> Result:
    return await run(ask)


def test_it_has_one_connection_and_another_than_the_shared_one(beside: OwnThread) -> None:
    first, again = asked(backend, beside), asked(backend, beside)
    assert first == again
    assert first != asked(backend, on_the_shared_thread)


def test_after_an_error_the_connection_is_begun_anew(beside: OwnThread) -> None:
    before = asked(backend, beside)
    with pytest.raises(OperationalError):
        asked(end_own_backend, beside)
    assert asked(backend, beside) != before


def test_what_runs_beside_waits_for_nothing_on_the_shared_thread(beside: OwnThread) -> None:
    async def both() -> bool:
        has_run = threading.Event()
        waiting = asyncio.create_task(on_the_shared_thread(lambda: has_run.wait(30)))
        await beside(has_run.set)
        return await waiting

    assert async_to_sync(both)()
