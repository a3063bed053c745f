"""Two countings of a text on X, written apart: the sandbox's, and the one that composing uses."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parvis.networks.text import count_units, find_shortened_links
from parvis.networks.x.traits import TRAITS
from parvis.sandbox.x.weights import cashtags, links, weight

PIECES = (
    "Bonjour é É 日本語 한국어 שלום مرحبا Ж « » … — © ™ @alice #place $PONTS .com v1.2 xn--p1ai "
    "👍🏽 👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 🇫🇷 1️⃣ ❤️ ☺ alice@example.org t.co/Ab1 example.org "
    "https://example.org/lecture?a=b&c=d http://été.fr/é_(b) www.librairie.museum, "
    "example.технології 日本example.com語 (example.com/a)"
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(PIECES.split(" ")), st.text(max_size=8)), max_size=8
).flatmap(lambda words: st.sampled_from([" ".join(words), "".join(words), "\n".join(words)]))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a" * 280, 280),
        ("é" * 280, 280),
        ("e\u0301" * 280, 280),
        ("日" * 140, 280),
        ("👩\u200d👩\u200d👧\u200d👦", 2),
        ("🇫🇷🇨🇦", 4),
        ("Voir example.org", 28),
        ("https://example.org/" + "a" * 300, 23),
        ("alice@example.org", 17),
    ],
)
def test_the_sandbox_counts_by_the_published_rules(text: str, units: int) -> None:
    assert weight(text) == units


@given(TEXTS)
@example("…example.org…")
@settings(max_examples=150, deadline=None)
def test_both_countings_agree(text: str) -> None:
    # A pair of regional letters that is no flag is the one thing on which they differ by design.
    flagless = "".join(sign for sign in text if not 0x1F1E6 <= ord(sign) <= 0x1F1FF)

    assert weight(flagless) == count_units(flagless, TRAITS)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_both_find_the_same_links(text: str) -> None:
    assert [link.url for link in links(text)] == [link.value for link in find_shortened_links(text)]


def test_links_are_told_with_their_places() -> None:
    text = "Un example.org et https://example.com/b."

    assert [text[link.start : link.end] for link in links(text)] == [
        "example.org",
        "https://example.com/b",
    ]


@pytest.mark.parametrize(("text", "count"), [("$PONTS $LIVRE", 2), ("12$PONTS", 0), ("$12", 0)])
def test_cashtags_are_counted(text: str, count: int) -> None:
    assert cashtags(text) == count
