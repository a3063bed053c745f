from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.bluesky import Bluesky
from parvis.networks.mastodon import Mastodon
from parvis.networks.text import count, find_hashtags, find_links, find_mentions, graphemes

MASTODON = Mastodon.usual_traits
BLUESKY = Bluesky.usual_traits
FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 0),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        (FAMILY, 1),
        ("🇫🇷🇫🇷", 2),
        ("a\r\nb", 3),
        ("नमस्ते", 3),
    ],
)
def test_a_grapheme_is_what_a_reader_calls_a_character(text: str, units: int) -> None:
    assert graphemes(text) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("https://example.org/" + "a" * 200, 23),
        ("https://a.fr", 23),
        ("Voir https://example.org/lecture.", 5 + 23 + 1),
        ("(https://example.org/wiki/La_Place_(livre))", 1 + 23 + 1),
        ("Bonjour @alice@mastodon.example.org !", len("Bonjour @alice !")),
        ("alice@example.org", len("alice@example.org")),
        ("https://example.org/@alice@elsewhere.example.org", 23),
        ("http://localhost/", len("http://localhost/")),
        ("https://example.org https://example.org", 23 + 1 + 23),
        ("http://a.fr,http://b.fr", 23 + 1 + 23),
        ("éhttp://a.fr", 1 + 23),
        ("http://1.2.3.4/" + "a" * 30, 45),
        ("http://a_b.org/" + "a" * 30, 45),
        ("http://sub_domain.example.org", 23),
        ("https://example.nothing/" + "a" * 30, 54),
        ("https://example.orgé/" + "a" * 30, 23 + 32),
        ("https://ex-ample.co.uk/" + "a" * 30 + "[1]", 23 + 1),
        ("https://ex-ample.co.uk/a=", 23 + 1),
        ("https://example.org/été/本(の)広場", 23),
        ("https://example.org:8080/a?b=é#c...", 23 + 3),
        ("http://" + "a" * 64 + ".org", 75),
        ("http://t.co/Ab1/" + "a" * 30, 23 + 31),
        ("@alice@example.org@", len("@alice@example.org@")),
        ("@alice@example.org://", len("@alice@example.org://")),
        ("@alice@" + "a" * 254, 7 + 254),
        ("@alice@a.été/", len("@alice/")),
    ],
)
def test_mastodon_weighs_links_and_mentions(text: str, units: int) -> None:
    assert count(text, MASTODON).units == units


def test_a_content_warning_counts_with_the_text() -> None:
    assert count("text", MASTODON, content_warning="warning").units == len("warningtext")


def test_bluesky_counts_links_whole_and_bytes_too() -> None:
    length = count("été https://example.org/" + "a" * 100, BLUESKY)

    assert length.units == len("été https://example.org/") + 100
    assert length.bytes == length.units + 2
    assert (length.limit, length.bytes_limit) == (300, 3000)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("é" * 300, True), ("é" * 301, False), (FAMILY * 120, True), (FAMILY * 121, False)],
)
def test_a_text_must_fit_both_limits(text: str, fits: bool) -> None:
    assert count(text, BLUESKY).fits is fits


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Voir https://example.org.", ["https://example.org"]),
        ("« https://example.org/a »", ["https://example.org/a"]),
        ("(https://example.org/a)", ["https://example.org/a"]),
        ("https://example.org/a_(b)", ["https://example.org/a_(b)"]),
        ("https://example.org/a?b=c&d=é#f!", ["https://example.org/a?b=c&d=é#f"]),
        ("HTTPS://Example.org", ["HTTPS://Example.org"]),
        ("example.org is no link without its scheme", []),
        ("xhttps://example.org", []),
        ("https:// nothing", []),
        ("https://a.fr,https://b.fr", ["https://a.fr,https://b.fr"]),
    ],
)
def test_links_are_found_without_what_surrounds_them(text: str, links: list[str]) -> None:
    assert [link.value for link in find_links(text)] == links


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("@alice, @bob@example.org.", ["alice", "bob@example.org"]),
        ("@alice.example.org!", ["alice.example.org"]),
        ("me@example.org", []),
        ("https://example.org/@alice", []),
        ("(@charlie)", ["charlie"]),
        ("@ alice", []),
    ],
)
def test_mentions_are_found(text: str, mentions: list[str]) -> None:
    assert [mention.value for mention in find_mentions(text)] == mentions


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#lecture ce soir #été!", ["lecture", "été"]),
        ("#2026 and #2026rentrée", ["2026rentrée"]),
        ("a#b", []),
        ("#️⃣ # #!", []),
        ("＃読書", ["読書"]),
    ],
)
def test_hashtags_are_found(text: str, tags: list[str]) -> None:
    assert [tag.value for tag in find_hashtags(text)] == tags


WORDS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(["https://example.org/a", "@alice@example.org", "#été", FAMILY, "«", "\n"]),
    ),
    max_size=20,
).map(" ".join)


@given(WORDS)
def test_spans_name_what_stands_in_the_text(text: str) -> None:
    for link in find_links(text):
        assert text[link.start : link.end] == link.value
    for mention in find_mentions(text):
        assert text[mention.start : mention.end] == f"@{mention.value}"
    for tag in find_hashtags(text):
        assert text[tag.start + 1 : tag.end] == tag.value


@given(WORDS)
def test_links_and_mentions_never_overlap(text: str) -> None:
    spans = sorted(find_links(text) + find_mentions(text), key=lambda span: span.start)
    for earlier, later in itertools.pairwise(spans):
        assert earlier.end <= later.start


@given(st.text())
def test_a_text_has_no_more_graphemes_than_code_points(text: str) -> None:
    assert graphemes(text) <= len(text)
    assert (graphemes(text) == 0) == (text == "")


@given(WORDS)
def test_without_weights_the_text_counts_as_it_is(text: str) -> None:
    plain = replace(MASTODON, url_weight=None, mention_counts_without_host=False)
    assert count(text, plain).units == graphemes(text)


@given(st.integers(min_value=1, max_value=5))
def test_each_link_weighs_the_same(links: int) -> None:
    text = " ".join(f"https://example.org/{number}" for number in range(links))
    assert count(text, MASTODON).units == links * 23 + (links - 1)
