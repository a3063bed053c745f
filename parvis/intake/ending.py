"""Tables of posts come to an end: what was in their rows is in the posts, or was left out.

That a row was imported stays known beyond (`models.Imported`).
"""

import asyncio
import logging
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from parvis.deliver.worker import every
from parvis.intake.models import Row, Standing, Table
from parvis.networks.http import Http

log = logging.getLogger("parvis.intake")

KEPT_FOR = timedelta(days=30)
EVERY_SECONDS = 3600.0
_WAITS = (Standing.READY, Standing.IN_THE_WAY)


def put_away(table: Table) -> None:
    """Also with rows that wait: somebody is done with them. `bring_back` undoes it for as long as
    the rows are kept."""
    Table.objects.filter(pk=table.pk, put_away_at=None).update(put_away_at=Now())


def bring_back(table: Table) -> None:
    Table.objects.filter(pk=table.pk).update(put_away_at=None, touched_at=Now())


def keep_longer(table_id: int) -> None:
    """Something was done with its rows."""
    Table.objects.filter(pk=table_id).update(touched_at=Now())


def ends_at(table: Table, *, waits: bool) -> datetime | None:
    """None while a row waits to be imported or corrected."""
    if table.put_away_at:
        return table.put_away_at + KEPT_FOR
    return None if waits else table.touched_at + KEPT_FOR


def end_what_is_over() -> int:
    """Deletes the tables whose time has come, with their rows; answers how many."""
    long_ago = Now() - KEPT_FOR
    waits = Exists(Row.objects.filter(table=OuterRef("pk"), standing__in=_WAITS))
    over = Q(put_away_at__lt=long_ago) | (Q(touched_at__lt=long_ago) & ~waits)
    _, ended = Table.objects.filter(over).delete()
    return ended.get(Table._meta.label, 0)


async def end_tables(http: Http, stop: asyncio.Event) -> None:
    """For `deliver.worker.Collecting`."""

    async def end() -> None:
        await sync_to_async(close_old_connections)()
        if ended := await sync_to_async(end_what_is_over)():
            log.info("%s imported tables have ended", ended)

    await every(EVERY_SECONDS, end, stop)
