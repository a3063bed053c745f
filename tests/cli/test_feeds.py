"""`parvis feeds`."""

import json

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.intake.feed_models import Becomes, Feed
from tests.intake.feeding import PATH, feeds, followed
from tests.servers.feeds import FeedServer, item, rss

__all__ = ["feeds"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_without_feeds_it_says_how_to_add_one(say, ponts: Account) -> None:
    assert "`parvis feeds add` adds one" in say("feeds").out
    assert json.loads(say("feeds", "list", "--json").out) == {"feeds": []}


def test_a_feed_is_followed_by_a_rule(say, feeds: FeedServer, ponts: Account) -> None:
    said = say(
        *("feeds", "add", feeds.url + PATH, "--to", "bluesky:ponts", "--becomes", "soon"),
        *("--after", "2h", "--text", "{title}\\n{link}", "--word", "café", "--tag", "livres"),
        *("--most-a-day", 3, "--json"),
    )
    feed = Feed.objects.get()
    assert json.loads(said.out) == {
        "feed": feed.pk,
        "title": "Le carnet de Ponts",
        "address": feeds.url + PATH,
    }
    assert feed.is_on
    assert (feed.becomes, feed.delay_minutes, feed.most_a_day) == (Becomes.AT_ONCE, 120, 3)
    assert (feed.template, feed.words, feed.tags) == ("{title}\n{link}", ["café"], ["livres"])


def test_a_dry_run_tells_what_would_be_posted_and_keeps_nothing(
    say, feeds: FeedServer, ponts: Account
) -> None:
    said = say("feeds", "add", feeds.url + PATH, "--to", "bluesky:ponts", "--dry-run")
    assert "https://ponts.example.org/1" in said.out
    assert "Nothing was kept." in said.out
    assert not Feed.objects.exists()
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (("--text", "{titel}"), 2, "{titel} stands for nothing."),
        (("--after", "30d"), 2, "--after is a week at most."),
        (("--to", "nobody"), 4, "No connected account is named “nobody”."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    say,
    feeds: FeedServer,
    ponts: Account,
    arguments: tuple[str, ...],
    exit_code: int,
    sentence: str,
) -> None:
    said = say("feeds", "add", feeds.url + PATH, "--to", "bluesky:ponts", *arguments)
    assert said.exit_code == exit_code
    assert sentence in said.err
    assert not Feed.objects.exists()


def test_what_is_no_feed_is_told(say, feeds: FeedServer, ponts: Account) -> None:
    said = say("feeds", "add", f"{feeds.url}/none", "--to", "bluesky:ponts", "--json")
    assert json.loads(said.out)["error"]["code"] == "not-found"
    assert said.exit_code == 1


def test_a_page_with_several_feeds_names_them(say, feeds: FeedServer, ponts: Account) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in "ab"
    )
    page = feeds.show("/", f"<html><head>{links}</head></html>", content_type="text/html")
    said = say("feeds", "add", page, "--to", "bluesky:ponts")
    assert said.exit_code == 4
    assert f"{feeds.url}/b" in said.err


def test_a_feed_is_looked_at_paused_resumed_and_removed(
    say, feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, rss(item(2), item(1)))
    looked = json.loads(say("feeds", "look", feed.pk, "--json").out)
    assert looked == {"feed": feed.pk, "new": 1, "posted": 1}
    say("feeds", "pause", "le carnet")
    assert json.loads(say("feeds", "--json").out)["feeds"][0]["state"] == "paused"
    say("feeds", "resume", feed.pk)
    assert Feed.objects.get().is_on
    say("feeds", "remove", feed.pk)
    assert say("feeds", "look", feed.pk).exit_code == 4


def test_a_look_at_what_is_gone_is_told(say, feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, b"", status=410)
    said = say("feeds", "look", feed.pk)
    assert said.exit_code == 1
    assert "gone for good" in said.err
    assert not Feed.objects.get().is_on
