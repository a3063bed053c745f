"""A feed that stands on a server of ours, followed by the bookshop."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.intake.feed_keeping import keep_feeds_once
from parvis.intake.feed_looking import Look
from parvis.intake.feed_models import Entry, Feed
from parvis.intake.feed_rules import Rule
from parvis.intake.feed_verbs import add, find, keep_rule, switch_on
from parvis.people.models import Workspace
from tests.servers.feeds import FeedServer, item, rss

PATH = "/feed"


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.show(PATH, rss(item(1)))
        yield server


def added(workspace: Workspace, feeds: FeedServer, path: str = PATH) -> Feed:
    found = find(feeds.url + path)
    assert isinstance(found, Look)
    return add(workspace, found, None)


def followed(feeds: FeedServer, *accounts: Account, path: str = PATH, **rule: Any) -> Feed:
    """Switched on, and looked at once since."""
    feed = added(accounts[0].workspace, feeds, path)
    keep_rule(feed, Rule(accounts=accounts, **rule))
    switch_on(feed)
    tend()
    return feed


def tend(feed: Feed | None = None) -> None:
    """What a worker does, with the feed due."""
    if feed is not None:
        Feed.objects.filter(pk=feed.pk).update(next_look_at=feed.added_at)

    async def once() -> None:
        async with new_http() as http:
            await keep_feeds_once(http)

    async_to_sync(once)()


def publish(feeds: FeedServer, feed: Feed, *items: str, **how: Any) -> None:
    """The feed holds these now, and a worker has looked."""
    feeds.show(PATH, rss(*items), **how)
    tend(feed)


def fates(feed: Feed) -> list[tuple[str, str, str]]:
    """Title, fate and why, the oldest first."""
    entries = Entry.objects.filter(feed=feed).order_by("pk")
    return list(entries.values_list("title", "fate", "why"))
