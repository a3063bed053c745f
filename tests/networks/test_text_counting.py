"""How long the networks find a text that Mastodon and Bluesky would count sign by sign."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.networks.text import count, count_units, find_cashtags, find_shortened_links
from parvis.networks.traits import Counting, Traits

PLAIN = Traits(text_limit=280, image_limit=4, image_bytes_limit=1, image_types=(), alt_limit=0)
X = replace(PLAIN, counting=Counting.WEIGHTED, url_weight=23)
THREADS = replace(PLAIN, counting=Counting.EMOJI_BYTES, text_limit=500)
LINKEDIN = replace(PLAIN, counting=Counting.UTF16, text_limit=3000)
FAMILY = "👩\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
TEXAS = "🏴\U000e0075\U000e0073\U000e0074\U000e0078\U000e007f"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 0),
        ("Ce soir", 7),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("Жукова, Ελλάδα, עברית, العربية", 30),
        ("« Quoi ? » — ‘non’ …", 21),
        ("本の広場", 8),
        ("책", 2),
        ("𝔓", 2),
        ("\u200b\u200d", 2),
    ],
)
def test_x_weighs_scripts(text: str, units: int) -> None:
    assert count_units(text, X) == units


@pytest.mark.parametrize(
    "emoji",
    [
        *("🙂", "👍🏽", FAMILY, "👩🏽\u200d🚀", "🏳\ufe0f\u200d🌈", "🇫🇷", ENGLAND, "1\ufe0f\u20e3"),
        *("#\u20e3", "❤", "❤\ufe0f", "☺", "✈\ufe0f", "©\ufe0f", "™", "♟\ufe0f", "🫱🏽\u200d🫲🏿"),
    ],
)
def test_any_emoji_weighs_2_for_x(emoji: str) -> None:
    assert count_units(emoji, X) == 2
    assert count_units(f"a{emoji}{emoji}b", X) == 6


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("©", 1),
        ("1", 1),
        ("☺\ufe0e", 4),
        ("🇦🇦", 4),
        ("🇫", 2),
        ("🐶🏽", 4),
        (TEXAS, 12),
    ],
)
def test_what_is_no_emoji_weighs_sign_by_sign_for_x(text: str, units: int) -> None:
    assert count_units(text, X) == units


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Voir https://example.org/lecture.", ["https://example.org/lecture"]),
        (
            "Voir example.org, ponts.example.org/a?b=c#d!",
            ["example.org", "ponts.example.org/a?b=c#d"],
        ),
        ("librairie.museum et books.technology", ["librairie.museum", "books.technology"]),
        ("EXAMPLE.ORG HTTPS://example.org", ["EXAMPLE.ORG", "HTTPS://example.org"]),
        ("fin.Ce soir", []),
        ("1.5 e.g. M.Leblanc a.b lecture.txt", []),
        ("@example.org #example.org $example.org alice@example.org", []),
        ("-example.org _example.org /example.org", []),
        ("http://-example.org http://example-.org http://exa_mple.org http://ponts", []),
        ("http://sub_domain.example.org", ["http://sub_domain.example.org"]),
        ("(https://example.org/La_Place_(livre))", ["https://example.org/La_Place_(livre)"]),
        ("https://example.org/a,b;c...", ["https://example.org/a,b;c"]),
        ("https://example.org?q=a.", ["https://example.org?q=a"]),
        ("example.org?q=a", ["example.org"]),
        ("example.org:8080/a", ["example.org:8080/a"]),
        ("http://t.co/Ab1's http://t.co/Ab1-x", ["http://t.co/Ab1", "http://t.co/Ab1"]),
        ("http://t.co/" + "a" * 41, []),
        ("これはexample.orgです。example.org/本", ["example.org", "example.org/"]),
        ("ELPAÍS.com", ["ELPAÍS.com"]),
        ("本.com http://本.com", ["http://本.com"]),
        ("http://xn--d1abbgf6aiiy.xn--p1ai/ президент.рф", ["http://xn--d1abbgf6aiiy.xn--p1ai/"]),
        ("http://" + "あ" * 60 + ".com", []),
        ("http://" + "あ" * 50 + ".com", ["http://" + "あ" * 50 + ".com"]),
        ("a" * 64 + ".com", []),
        ("\u202ahttp://example.org\u202c", ["http://example.org"]),
    ],
)
def test_x_finds_links_with_and_without_a_scheme(text: str, links: list[str]) -> None:
    found = find_shortened_links(text)
    assert [link.value for link in found] == links
    assert [text[link.start : link.end] for link in found] == links


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("https://example.org/" + "a" * 200, 23),
        ("a.fr", 23),
        ("Voir example.org.", 5 + 23 + 1),
        ("http://t.co/1 http://t.co/2", 23 + 1 + 23),
        ("a" * 64 + ".com", 68),
    ],
)
def test_every_link_weighs_23_for_x(text: str, units: int) -> None:
    assert count_units(text, X) == units


def test_a_link_too_long_for_x_to_shorten_weighs_as_it_is() -> None:
    link = "https://example.org/" + "a" * 4077
    assert count_units(link, X) == len(link) == 4097
    assert count_units(link[:-1], X) == 23


def test_a_weight_that_x_changes_is_obeyed() -> None:
    assert count_units("https://example.org", replace(X, url_weight=25)) == 25


def test_a_long_text_without_spaces_is_weighed_within_a_second() -> None:
    text = "日" * 20_000 + "-.com"
    assert count_units(text, X) == 40_005


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("$ABC and $abc.de, $A_B!", ["ABC", "abc.de", "A_B"]),
        ("$12 $ABC1 a$ABC $ABCDEFG $ $é", []),
    ],
)
def test_cashtags_are_found(text: str, tags: list[str]) -> None:
    assert [tag.value for tag in find_cashtags(text)] == tags


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("été 本", 5),
        ("🙂", 4),
        ("👍🏽", 8),
        (FAMILY, 25),
        ("1\ufe0f\u20e3", 7),
        ("©", 1),
        ("https://example.org", 19),
    ],
)
def test_threads_counts_an_emoji_by_its_bytes(text: str, units: int) -> None:
    assert count_units(text, THREADS) == units


@pytest.mark.parametrize(("text", "units"), [("été", 3), ("e\u0301", 2), ("🙂", 2), ("𝔓a", 3)])
def test_linkedin_counts_code_units(text: str, units: int) -> None:
    assert count_units(text, LINKEDIN) == units


@pytest.mark.parametrize("traits", [PLAIN, X, THREADS, LINKEDIN])
@given(text=st.text(alphabet=st.characters(), max_size=40))
def test_a_length_is_never_negative_and_a_text_is_never_nothing(traits: Traits, text: str) -> None:
    length = count(text, traits)
    assert length.units >= 0
    assert length.bytes >= 0
    assert (length.units == 0) == (text == "")


@pytest.mark.parametrize("traits", [PLAIN, X, THREADS, LINKEDIN])
@given(text=st.text(max_size=40), more=st.text(max_size=40))
def test_a_text_put_after_a_space_makes_it_longer(traits: Traits, text: str, more: str) -> None:
    """A space ends links, mentions and, after a letter, grapheme clusters."""
    longer = f"{text} x{more}"
    assert count_units(longer, traits) > count_units(text, traits)


@given(st.text(max_size=60))
def test_code_units_are_code_points_and_more(text: str) -> None:
    assert len(text) <= count_units(text, LINKEDIN) <= 2 * len(text)


@given(st.text(max_size=30), st.text(max_size=30))
def test_code_units_add_up(one: str, other: str) -> None:
    assert count_units(one + other, LINKEDIN) == sum(
        count_units(text, LINKEDIN) for text in (one, other)
    )
