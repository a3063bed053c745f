from __future__ import annotations

from dataclasses import replace

import pytest
import regex
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from parvis.networks.errors import Refused
from parvis.networks.text import (
    Pieces,
    count,
    find_links,
    find_mentions,
    find_shortened_links,
    split,
)
from parvis.networks.traits import Counting, Traits

SHORT = Traits(text_limit=40, image_limit=4, image_bytes_limit=1, image_types=(), alt_limit=0)
X = replace(SHORT, counting=Counting.WEIGHTED, url_weight=23)
MASTODON = replace(SHORT, url_weight=23, mention_counts_without_host=True)
BLUESKY = replace(SHORT, text_bytes_limit=90)
THREADS = replace(SHORT, counting=Counting.EMOJI_BYTES)
LINKEDIN = replace(SHORT, counting=Counting.UTF16)
EVERY = (SHORT, X, MASTODON, BLUESKY, THREADS, LINKEDIN)
FAMILY = "👩\u200d👩\u200d👧\u200d👦"


def parts(text: str, limit: int = 40, **how: bool) -> tuple[str, ...]:
    return split(text, replace(SHORT, text_limit=limit), **how).parts


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split("  Ce soir \n", SHORT).parts == ("  Ce soir \n",)


def test_paragraphs_are_the_first_choice() -> None:
    assert parts("Ce soir, lecture à la librairie.\n\nEntrée libre. Venez nombreux !") == (
        "Ce soir, lecture à la librairie.",
        "Entrée libre. Venez nombreux !",
    )


def test_a_paragraph_that_would_leave_a_part_nearly_empty_is_not_a_place_to_cut() -> None:
    assert parts("Oui.\n\nCe soir, lecture à la place. Entrée libre, venez nombreux.") == (
        "Oui.\n\nCe soir, lecture à la place.",
        "Entrée libre, venez nombreux.",
    )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Elle lit à la librairie. Il écoute, debout, au fond.", "Elle lit à la librairie."),
        ("Viendrez-vous ce soir ?! Nous vous attendons tous.", "Viendrez-vous ce soir ?!"),
        ("« Viendrez-vous ce soir ? » Nous attendons tous.", "« Viendrez-vous ce soir ? »"),
        ("“Will you come tonight?” We are all waiting.", "“Will you come tonight?”"),
        ("Elle lit à la librairie… Il écoute debout, ravi.", "Elle lit à la librairie…"),
        ("Entrée : 3.50 euros par jour. Gratuit pour Alice.", "Entrée : 3.50 euros par jour."),
        (
            "今日は書店で本を読みますよ。みなさん、ぜひ来てください。お待ちしています。今日ですよ。",
            "今日は書店で本を読みますよ。みなさん、ぜひ来てください。",
        ),
    ],
)
def test_sentences_are_the_next_choice(text: str, first: str) -> None:
    assert parts(text)[0] == first


def test_the_end_of_a_sentence_is_better_than_any_later_space() -> None:
    text = "Une lecture à la librairie avec Bob. Leblanc et quelques autres encore"
    assert parts(text)[0] == "Une lecture à la librairie avec Bob."


@pytest.mark.parametrize("shortened", ["M.", "p. ex.", "J.", "J.-C.", "Mrs.", "e.g.", "env."])
def test_a_full_stop_that_shortens_ends_no_sentence(shortened: str) -> None:
    text = f"Une lecture à la librairie avec {shortened} Leblanc et quelques autres encore"
    assert not parts(text)[0].endswith(shortened)


@pytest.mark.parametrize(
    "text",
    [
        "Il fait beau, dit-on. « Venez ? » demande Alice à Charlie ici",
        "Il fait beau, dit-on. Venez… un jour et encore un autre jour",
        "Elle lit encore, debout.\n1. Un premier livre et encore un autre",
    ],
)
def test_what_goes_on_is_the_same_sentence(text: str) -> None:
    assert parts(text)[0] in ("Il fait beau, dit-on.", "Elle lit encore, debout.")


