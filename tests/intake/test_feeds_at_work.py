"""Workers and feeds: several at once, lost ones, and what is done by hand beside them."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction

from parvis.cli.collecting import COLLECTING
from parvis.compose.content import content_of
from parvis.compose.models import Post
from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.intake import feed_keeping, feed_posting
from parvis.intake.feed_keeping import keep_feeds
from parvis.intake.feed_looking import BeingLookedAt, claim, claim_due
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed
from parvis.intake.feed_posting import post_what_waits
from parvis.intake.feed_verbs import (
    look_now,
    pause,
)
from tests.cast import connect
from tests.intake.feeding import PATH, fates, feeds, followed, publish, tend
from tests.servers.feeds import FeedServer, item, rss

__all__ = ["feeds"]
pytestmark = pytest.mark.django_db


def test_two_workers_do_not_both_look(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    Feed.objects.update(next_look_at=feed.added_at)
    assert len(claim_due(5)) == 1
    assert claim_due(5) == []
    with pytest.raises(BeingLookedAt):
        claim(feed)


def test_the_look_of_a_lost_worker_is_made_good(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, rss(item(2), item(1)))
    Feed.objects.update(next_look_at=feed.added_at)
    claim_due(5)
    Feed.objects.update(lease_until=feed.added_at)
    tend()
    assert fates(feed)[-1] == ("Entry 2", Fate.DRAFT, "")


def test_looking_by_hand_tells_what_it_found(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, rss(item(2), item(1)))
    looked = look_now(feed)
    assert (looked.new, looked.posted, looked.trouble) == (1, 1, "")
    feeds.show(PATH, b"", status=404)
    assert look_now(feed).trouble == "not-found"


@pytest.mark.parametrize("step", ["start_draft", "_schedule", "_end"])
def test_a_worker_that_dies_half_way_leaves_an_entry_that_is_posted_once(
    feeds: FeedServer, ponts: Account, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    feed = followed(feeds, ponts, becomes=Becomes.AT_ONCE, most_a_day=1)
    publish(feeds, feed, item(3), item(2), item(1))
    Entry.objects.filter(fate=Fate.SCHEDULED).update(as_draft=True)
    real = getattr(feed_posting, step)

    def does_it_and_dies(*told: object, **how: object) -> None:
        real(*told, **how)
        raise SystemExit

    monkeypatch.setattr(feed_posting, step, does_it_and_dies)
    with pytest.raises(SystemExit), transaction.atomic():
        post_what_waits(feed)
    monkeypatch.undo()
    assert Post.objects.count() == 1
    post_what_waits(feed)
    post_what_waits(feed)
    assert Post.objects.count() == 2
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_collects_keeps_feeds_up(
    feeds: FeedServer, ponts: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keep_feeds in COLLECTING
    feed = followed(feeds, ponts)
    feeds.show(PATH, rss(item(2), item(1)))
    Feed.objects.update(next_look_at=feed.added_at)
    monkeypatch.setattr(feed_keeping, "EVERY_SECONDS", 0.05)

    async def work_until_posted() -> None:
        stop = asyncio.Event()
        async with new_http() as http:
            working = asyncio.create_task(keep_feeds(http, stop))
            async with asyncio.timeout(30):
                while not await Post.objects.aexists():
                    await asyncio.sleep(0.05)
            stop.set()
            await working

    async_to_sync(work_until_posted)()
    assert Post.objects.get().text.startswith("Entry 2")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_post_every_entry_once(feeds: FeedServer, ponts: Account) -> None:
    other = connect(ponts.workspace, handle="other.example.org")
    feeds.show("/other", rss())
    one = followed(feeds, ponts, other)
    two = followed(feeds, other, ponts, path="/other")
    items = [item(number) for number in range(2, 12)]
    for path in (PATH, "/other"):
        feeds.show(path, rss(*items))
    for feed in (one, two):
        pause(feed)
        Feed.objects.filter(pk=feed.pk).update(paused_at=None)
    wait_together = threading.Barrier(4)

    def work(feed: Feed) -> None:
        try:
            wait_together.wait(20)
            look_now(feed)
        except BeingLookedAt:
            post_what_waits(feed)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[feed]) for feed in (one, two, one, two)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    for feed in (one, two):
        post_what_waits(feed)
    said = [(pk, post.text) for post in Post.objects.all() for pk in content_of(post).said]
    assert len(said) == len(set(said)) == 2 * len(items)
