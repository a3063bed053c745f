"""Keeps feeds up: what a worker with the role of collecting does with them, again and again."""

import asyncio
import logging

import psycopg
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models import Exists, OuterRef

from parvis.deliver.worker import every
from parvis.intake.feed_fetching import NotFetched
from parvis.intake.feed_looking import Claim, claim_due, keep, keep_trouble, look
from parvis.intake.feed_models import Entry, Fate, Feed
from parvis.intake.feed_posting import post_what_waits
from parvis.intake.feed_reading import NoFeed
from parvis.intake.feed_verbs import forget_deleted
from parvis.networks.http import Http

log = logging.getLogger("parvis.intake")

EVERY_SECONDS = 10.0
AT_ONCE = 4


async def keep_feeds(http: Http, stop: asyncio.Event) -> None:
    """For `deliver.worker.Collecting`."""

    async def again() -> None:
        await sync_to_async(close_old_connections)()
        await keep_feeds_once(http)

    await every(EVERY_SECONDS, again, stop)


async def keep_feeds_once(http: Http) -> None:
    """Looks at what is due, then posts what waits: also what a worker left that was lost between
    the two, and what waited for another day."""
    while claims := await sync_to_async(claim_due)(AT_ONCE):
        await asyncio.gather(*(_look_at(http, claimed) for claimed in claims))
    await sync_to_async(_post_all)()
    await sync_to_async(forget_deleted)()


async def _look_at(http: Http, claimed: Claim) -> None:
    try:
        found = await look(http, claimed.asked)
    except (NotFetched, NoFeed) as trouble:
        await sync_to_async(keep_trouble)(claimed, trouble)
    except (psycopg.Error, DatabaseError):
        raise
    except Exception:
        log.exception("feed %s could not be read", claimed.feed_id)
        await sync_to_async(keep_trouble)(claimed, NoFeed("defect"))
    else:
        await sync_to_async(keep)(claimed, found)


def _post_all() -> None:
    waiting = Entry.objects.filter(feed=OuterRef("pk"), fate=Fate.WAITING)
    on = Feed.objects.filter(switched_on_at__isnull=False, paused_at=None, deleted_at=None)
    for feed in on.filter(Exists(waiting)):
        _post(feed)


def _post(feed: Feed) -> None:
    """A defect with one feed keeps no other from its posts."""
    try:
        post_what_waits(feed)
    except (psycopg.Error, DatabaseError, OSError):
        raise
    except Exception:
        log.exception("feed %s could not be posted", feed.pk)
