"""What a feed says, whoever wrote it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from parvis.intake import feed_apart
from parvis.intake.feed_apart import read_apart
from parvis.intake.feed_reading import MOST_ENTRIES, NoFeed, ReadEntry, ReadFeed, read_feed
from tests.servers.feeds import item, rss

HOME = "https://ponts.example.org/feed"
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">
<title>Carnet</title><link href="https://ponts.example.org/"/>
<entry><id>tag:ponts.example.org,2026:1</id>
<title type="html">Caf&amp;eacute; &amp;lt;b&amp;gt;fort&amp;lt;/b&amp;gt;</title>
<link rel="alternate" href="/un"/><updated>2026-11-20T09:00:00+01:00</updated>
<author><name>Alice</name></author><category term="livres" label="Livres"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un</p><p>Deux</p></div></content>
</entry></feed>"""
RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
"http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Old</title>
<item><title>One</title><link>https://ponts.example.org/1</link></item></channel></rss>"""
RSS_10 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://ponts.example.org/"><title>Rdf</title></channel>
<item rdf:about="https://ponts.example.org/1"><title>One</title><link>https://ponts.example.org/1</link></item></rdf:RDF>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "Json", "language": "fr",
"home_page_url": "https://ponts.example.org/", "items": [{"id": "1", "url": "https://ponts.example.org/1",
"title": "One", "content_html": "<p>Told</p><script>no</script>", "tags": ["Livres"],
"authors": [{"name": "Alice"}], "date_published": "2026-11-20T09:00:00+01:00"}]}"""


def read(text: str | bytes, content_type: str = "application/xml") -> ReadFeed:
    return read_feed(text.encode() if isinstance(text, str) else text, content_type, HOME)


def only(text: str | bytes, content_type: str = "application/xml") -> ReadEntry:
    (entry,) = read(text, content_type).entries
    return entry


@pytest.mark.parametrize("text", [RSS_091, RSS_10, rss(item(1, "One")), JSON_FEED])
def test_every_kind_of_feed_is_read(text: str) -> None:
    entry = only(text)
    assert (entry.title, entry.link) == ("One", "https://ponts.example.org/1")


def test_an_atom_feed_tells_all_it_has() -> None:
    entry = only(ATOM)
    assert (entry.title, entry.summary, entry.author) == ("Café <b>fort</b>", "Un Deux", "Alice")
    assert entry.link == "https://ponts.example.org/un"
    assert entry.categories == ("Livres",)
    assert entry.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_json_feed_tells_all_it_has() -> None:
    feed = read(JSON_FEED)
    (entry,) = feed.entries
    assert (feed.title, feed.language, feed.site) == ("Json", "fr", "https://ponts.example.org/")
    assert (entry.summary, entry.author, entry.categories) == ("Told", "Alice", ("Livres",))
    assert entry.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_markup_becomes_plain_text() -> None:
    entry = only(
        rss(
            "<title>Fish &lt;b&gt;and&lt;/b&gt; chips</title><description>&lt;p&gt;One&lt;/p&gt;"
            "&lt;ul&gt;&lt;li&gt;Two&lt;script&gt;alert(1)&lt;/script&gt;&lt;/ul&gt;</description>"
        )
    )
    assert (entry.title, entry.summary) == ("Fish and chips", "One Two")


def test_a_title_that_is_no_markup_stays_as_it_is() -> None:
    assert only(rss("<title>A &lt; B &amp;amp; C</title>")).title == "A < B & C"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b", "http://["]
)
def test_a_link_that_is_none_of_the_web_is_left_out(link: str) -> None:
    assert only(rss(f"<title>One</title><link>{link}</link>")).link == ""


def test_an_address_of_mail_names_nobody() -> None:
    named = only(rss("<title>1</title><author>alice@example.org (Alice)</author>"))
    unnamed = only(rss("<title>1</title><author>alice@example.org</author>"))
    assert (named.author, unnamed.author) == ("Alice", "")


@pytest.mark.parametrize(
    ("charset", "content_type", "declared"),
    [
        ("windows-1252", "application/rss+xml", "windows-1252"),
        ("iso-8859-1", "application/rss+xml; charset=iso-8859-1", "utf-8"),
        ("windows-1252", "application/rss+xml; charset=utf-8", "utf-8"),
        ("utf-16", "text/xml", "utf-8"),
        ("utf-8", "text/xml", "no-such-charset"),
        ("utf-8-sig", "", "iso-8859-1"),
    ],
)
def test_letters_are_read_whatever_is_said_of_their_charset(
    charset: str, content_type: str, declared: str
) -> None:
    text = rss("<title>Déjà</title>").replace('encoding="utf-8"', f'encoding="{declared}"')
    assert only(text.encode(charset), content_type).title == "Déjà"


def test_signs_that_no_database_keeps_are_left_out() -> None:
    entry = only(rss("<title>O\x00n\x0be &#0;&#xD800;</title>"))
    assert entry.title.startswith("One")
    assert not set(entry.title) & {"\0", "\x0b", "\ud800"}


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    text = rss(item(1), item(2))
    assert len(read(text[: text.index("<description>What entry 2")]).entries) == 2


@pytest.mark.parametrize("text", ["", "hello", "<html><body>no</body></html>", '{"a": 1}', "{"])
def test_what_is_no_feed_is_told(text: str) -> None:
    with pytest.raises(NoFeed) as refused:
        read(text)
    assert refused.value.code == "no-feed"


def test_a_feed_that_declares_entities_is_refused() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + rss("<title>&b;</title>")
    for charset in ("utf-8", "utf-16"):
        with pytest.raises(NoFeed, match="declares-entities"):
            read(bomb.encode(charset))


def test_of_a_huge_feed_the_newest_are_read() -> None:
    feed = read(rss(*(item(number) for number in range(MOST_ENTRIES * 3))))
    assert len(feed.entries) == MOST_ENTRIES
    assert feed.entries[0].title == "Entry 0"


def test_an_entry_that_is_too_large_ends_the_reading_and_nothing_else() -> None:
    large = f"<title>Large</title><description>{'word ' * 500_000}</description>"
    feed = read(rss(item(1), large, item(2)))
    assert [entry.title for entry in feed.entries] == ["Entry 1"]
    with pytest.raises(NoFeed, match="too-large"):
        read(rss(large))


def test_the_newest_stand_first_where_all_have_a_date() -> None:
    days = [f"<pubDate>{day} Nov 2026 10:00:00 GMT</pubDate>" for day in (1, 3, 2)]
    feed = read(rss(*(item(n, more=day) for n, day in enumerate(days))))
    assert [entry.title for entry in feed.entries] == ["Entry 1", "Entry 2", "Entry 0"]


def test_one_page_has_one_name_whatever_tells_visits_apart() -> None:
    marked = only(
        rss("<title>1</title><link>http://www.ponts.example.org/1/?utm_source=x#at=1</link>")
    )
    plain = only(rss("<title>1</title><link>https://ponts.example.org/1</link>"))
    assert marked.place == plain.place
    other = only(rss("<title>1</title><link>https://ponts.example.org/1?id=2</link>"))
    assert other.place != plain.place


def test_entries_that_share_a_link_are_told_apart_by_their_ids() -> None:
    shared = "<link>https://ponts.example.org/</link>"
    feed = read(rss(f"<guid>1</guid>{shared}", f"<guid>2</guid>{shared}"))
    assert len({entry.place for entry in feed.entries}) == 2


def test_entries_without_anything_to_know_them_by_are_known_by_what_they_say() -> None:
    one, other = (only(rss(f"<title>{said}</title>")) for said in ("One", "Other"))
    assert one.key == only(rss("<title>One</title>")).key != other.key


@pytest.mark.parametrize(
    ("more", "rest"),
    [
        ("<ttl>120</ttl>", timedelta(hours=2)),
        ("<ttl>soon</ttl>", None),
        (
            '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily'
            "</sy:updatePeriod>",
            timedelta(days=1),
        ),
    ],
)
def test_a_feed_may_ask_to_be_left_alone(more: str, rest: timedelta | None) -> None:
    assert read(rss(item(1), more=more)).rest == rest


def apart(body: str) -> ReadFeed:
    return asyncio.run(read_apart(body.encode(), "application/xml", HOME))


def test_a_process_of_its_own_reads_the_same() -> None:
    text = rss(item(1, more="<pubDate>1 Nov 2026 10:00:00 GMT</pubDate>"), more="<ttl>90</ttl>")
    assert apart(text) == read(text)
    assert apart(ATOM) == read(ATOM)
    with pytest.raises(NoFeed, match="no-feed"):
        apart("hello")


def test_a_document_that_would_take_minutes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_apart, "SECONDS", 2)
    began = time.monotonic()
    with pytest.raises(NoFeed, match="takes-too-long"):
        apart(rss("<description>" + "<a>" * 400_000 + "</description>"))
    assert time.monotonic() - began < 10
