"""What a network cannot carry is refused with a reason that says so, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from parvis.networks.errors import Refused
from parvis.networks.fit import misfits, refuse_misfit
from parvis.networks.part import GIF, MediaFile, Part, Poll
from parvis.networks.traits import (
    Counting,
    Following,
    Format,
    PollTraits,
    ReplySetting,
    Traits,
    VideoTraits,
    Visibility,
)

MEGABYTE = 1_000_000
TRAITS = Traits(
    text_limit=100,
    hashtag_limit=2,
    mention_limit=1,
    cashtag_limit=1,
    link_limit=2,
    image_limit=4,
    image_bytes_limit=5 * MEGABYTE,
    image_pixels_limit=4_000_000,
    image_types=("image/jpeg", "image/png"),
    image_narrowest=0.8,
    image_widest=1.91,
    animation_bytes_limit=15 * MEGABYTE,
    animation_alone=True,
    alt_limit=20,
    video=VideoTraits(
        limit=2,
        bytes_limit=100 * MEGABYTE,
        pixels_limit=1_000_000,
        types=("video/mp4",),
        shortest_seconds=3,
        longest_seconds=140,
        alt_limit=10,
    ),
    poll=PollTraits(
        most_options=4,
        option_limit=25,
        shortest_minutes=5,
        longest_minutes=10_080,
        minutes=(60, 1_440, 20_000),
    ),
    formats=(Format.POST, Format.REEL, Format.STORY),
    visibilities=(Visibility.PUBLIC, Visibility.CONNECTIONS),
    reply_settings=(ReplySetting.EVERYONE, ReplySetting.MENTIONED),
    comment_limit=30,
)
PICTURE = MediaFile(
    path=Path("window.jpg"), media_type="image/jpeg", size=MEGABYTE, width=800, height=800, alt="Hi"
)
MOVING = replace(PICTURE, path=Path("cat.gif"), media_type=GIF, is_animated=True)
FILM = replace(PICTURE, path=Path("reading.mp4"), media_type="video/mp4", seconds=30.0)
POLL = Poll(options=("Essays", "Novels"), minutes=60)
SAID = Part(text="Ce soir")


def codes(part: Part, traits: Traits = TRAITS) -> list[str]:
    return [refusal.code for refusal in misfits(part, traits, "Ponts")]


def with_media(*media: MediaFile) -> Part:
    return replace(SAID, media=media)


@pytest.mark.parametrize(
    "part",
    [
        SAID,
        Part(text="x" * 100),
        Part(text="", media=(PICTURE,)),
        with_media(PICTURE, PICTURE, PICTURE, PICTURE),
        with_media(MOVING),
        with_media(FILM, FILM),
        with_media(replace(FILM, seconds=None)),
        replace(SAID, poll=POLL),
        replace(SAID, poll=Poll(options=("a", "b", "c", "x" * 25), minutes=1_440)),
        replace(SAID, visibility=Visibility.CONNECTIONS, reply_setting=ReplySetting.MENTIONED),
        replace(with_media(FILM), format=Format.REEL),
        Part(text="", media=(replace(PICTURE, height=1_400),), format=Format.STORY),
        Part(text="Ici !", is_comment=True),
        Part(text="#a #b @alice $ABC"),
    ],
)
def test_what_fits_is_let_through(part: Part) -> None:
    assert codes(part) == []
    refuse_misfit(part, TRAITS, "Ponts")


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (Part(text=" \n"), "empty"),
        (Part(text="x" * 101), "too-long"),
        (Part(text="#a #b #c"), "too-many-hashtags"),
        (Part(text="(#a)#b https://example.org/#c"), "too-many-hashtags"),
        (Part(text="@alice @bob"), "too-many-mentions"),
        (Part(text="$ABC $DEF"), "too-many-cashtags"),
        (Part(text="https://a.fr http://a.fr/b www.c.fr"), "too-many-links"),
        (replace(SAID, content_warning="Books"), "no-content-warning"),
        (replace(SAID, visibility=Visibility.MENTIONED), "no-visibility"),
        (replace(SAID, reply_setting=ReplySetting.NOBODY), "no-reply-setting"),
        (with_media(*[PICTURE] * 5), "too-many-images"),
        (with_media(replace(PICTURE, media_type="image/webp")), "image-type"),
        (with_media(replace(PICTURE, size=5 * MEGABYTE + 1)), "image-too-large"),
        (with_media(replace(PICTURE, width=2_100, height=2_000)), "image-too-wide"),
        (with_media(replace(PICTURE, width=639)), "image-shape"),
        (with_media(replace(PICTURE, width=1_529)), "image-shape"),
        (with_media(replace(PICTURE, alt="x" * 21)), "alt-too-long"),
        (with_media(replace(MOVING, size=16 * MEGABYTE)), "animation-too-large"),
        (with_media(MOVING, PICTURE), "animation-alone"),
        (with_media(FILM, PICTURE), "video-beside-images"),
        (with_media(FILM, FILM, FILM), "too-many-videos"),
        (with_media(replace(FILM, media_type="video/webm")), "video-type"),
        (with_media(replace(FILM, size=101 * MEGABYTE)), "video-too-large"),
        (with_media(replace(FILM, width=1_300, height=800)), "video-too-wide"),
        (with_media(replace(FILM, seconds=2.9)), "video-too-short"),
        (with_media(replace(FILM, seconds=140.1)), "video-too-long"),
        (with_media(replace(FILM, alt="x" * 11)), "alt-too-long"),
        (replace(SAID, poll=replace(POLL, options=("One",))), "poll-options"),
        (replace(SAID, poll=replace(POLL, options=tuple("abcde"))), "poll-options"),
        (replace(SAID, poll=replace(POLL, options=("a", " "))), "poll-empty-option"),
        (replace(SAID, poll=replace(POLL, options=("a", "x" * 26))), "poll-option-too-long"),
        (replace(SAID, poll=replace(POLL, minutes=61)), "poll-minutes"),
        (replace(SAID, poll=replace(POLL, minutes=20_000)), "poll-minutes"),
        (replace(SAID, poll=replace(POLL, multiple_choice=True)), "poll-one-choice"),
        (replace(with_media(PICTURE), poll=POLL), "poll-with-media"),
        (replace(with_media(PICTURE), format=Format.REEL), "reel-needs-video"),
        (replace(with_media(FILM, FILM), format=Format.REEL), "reel-needs-video"),
        (Part(text="", media=(PICTURE, PICTURE), format=Format.STORY), "story-needs-one"),
        (replace(with_media(PICTURE), format=Format.STORY), "story-without-text"),
        (Part(text="x" * 31, is_comment=True), "too-long"),
    ],
)
def test_what_does_not_fit_is_refused_by_one_name(part: Part, code: str) -> None:
    assert codes(part) == [code]


@pytest.mark.parametrize(
    ("part", "lacking", "code"),
    [
        (SAID, {"posts_text_alone": False}, "needs-image"),
        (replace(SAID, text="é" * 60), {"text_bytes_limit": 110}, "too-many-bytes"),
        (replace(SAID, visibility=Visibility.CONNECTIONS), {"visibilities": ()}, "no-visibility"),
        (
            replace(SAID, reply_setting=ReplySetting.EVERYONE),
            {"reply_settings": ()},
            "no-reply-setting",
        ),
        (with_media(MOVING), {"animation_bytes_limit": 0}, "no-animation"),
        (with_media(MOVING), {"animation_bytes_limit": None}, "image-type"),
        (with_media(MOVING), {"animation_types": ("image/webp",)}, "no-animation"),
        (with_media(PICTURE), {"alt_limit": 0}, "alt-not-taken"),
        (with_media(FILM), {"video": None}, "no-video"),
        (replace(SAID, poll=POLL), {"poll": None}, "no-poll"),
        (replace(with_media(FILM), format=Format.REEL), {"formats": (Format.POST,)}, "no-format"),
        (Part(text="Ici", is_comment=True), {"following": Following.NOTHING}, "no-comment"),
        (
            Part(text="Ici", media=(PICTURE,), is_comment=True),
            {"following": Following.COMMENT},
            "comment-text-alone",
        ),
    ],
)
def test_what_a_network_lacks_is_refused_by_one_name(
    part: Part, lacking: dict[str, object], code: str
) -> None:
    assert codes(part, replace(TRAITS, **lacking)) == [code]  # type: ignore[arg-type]


def test_a_video_may_stand_beside_images_where_the_network_has_that() -> None:
    assert TRAITS.video
    carousel = replace(TRAITS, video=replace(TRAITS.video, beside_images=True))
    assert codes(with_media(FILM, PICTURE, PICTURE, PICTURE), carousel) == []
    full = with_media(FILM, FILM, PICTURE, PICTURE, PICTURE)
    assert codes(full, carousel) == ["too-many-media"]


def test_a_comment_needs_no_image_where_a_post_does() -> None:
    strict = replace(TRAITS, posts_text_alone=False)
    assert codes(Part(text="Ici", is_comment=True), strict) == []


def test_public_needs_no_choice() -> None:
    assert (
        codes(replace(SAID, visibility=Visibility.PUBLIC), replace(TRAITS, visibilities=())) == []
    )


def test_the_same_link_counts_once() -> None:
    assert codes(Part(text="(https://a.fr), https://a.fr! https://a.fr www.b.fr")) == []


def test_a_film_of_any_size_goes_where_the_network_states_none() -> None:
    assert TRAITS.video
    lenient = replace(TRAITS, video=replace(TRAITS.video, pixels_limit=None))
    assert codes(with_media(replace(FILM, width=9_000, height=9_000)), lenient) == []


def test_an_option_is_counted_as_the_text_is() -> None:
    poll = replace(POLL, options=("本" * 13, "Novels"))
    weighted = replace(TRAITS, counting=Counting.WEIGHTED)
    assert codes(replace(SAID, poll=poll)) == []
    assert codes(replace(SAID, poll=poll), weighted) == ["poll-option-too-long"]


def test_a_question_that_is_shown_by_itself_has_a_limit_of_its_own() -> None:
    assert TRAITS.poll
    strict = replace(TRAITS, poll=replace(TRAITS.poll, question_limit=9))
    assert codes(Part(text="Que lire\nDites-nous tout.", poll=POLL), strict) == []
    assert codes(Part(text="Que lire ?\nDites-nous.", poll=POLL), strict) == ["poll-question"]


def test_every_misfit_is_told_with_the_number_of_the_file() -> None:
    part = with_media(PICTURE, replace(PICTURE, size=6 * MEGABYTE, alt="x" * 21))
    told = [(one.code, one.facts["number"]) for one in misfits(part, TRAITS, "Ponts")]
    assert told == [("image-too-large", 2), ("alt-too-long", 2)]


def test_the_first_misfit_is_raised_and_says_what_to_do() -> None:
    with pytest.raises(Refused) as refusal:
        refuse_misfit(replace(with_media(FILM, PICTURE), text="x" * 101), TRAITS, "Ponts")
    assert refusal.value.code == "too-long"
    assert refusal.value.facts == {"length": 101, "limit": 100}
    assert str(refusal.value) == (
        "The text has 101 characters of 100 that Ponts takes. Nothing was posted. "
        "Shorten it, or make it a thread."
    )