def test_clauses_come_before_words() -> None:
    assert parts("La librairie de la place, ouverte le dimanche aussi")[0] == (
        "La librairie de la place,"
    )


def test_words_are_the_last_choice_but_one() -> None:
    assert parts("un deux trois quatre cinq six sept huit neuf dix onze") == (
        "un deux trois quatre cinq six sept huit",
        "neuf dix onze",
    )


def test_french_signs_stay_with_their_words() -> None:
    text = "Dimanche nous lirons ensemble « La Place » ! Oui"
    every_limit = [parts(text, limit) for limit in range(15, len(text))]
    assert {len(pieces) for pieces in every_limit} >= {2, 3}
    assert not [pieces for pieces in every_limit for part in pieces if part[0] in "»!"]


def test_a_word_longer_than_a_part_is_cut_between_signs() -> None:
    assert parts("a" * 50) == ("a" * 40, "a" * 10)
    assert parts(FAMILY * 41) == (FAMILY * 40, FAMILY)
    assert parts("e\u0301" * 41) == ("e\u0301" * 40, "e\u0301")


def test_a_word_that_is_cut_does_not_begin_to_mention_anybody() -> None:
    assert parts("a" * 40 + "@alice") == ("a" * 39, "a@alice")


def test_a_mention_in_a_word_that_is_cut_stays_whole() -> None:
    assert parts("。" * 38 + "@alice") == ("。" * 38, "@alice")
    assert parts("." * 38 + "@alice") == ("." * 37, ".@alice")


def test_a_tag_longer_than_a_part_is_cut() -> None:
    assert parts("#" + "a" * 50) == ("#" + "a" * 39, "a" * 11)


def test_a_link_stays_whole_and_goes_to_the_next_part() -> None:
    link = "https://example.org/lecture"
    assert parts(f"Toute la soirée de lecture : {link}") == ("Toute la soirée de lecture :", link)


def test_a_link_without_a_scheme_stays_whole() -> None:
    link = "example.org/" + "a" * 30
    pieces = split(f"日本語{link}日本語日本語日本語", X)
    assert any(link in part for part in pieces.parts)


def test_a_link_longer_than_a_part_is_refused_by_name() -> None:
    link = "https://example.org/" + "a" * 40
    with pytest.raises(Refused, match="Nothing was posted") as refusal:
        split(f"Voir {link} ce soir", SHORT)
    assert (refusal.value.code, refusal.value.facts["link"]) == ("link-too-long", link)


def test_a_sign_longer_than_a_part_is_refused() -> None:
    with pytest.raises(Refused, match="Nothing was posted") as refusal:
        split("a" + "\u0301" * 60, LINKEDIN)
    assert refusal.value.code == "sign-too-long"


def test_the_last_part_is_not_left_with_a_single_word() -> None:
    pieces = parts("Nous lirons ce soir. Nous boirons du thé. Oui.", limit=42)
    assert pieces == ("Nous lirons ce soir.", "Nous boirons du thé. Oui.")


def test_a_short_paragraph_at_the_end_is_a_part_of_its_own() -> None:
    pieces = parts("Nous lirons ce soir. Nous boirons du thé.\n\nOui.", limit=42)
    assert pieces == ("Nous lirons ce soir. Nous boirons du thé.", "Oui.")


def test_numbers_count_and_close_each_part() -> None:
    text = "mot " * 60
    pieces = split(text, SHORT, numbered=True)
    assert pieces.parts[0].endswith(" 1/7")
    assert pieces.parts[-1].endswith(" 7/7")
    assert all(count(part, SHORT).fits for part in pieces.parts)
    assert pieces.joined() == text


