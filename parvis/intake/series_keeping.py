"""The making of recurring posts as a worker's work, beside its deliveries."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from parvis.deliver.worker import every
from parvis.intake.turns import make_what_is_due
from parvis.networks.http import Http

EVERY_SECONDS = 30.0


async def keep_recurring(http: Http, stop: asyncio.Event) -> None:
    await every(EVERY_SECONDS, sync_to_async(_make), stop)


def _make() -> None:
    close_old_connections()
    make_what_is_due()
