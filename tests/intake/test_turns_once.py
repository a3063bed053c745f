"""A turn comes once: also with several workers at once, and after one was killed half-way."""

import asyncio
import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction

from parvis.compose.models import Post
from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake import turns
from parvis.intake.series_keeping import keep_recurring
from parvis.schedule.models import Occurrence, Series
from tests.intake.series import begun, daily, shelf
from tests.intake.test_free_slots import slotted
from tests.servers.waiting import wait_until, wait_until_async

pytestmark = pytest.mark.django_db(transaction=True)

_WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


def to_make(account: Account) -> Series:
    """A series of which the last five turns are not made yet."""
    series = begun(account, rule=daily(account))
    Occurrence.objects.all().delete()
    Delivery.objects.all().delete()
    Post.objects.all().delete()
    Series.objects.update(look_at=database_now() - timedelta(hours=1))
    return series


def test_workers_that_look_at_once_make_each_turn_once(ponts: Account) -> None:
    to_make(ponts)
    started, made = Barrier(4), []

    def work() -> None:
        started.wait(10)
        made.append(turns.make_what_is_due())
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(made) == 5
    assert Delivery.objects.count() == Post.objects.count() == 5


def test_workers_that_fill_slots_at_once_fill_each_once(ponts: Account) -> None:
    begun(slotted(ponts, 9, 12, 18), rule=shelf(ponts, rest_days=1))
    began, made = Barrier(4), []

    def work() -> None:
        began.wait(10)
        made.append(turns.make_what_is_due())
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    due = list(Delivery.objects.values_list("due_at", flat=True))
    assert sum(made) == len(due) == len(set(due)) > 0


def test_a_maker_that_is_killed_half_way_leaves_nothing_and_the_next_makes_all(
    ponts: Account,
) -> None:
    to_make(ponts)
    with ExitStack() as held:
        held.enter_context(transaction.atomic())
        with connection.cursor() as cursor:
            # It can write posts, and not deliveries: so it stops between the two.
            cursor.execute("LOCK TABLE deliver_delivery IN EXCLUSIVE MODE")
        maker = started_maker()
        try:
            wait_until(_somebody_waits, 60, "the maker waits for the table")
        finally:
            maker.kill()
            maker.wait(30)
    wait_until(lambda: not _somebody_waits(), 30, "the killed maker’s session ends")
    assert (Post.objects.count(), Occurrence.objects.count()) == (0, 0)
    assert told_by(started_maker()) == "5"
    assert Delivery.objects.count() == Post.objects.count() == 5


async def test_a_worker_makes_what_is_due_as_long_as_it_works(ponts: Account) -> None:
    await sync_to_async(to_make)(ponts)
    stop = asyncio.Event()
    async with new_http() as http:
        working = asyncio.create_task(keep_recurring(http, stop))
        await wait_until_async(_five_are_made, 60, "five posts are made")
        stop.set()
        await asyncio.wait_for(working, 30)
    await sync_to_async(connections.close_all)()


def test_a_series_that_cannot_be_read_keeps_no_other_from_being_made(ponts: Account) -> None:
    broken = to_make(ponts)
    Series.objects.filter(pk=broken.pk).update(rule={})
    begun(ponts)
    Series.objects.update(look_at=database_now() - timedelta(hours=1))
    Occurrence.objects.filter(at=Occurrence.objects.latest("at").at).delete()
    assert turns.make_what_is_due() == 1
    broken.refresh_from_db()
    assert broken.look_at > database_now()


def started_maker() -> "subprocess.Popen[str]":
    names = ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    given = {name: connection.settings_dict[name] for name in names}
    maker = subprocess.Popen(
        [sys.executable, "-m", "tests.intake.maker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert maker.stdin is not None
    maker.stdin.write(json.dumps(given))
    maker.stdin.close()
    return maker


def told_by(maker: "subprocess.Popen[str]") -> str:
    assert maker.wait(60) == 0
    assert maker.stdout is not None
    return maker.stdout.read().strip()


async def _five_are_made() -> bool:
    return await Delivery.objects.acount() == 5


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL answers what it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_WAITS)
        return bool(cursor.fetchone()[0])