def test_ten_parts_and_more_have_room_for_their_numbers() -> None:
    pieces = split("mot " * 150, SHORT, numbered=True)
    assert len(pieces.parts) > 10
    assert all(count(part, SHORT).fits for part in pieces.parts)


def test_a_text_that_fits_gets_no_number() -> None:
    assert split("Ce soir", SHORT, numbered=True).parts == ("Ce soir",)


def test_a_content_warning_takes_room_in_each_part() -> None:
    pieces = split("mot " * 20, SHORT, content_warning="lecture")
    assert len(pieces.parts) > 1
    assert all(count(part, SHORT, "lecture").fits for part in pieces.parts)


def test_white_space_alone_leaves_one_empty_part() -> None:
    pieces = split("\n" * 50, SHORT)
    assert pieces.parts == ("",)
    assert pieces.joined() == "\n" * 50


WORDS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=12),
    st.text(alphabet="abcdefghij ,.!?", max_size=60),
    st.text(alphabet="אבגדה\u200f\u202b\u202c ", max_size=20),
    st.text(alphabet="かきくけこ本。、！", max_size=60),
    st.text(alphabet="e\u0301\u0308\u200d\ufe0f\u20e3 ", max_size=12),
    st.sampled_from(
        [
            *("https://example.org/a", "example.org/a_(b)", "http://本.com/", "@alice", "#été"),
            *("@alice@example.org", "@ponts.example.org", "$ABC", "M.", "p. ex.", "«\u00a0", "»"),
            *(
                FAMILY,
                "👍🏽",
                "🇫🇷🇫🇷",
                "1\ufe0f\u20e3",
                "❤\ufe0f",
                "\n\n",
                "\r\n",
                "\u00a0",
                "…",
                "?!",
            ),
        ]
    ),
)
TEXTS = st.builds(
    "".join, st.lists(st.builds("".join, st.tuples(WORDS, st.sampled_from(["", " "]))), max_size=25)
)


def pieces_of(text: str, traits: Traits, numbered: bool = False) -> Pieces:
    try:
        return split(text, traits, numbered=numbered)
    except Refused:
        # A link or a sign longer than a part.
        reject()


@pytest.mark.parametrize("traits", EVERY)
@settings(max_examples=50)
@given(text=TEXTS, numbered=st.booleans())
@example(text=" " * 50, numbered=False)
@example(text="\u00a0" * 90, numbered=True)
def test_splitting_loses_nothing(traits: Traits, text: str, numbered: bool) -> None:
    pieces = pieces_of(text, traits, numbered)
    assert pieces.joined() == text
    assert "".join(pieces.gaps).strip() == ""


@pytest.mark.parametrize("traits", EVERY)
@settings(max_examples=50)
@given(text=TEXTS, numbered=st.booleans())
def test_every_part_fits_and_says_something(traits: Traits, text: str, numbered: bool) -> None:
    pieces = pieces_of(text, traits, numbered)
    assert all(count(part, traits).fits for part in pieces.parts)
    assert len(pieces.parts) == 1 or all(part.strip() for part in pieces.texts)


@given(text=TEXTS)
def test_no_grapheme_link_or_mention_is_cut(text: str) -> None:
    pieces = pieces_of(text, X)
    cuts = cuts_of(pieces)
    edges = {match.start() for match in regex.finditer(r"\X", text)} | {0, len(text)}
    assert cuts <= edges
    for span in find_links(text) + find_shortened_links(text):
        assert not any(span.start < cut < span.end for cut in cuts)
    for span in find_mentions(text):
        longer_than_a_part = not count(text[span.start : span.end], X).fits
        assert longer_than_a_part or not any(span.start < cut < span.end for cut in cuts)


def cuts_of(pieces: Pieces) -> set[int]:
    cuts, position = set(), len(pieces.gaps[0])
    for text, gap in zip(pieces.texts, pieces.gaps[1:], strict=True):
        cuts |= {position, position + len(text)}
        position += len(text) + len(gap)
    return cuts
