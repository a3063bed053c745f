"""Asking for feeds: politely, and following their moves with care."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake.feed_fetching import (
    MOST_OFFERED,
    Asked,
    Fetched,
    NotFetched,
    fetch,
    offered_by,
    typed_address,
)
from parvis.intake.feed_looking import LONGEST_REST, USUAL_REST
from parvis.intake.feed_models import Feed
from parvis.intake.feed_verbs import look_now
from parvis.networks.http import Http
from tests.intake.feeding import PATH, fates, feeds, followed, publish, tend
from tests.servers.feeds import FeedServer, item, rss

__all__ = ["feeds"]

LOOPBACK = frozenset({"127.0.0.1"})


def fetched(address: str, allowed: frozenset[str] = LOOPBACK, **asked: str) -> Fetched:
    async def ask() -> Fetched:
        async with Http(allow_private_hosts=allowed) as http:
            return await fetch(http, Asked(address=address, **asked))

    return async_to_sync(ask)()


def refusal(address: str, allowed: frozenset[str] = LOOPBACK) -> NotFetched:
    with pytest.raises(NotFetched) as refused:
        fetched(address, allowed)
    return refused.value


def ahead(feed: Feed) -> timedelta:
    """How long it is left alone from its last look on."""
    feed.refresh_from_db()
    assert feed.looked_at is not None
    return feed.next_look_at - feed.looked_at


def about(span: timedelta) -> Any:
    """Not every feed in the same second: up to a tenth more."""
    return pytest.approx(span.total_seconds() * 1.05, rel=0.06)


def test_what_has_not_changed_is_not_sent_again(feeds: FeedServer) -> None:
    address = feeds.show(PATH, rss(item(1)), etag='"one"')
    first = fetched(address)
    assert (first.etag, first.body is not None) == ('"one"', True)
    assert fetched(address, etag=first.etag).body is None


def test_a_date_of_change_is_asked_back(feeds: FeedServer) -> None:
    fetched(feeds.url + PATH, modified="Sat, 21 Nov 2026 10:00:00 GMT")
    assert feeds.asked[-1][1]["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(("status", "is_for_good"), [(301, True), (308, True), (302, False)])
def test_a_move_is_followed_and_remembered_where_it_is_for_good(
    feeds: FeedServer, status: int, is_for_good: bool
) -> None:
    address = feeds.move("/old", PATH, status)
    found = fetched(address)
    assert found.address == feeds.url + PATH
    assert found.moved_to == (found.address if is_for_good else address)


def test_after_a_move_for_a_while_nothing_more_is_for_good(feeds: FeedServer) -> None:
    address = feeds.move("/older", "/old", 302)
    feeds.move("/old", PATH, 301)
    assert fetched(address).moved_to == address


def test_moves_without_end_are_given_up(feeds: FeedServer) -> None:
    assert refusal(feeds.move("/round", "/round", 301)).code == "moves-in-circles"
    assert len(feeds.asked) < 10


@pytest.mark.parametrize(
    "to", ["https://10.0.0.1/feed", "https://localhost/feed", "https://[::1]/feed"]
)
def test_a_move_to_a_private_address_is_not_followed(feeds: FeedServer, to: str) -> None:
    assert refusal(feeds.move("/old", to, 301)).code == "private-address"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://example.org/", "https://a:b@c.d/"])
def test_a_move_to_what_is_no_page_is_not_followed(feeds: FeedServer, to: str) -> None:
    assert refusal(feeds.move("/old", to, 301)).code == "bad-address"


def test_a_move_to_nowhere_is_told(feeds: FeedServer) -> None:
    assert refusal(feeds.show("/old", b"", status=302)).code == "moved-nowhere"


def test_what_is_typed_in_the_open_is_asked_for_over_https() -> None:
    """Nothing listens there, and the refusal is that of https."""
    assert refusal("http://127.0.0.1:1/feed", frozenset()).code == "private-address"
    assert refusal("http://unknown.invalid/feed", frozenset()).code == "unknown-host"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "not-found"), (410, "gone"), (403, "not-allowed"), (500, "odd-status")],
)
def test_a_refusal_is_told_by_its_code(feeds: FeedServer, status: int, code: str) -> None:
    assert refusal(feeds.show("/no", b"", status=status)).code == code


@pytest.mark.parametrize("said", ["7200", "date", "1e9", "99999999999"])
def test_what_asks_to_wait_is_waited_for(feeds: FeedServer, said: str) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    after = format_datetime(until, usegmt=True) if said == "date" else said
    rest = refusal(feeds.show("/busy", b"", status=429, headers={"Retry-After": after})).rest
    hours = {"7200": 2, "date": 2, "99999999999": 7 * 24}.get(said)
    if hours is None:
        assert rest is None
    else:
        assert rest is not None
        assert abs(rest - timedelta(hours=hours)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ponts.example.org/feed", "https://ponts.example.org/feed"),
        ("  //ponts.example.org", "https://ponts.example.org"),
        ("feed://ponts.example.org/feed", "https://ponts.example.org/feed"),
        ("feed:https://ponts.example.org/feed", "https://ponts.example.org/feed"),
        ("http://ponts.example.org/feed", "http://ponts.example.org/feed"),
        ("HTTPS://ponts.example.org/feed", "https://ponts.example.org/feed"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, address: str) -> None:
    assert typed_address(typed) == address


def test_a_page_names_its_feeds() -> None:
    page = b"""<html><head><base href="https://ponts.example.org/blog/">
    <link rel="alternate" type="application/rss+xml" title="All &amp; more" href="rss">
    <LINK REL="Alternate nofollow" TYPE="application/atom+xml; charset=utf-8" HREF="/atom"/>
    <link rel="alternate" type="application/rss+xml" href="rss">
    <link rel="alternate" type="text/html" hreflang="fr" href="/fr">
    <link rel="stylesheet" type="application/rss+xml" href="/style">
    <link rel="alternate" type="application/feed+json" href="javascript:alert(1)"></head>"""
    offered = offered_by(page, "text/html", "https://elsewhere.example.org/")
    assert [(each.address, each.title) for each in offered] == [
        ("https://ponts.example.org/blog/rss", "All & more"),
        ("https://ponts.example.org/atom", ""),
    ]


def test_a_page_that_names_very_many_feeds_names_some() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/{}">'
    page = "".join(link.format(number) for number in range(1000)).encode()
    assert len(offered_by(page, "text/html", "https://ponts.example.org/")) == MOST_OFFERED


@pytest.mark.django_db
def test_a_feed_is_left_alone_for_half_an_hour(feeds: FeedServer, ponts: Account) -> None:
    feed = followed(feeds, ponts)
    assert ahead(feed).total_seconds() == about(USUAL_REST)
    asked = len(feeds.asked)
    tend()
    assert len(feeds.asked) == asked


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "headers", "rest"),
    [
        ("<ttl>120</ttl>", {}, timedelta(hours=2)),
        ("<ttl>1</ttl>", {}, USUAL_REST),
        ("", {"Cache-Control": "public, max-age=7200"}, timedelta(hours=2)),
        ("<ttl>90</ttl>", {"Cache-Control": "max-age=0"}, timedelta(minutes=90)),
        ("<ttl>999999</ttl>", {}, LONGEST_REST),
    ],
)
def test_what_a_feed_and_its_server_wish_is_heeded(
    feeds: FeedServer, ponts: Account, more: str, headers: dict[str, str], rest: timedelta
) -> None:
    feeds.show(PATH, rss(item(1), more=more), headers=headers)
    assert ahead(followed(feeds, ponts)).total_seconds() == about(rest)


@pytest.mark.django_db
def test_a_feed_that_cannot_be_read_is_asked_for_less_and_less_often(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    waits = []
    for body in (b"", b"hello", b"hello"):
        feeds.show(PATH, body)
        tend(feed)
        waits.append(ahead(feed))
    assert [wait.total_seconds() for wait in waits] == [
        about(USUAL_REST * times) for times in (1, 2, 4)
    ]
    assert (feed.failures, feed.problem_code) == (3, "no-feed")
    publish(feeds, feed, item(2), item(1))
    feed.refresh_from_db()
    assert (feed.failures, feed.problem_code, feed.failing_since) == (0, "", None)
    assert len(fates(feed)) == 2


@pytest.mark.django_db
def test_a_server_that_asks_to_wait_is_left_alone_that_long(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, b"", status=503, headers={"Retry-After": str(3 * 24 * 3600)})
    tend(feed)
    assert ahead(feed) == timedelta(days=3)


@pytest.mark.django_db
def test_a_feed_that_is_gone_for_good_is_asked_for_no_more(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    feeds.show(PATH, b"", status=410)
    tend(feed)
    asked = len(feeds.asked)
    tend(feed)
    feed.refresh_from_db()
    assert len(feeds.asked) == asked
    assert (feed.is_on, feed.problem_code) == (False, "gone")


@pytest.mark.django_db
def test_a_feed_that_has_moved_for_good_is_asked_for_there(
    feeds: FeedServer, ponts: Account
) -> None:
    feed = followed(feeds, ponts)
    feeds.show("/new", rss(item(2), item(1)))
    feeds.move(PATH, "/new", 301)
    tend(feed)
    feed.refresh_from_db()
    assert feed.address == f"{feeds.url}/new"
    assert len(fates(feed)) == 2


@pytest.mark.django_db
def test_an_unchanged_feed_costs_no_reading(feeds: FeedServer, ponts: Account) -> None:
    feeds.show(PATH, rss(item(1)), etag='"one"')
    feed = followed(feeds, ponts)
    looked = look_now(feed)
    feed.refresh_from_db()
    assert feeds.asked[-1][1]["If-None-Match"] == '"one"'
    assert (looked.new, feed.etag) == (0, '"one"')
    assert feed.next_look_at > database_now()
