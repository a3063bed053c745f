"""What is added to links: only to links, once, and without losing anything of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.compose.links import joined, with_utm
from parvis.networks.text import find_links

UTM = {"source": "mastodon", "campaign": "spring fair"}
ADDED = "utm_source=mastodon&utm_campaign=spring%20fair"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://ponts.example/fair.", f"See https://ponts.example/fair?{ADDED}."),
        ("https://ponts.example", f"https://ponts.example/?{ADDED}"),
        ("https://ponts.example/a?b=c%20d&e", f"https://ponts.example/a?b=c%20d&e&{ADDED}"),
        ("https://ponts.example/a#part", f"https://ponts.example/a?{ADDED}#part"),
        ("https://ponts.example/?utm_source=x", "https://ponts.example/?utm_source=x"),
        ("https://ponts.example/?UTM_Term=x#y", "https://ponts.example/?UTM_Term=x#y"),
        ("mailto:alice@example.org, ponts.example", "mailto:alice@example.org, ponts.example"),
        ("(https://ponts.example/a)", f"(https://ponts.example/a?{ADDED})"),
    ],
)
def test_a_link_is_marked_and_keeps_the_rest(text: str, expected: str) -> None:
    assert with_utm(text, UTM) == expected


def test_every_link_is_marked_once() -> None:
    text = "https://ponts.example/a and https://ponts.example/b"
    once = with_utm(text, UTM)
    assert once.count(ADDED) == 2
    assert with_utm(once, UTM) == once


@given(st.text(), st.text(max_size=20))
def test_marking_twice_changes_nothing_and_loses_no_link(text: str, source: str) -> None:
    once = with_utm(text, {"source": source})
    assert with_utm(once, {"source": source}) == once
    assert len(find_links(once)) == len(find_links(text))


def test_a_mark_that_ends_with_a_full_stop_stays_in_the_link() -> None:
    marked = with_utm("https://ponts.example/", {"source": "no."})
    assert find_links(marked)[0].value == marked


def test_the_posts_own_mark_stands_over_the_campaigns() -> None:
    campaign = {"source": "newsletter", "medium": "social"}
    assert joined(campaign, {"source": "shop", "medium": " "}) == {
        "source": "shop",
        "medium": "social",
    }


def test_without_marks_nothing_is_changed() -> None:
    assert with_utm("https://ponts.example", {"source": " "}) == "https://ponts.example"
