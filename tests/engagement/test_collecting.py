"""The loop of a worker that follows posts."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync

from parvis.cli.collecting import COLLECTING
from parvis.config import reach
from parvis.engagement import collecting
from parvis.engagement.models import Snapshot
from tests.engagement.following import Observed, on


@pytest.mark.django_db(transaction=True)
@on("bluesky")
def test_what_has_gone_out_is_taken_up_and_read(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "EVERY_SECONDS", 0.01)
    observed.published()
    observed.go_on(timedelta(hours=1))

    async_to_sync(follow_until_read)()

    assert Snapshot.objects.count() == 1


def test_a_worker_follows_posts_and_counts_followers() -> None:
    assert {collecting.follow_posts, collecting.count_followers} <= {*COLLECTING}


async def follow_until_read() -> None:
    stop = asyncio.Event()
    async with reach.new_http() as http:
        following = asyncio.create_task(collecting.follow_posts(http, stop))
        async with asyncio.timeout(30):
            while not await Snapshot.objects.aexists():
                await asyncio.sleep(0.01)
        stop.set()
        await following
