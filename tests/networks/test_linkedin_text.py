"""LinkedIn: the text that a person types is the text that a reader sees."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parvis.networks.linkedin.little import from_little, to_little
from parvis.networks.linkedin.traits import MEMBER_TRAITS
from parvis.networks.text import count
from parvis.sandbox.linkedin import wording

RESERVED = "\\|{}@[]()<>#*_~"
MENTION = "@[Librairie Ponts](urn:li:organization:42)"
# Letters of all scripts and emoji, thick with the signs that LinkedIn keeps for itself.
TEXTS = st.text(st.one_of(st.sampled_from(RESERVED + "a#＃ \n\\"), st.characters(codec="utf-8")))
PIECES = st.lists(
    st.one_of(
        TEXTS,
        st.sampled_from(
            [
                "#lecture",
                "＃読書",
                "#a_b",
                MENTION,
                "https://example.org/a_(b)#c~d",
                "{hashtag|\\#|word}",
                "👩‍👩‍👧‍👦🇫🇷❤️",
                "שלום",
                "e\u0301",
            ]
        ),
    )
).map("".join)


@given(PIECES)
@example("{hashtag|\\#|x}")
@example("\\{hashtag|#|x}")
@example("@[a](urn:li:organization:1)#b@[c](urn:li:organization:2)")
def test_what_was_typed_can_be_read_from_what_is_sent(text: str) -> None:
    assert from_little(to_little(text)) == text


@given(PIECES)
def test_linkedin_shows_all_of_what_was_typed(text: str) -> None:
    shown = text.replace(MENTION, "Librairie Ponts")

    assert wording.read(to_little(text)).shown == shown


@given(PIECES)
def test_what_linkedin_returns_reads_as_it_was_typed(text: str) -> None:
    assert from_little(wording.read(to_little(text)).returned) == text


@settings(max_examples=30)
@given(st.text(st.characters(codec="utf-8"), min_size=2990, max_size=3010))
def test_what_fits_by_our_counting_fits_by_linkedins(text: str) -> None:
    if count(text, MEMBER_TRAITS).fits:
        assert wording.length(wording.read(to_little(text)).shown) <= 3000


@pytest.mark.parametrize("sign", RESERVED)
def test_a_reserved_sign_is_escaped(sign: str) -> None:
    assert to_little(f"a {sign} b") == f"a \\{sign} b"


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("#lecture", r"{hashtag|\#|lecture}"),
        ("(#lecture)", r"\({hashtag|\#|lecture}\)"),
        ("#été2026, #読書!", r"{hashtag|\#|été2026}, {hashtag|\#|読書}!"),
        ("#a_b", r"{hashtag|\#|a\_b}"),
        ("C# et #1", r"C\# et \#1"),
        ("https://example.org/#top", r"https://example.org/\#top"),
        ("a&#39;b", r"a&\#39;b"),
    ],
)
def test_a_hashtag_is_written_as_a_template(text: str, little: str) -> None:
    assert to_little(text) == little


@pytest.mark.parametrize(
    ("text", "little"),
    [
        (MENTION, MENTION),
        ("@[Ponts (Paris)](urn:li:organization:1)", r"@[Ponts \(Paris\)](urn:li:organization:1)"),
        ("@[#1](urn:li:organization:1)", r"@[\#1](urn:li:organization:1)"),
        ("@ponts", r"\@ponts"),
        ("@[Alice](urn:li:person:a)", r"\@\[Alice\]\(urn:li:person:a\)"),
    ],
)
def test_only_an_organisation_named_by_its_urn_is_mentioned(text: str, little: str) -> None:
    assert to_little(text) == little


def test_the_hashtags_of_a_returned_text_are_read_with_and_without_the_backslash() -> None:
    assert from_little(r"Un {hashtag|#|livre} et {hashtag|\#|deux\_livres}") == (
        "Un #livre et #deux_livres"
    )


@pytest.mark.parametrize("sign", "|}[]()<>*_~@{")
def test_the_sandbox_cuts_at_a_sign_that_was_not_escaped(sign: str) -> None:
    assert wording.read(f"Avant {sign} après").shown == "Avant "
