"""Previews: what the readers of each network see, as far as it is known."""

from pathlib import Path

import pytest

from parvis.networks.bluesky import Bluesky
from parvis.networks.part import MediaFile, Part
from parvis.networks.registry import networks
from parvis.networks.showing import showing_of
from parvis.report.previews import Preview, previews_of

NETWORKS = networks()
LONG = "https://www.example.org/readings/spring-fair?day=saturday"


def seen(network: str, text: str, **part: object) -> Preview:
    traits = NETWORKS[network].usual_traits
    return previews_of([Part(text=text, **part)], network, traits)[0]  # type: ignore[arg-type]


def words(preview: Preview) -> dict[str, str]:
    return {piece.text: piece.kind for piece in preview.pieces if piece.kind}


def image(width: int = 400, height: int = 300) -> MediaFile:
    return MediaFile(
        path=Path("stalls"), media_type="image/jpeg", size=1, width=width, height=height, alt=""
    )


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ("mastodon", "example.org/readings/spring-fa…"),
        ("bluesky", "www.example.org/readings/spr..."),
        ("threads", LONG),
    ],
)
def test_a_link_is_shortened_where_it_is_known_how(network: str, shown: str) -> None:
    assert words(seen(network, f"See {LONG}")) == {shown: "link"}


def test_a_shortened_link_can_still_be_read_whole() -> None:
    link = seen("mastodon", LONG).pieces[0]
    assert link.whole == LONG


def test_links_in_a_caption_of_instagram_cannot_be_clicked() -> None:
    assert words(seen("instagram", f"{LONG} #books")) == {"#books": "hashtag"}


def test_x_takes_also_for_a_link_what_has_no_scheme() -> None:
    assert words(seen("x", "see ponts.com now")) == {"ponts.com": "link"}


def test_bluesky_folds_a_text_after_twenty_five_lines() -> None:
    text = "\n".join(str(number) for number in range(30))
    preview = seen("bluesky", text)
    assert preview.pieces[0].text.endswith("24")
    assert preview.rest[0].text.startswith("25")
    assert not preview.folds_roughly
    assert seen("threads", text).rest == []


def test_no_line_is_lost_by_folding() -> None:
    text = "\n".join(str(number) for number in range(26))
    preview = seen("bluesky", text)
    assert f"{preview.pieces[0].text}\n{preview.rest[0].text}" == text


WORDS = "one after the other " * 40


@pytest.mark.parametrize(
    ("network", "most"), [("instagram", 125), ("linkedin", 210), ("facebook", 477)]
)
def test_a_text_is_folded_about_where_it_was_measured_and_says_that_it_is_rough(
    network: str, most: int
) -> None:
    preview = seen(network, WORDS.strip())
    shown = preview.pieces[0].text
    assert most - 12 < len(shown) <= most
    assert f"{shown} {preview.rest[0].text}" == WORDS.strip()
    assert preview.folds_roughly


def test_instagram_shows_three_lines_of_a_caption() -> None:
    assert seen("instagram", "a\nb\nc\nd").pieces[0].text == "a\nb\nc"


def test_what_has_no_space_is_not_cut_in_two() -> None:
    assert seen("instagram", "書" * 200).rest == []


def test_a_comment_is_shown_whole() -> None:
    assert seen("linkedin", WORDS, is_comment=True).rest == []


def test_x_leaves_open_which_of_several_links_becomes_the_card() -> None:
    one, two = "https://example.org/", "https://example.com/"
    assert seen("x", f"{one} {one}").host == "example.org"
    assert seen("x", f"{one} {two}").host == ""
    assert seen("threads", f"{one} {two}").host == "example.org"


def test_only_facebook_is_asked_for_a_card() -> None:
    cards = {network: seen(network, LONG).card for network in ("facebook", "x", "bluesky")}
    assert cards == {"facebook": "asked for", "x": "made by the network", "bluesky": "none"}
    assert seen("facebook", LONG).host == "example.org"


def test_pictures_leave_no_place_for_a_card() -> None:
    assert seen("facebook", LONG, media=(image(),)).card == ""


def test_several_pictures_stand_as_the_network_crops_them() -> None:
    two = (image(), image())
    grids = {name: seen(name, "", media=two).grid for name in ("instagram", "bluesky", "linkedin")}
    assert grids == {"instagram": "as-the-first", "bluesky": "mosaic", "linkedin": "whole"}


def test_pictures_laid_out_by_guess_say_so_and_one_alone_does_not() -> None:
    two = (image(), image())
    rough = {name for name in NETWORKS if seen(name, "", media=two).grid_is_rough}
    assert rough == {"bluesky", "facebook", "linkedin", "threads", "x"}
    assert not seen("linkedin", "", media=(image(),)).grid_is_rough


def test_more_pictures_than_a_mosaic_holds_are_shown_whole() -> None:
    assert seen("mastodon", "", media=(image(),) * 5).grid == "whole"


def test_every_network_is_known_to_be_shown_somehow() -> None:
    unknown = showing_of("no such network")
    assert [name for name in NETWORKS if showing_of(name) == unknown] == []


def test_pieces_put_together_are_the_text() -> None:
    text = "Come @ponts.example.org #books https://ponts.example/"
    preview = previews_of([Part(text=text)], "bluesky", Bluesky.usual_traits)[0]
    assert "".join(piece.whole or piece.text for piece in preview.pieces) == text
