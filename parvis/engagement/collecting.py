"""What a worker with the role of collecting does for figures, again and again."""

import asyncio
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from parvis.deliver.worker import every
from parvis.engagement.reading import Reader
from parvis.engagement.taking_up import take_up, take_up_given_up
from parvis.networks import present
from parvis.networks.http import Http

# Short, for a person who wants figures read at once waits for it; a look for what is due costs a
# query by an index.
EVERY_SECONDS = 5.0
COUNTING_EVERY_SECONDS = 300.0
# What was settled lately is looked through each time; all that may still be followed, rarely.
_LATELY = timedelta(minutes=30)
_THOROUGHLY_EVERY = timedelta(hours=12)
_THOROUGHLY = timedelta(days=90)


async def follow_posts(http: Http, stop: asyncio.Event) -> None:
    reader, eye = Reader(http), _Eye()

    async def follow() -> None:
        await sync_to_async(close_old_connections)()
        await sync_to_async(eye.take_up)(present.now())
        await reader.read_what_is_due()

    await every(EVERY_SECONDS, follow, stop)


async def count_followers(http: Http, stop: asyncio.Event) -> None:
    reader = Reader(http)

    async def count() -> None:
        await sync_to_async(close_old_connections)()
        await reader.count_followers()

    await every(COUNTING_EVERY_SECONDS, count, stop)


class _Eye:
    """Remembers when it last looked for what has gone out, and how far back."""

    def __init__(self) -> None:
        self._thoroughly_at: datetime | None = None

    def take_up(self, now: datetime) -> None:
        if self._thoroughly_at and now - self._thoroughly_at < _THOROUGHLY_EVERY:
            take_up(now - _LATELY, now)
            return
        take_up(now - _THOROUGHLY, now)
        take_up_given_up(now - _THOROUGHLY, now)
        self._thoroughly_at = now
