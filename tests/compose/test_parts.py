"""What one account says of a post, part by part."""

from dataclasses import replace
from pathlib import Path

from parvis.compose.content import Content, Said
from parvis.compose.parts import about_the_thread, parts_said
from parvis.networks.part import MediaFile, Part, Poll
from parvis.networks.traits import Following, Format, ReplySetting, Visibility
from tests.cast import BLUESKY_TRAITS

STALLS = MediaFile(
    path=Path("stalls"), media_type="image/jpeg", size=1000, width=40, height=30, alt="Stalls"
)
CAT = replace(STALLS, path=Path("cat"), alt="The cat of the shop")
COMMENTS = replace(BLUESKY_TRAITS, following=Following.COMMENT, text_limit=3000)
LONG = "The square reopens on Saturday. " * 20


def said(content: Content, traits=BLUESKY_TRAITS, said=Said(), placed=()) -> tuple[Part, ...]:  # noqa: B008
    return parts_said(content, said, placed, traits)


def texts(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts]


def test_a_post_of_one_text_is_one_part() -> None:
    assert texts(said(Content(text="The square"))) == ["The square"]


def test_each_text_of_a_thread_is_a_part_with_its_own_pictures() -> None:
    content = Content(text="One", thread=("Two", "Three"))
    parts = said(content, placed=[(0, STALLS), (2, CAT)])
    assert texts(parts) == ["One", "Two", "Three"]
    assert [part.media for part in parts] == [(STALLS,), (), (CAT,)]


def test_an_empty_text_in_a_thread_is_no_part() -> None:
    assert texts(said(Content(text="One", thread=(" ", "Three")))) == ["One", "Three"]


def test_a_picture_alone_is_a_part() -> None:
    parts = said(Content(text="One", thread=("",)), placed=[(1, CAT)])
    assert [part.media for part in parts] == [(), (CAT,)]


def test_nothing_at_all_is_still_one_part_to_be_refused() -> None:
    assert texts(said(Content())) == [""]


def test_where_there_are_no_threads_the_texts_stand_in_one_post_with_all_pictures() -> None:
    content = Content(text="One", thread=("Two",))
    (part,) = said(content, COMMENTS, placed=[(0, STALLS), (1, CAT)])
    assert (part.text, part.media) == ("One\n\nTwo", (STALLS, CAT))


def test_an_account_with_a_text_of_its_own_says_that_alone() -> None:
    content = Content(text="One", thread=("Two",))
    (part,) = said(content, said=Said(text="Otherwise"), placed=[(1, CAT)])
    assert (part.text, part.media) == ("Otherwise", (CAT,))


def test_a_text_that_is_too_long_goes_on_when_that_was_asked_for() -> None:
    whole = said(Content(text=LONG))
    parts = said(Content(text=LONG, splits=True), placed=[(0, STALLS)])
    assert texts(whole) == [LONG]
    assert " ".join(texts(parts)).split() == LONG.split()
    assert all(len(part.text) <= 300 for part in parts)
    assert [bool(part.media) for part in parts] == [True, *[False] * (len(parts) - 1)]


def test_a_text_that_fits_is_not_cut() -> None:
    assert texts(said(Content(text=LONG, splits=True), COMMENTS)) == [LONG]


def test_a_link_longer_than_a_part_stays_whole_and_is_found_too_long() -> None:
    link = "https://ponts.example/" + "a" * 400
    assert texts(said(Content(text=link, splits=True))) == [link]


def test_a_first_comment_comes_last_and_is_marked() -> None:
    content = Content(text="One", thread=("Two",), first_comment="More: ponts.example")
    assert [part.is_comment for part in said(content)] == [False, False, True]
    assert texts(said(content, COMMENTS)) == ["One\n\nTwo", "More: ponts.example"]


def test_a_comment_below_a_post_has_neither_warning_nor_visibility_of_its_own() -> None:
    content = Content(
        text="One", first_comment="More", content_warning="paper", visibility="unlisted"
    )
    comment = said(content, COMMENTS)[-1]
    assert (comment.content_warning, comment.visibility) == ("", None)


def test_poll_reply_setting_and_format_belong_to_the_first_part() -> None:
    poll = Poll(options=("Yes", "No"), minutes=60)
    first, second = said(
        Content(text="One", thread=("Two",), poll=poll),
        said=Said(reply_setting="followed", format="reel"),
    )
    assert (first.poll, first.reply_setting, first.format) == (
        poll,
        ReplySetting.FOLLOWED,
        Format.REEL,
    )
    assert (second.poll, second.reply_setting, second.format) == (None, None, Format.POST)


def test_an_account_may_be_seen_by_others_than_the_post_says() -> None:
    content = Content(text="One", visibility="public")
    (usual,) = said(content)
    (quiet,) = said(content, said=Said(visibility="unlisted"))
    assert (usual.visibility, quiet.visibility) == (Visibility.PUBLIC, Visibility.UNLISTED)


def told_of(content: Content, traits=BLUESKY_TRAITS, said=Said()) -> list[tuple[str, dict]]:  # noqa: B008
    return [(told.code, told.facts) for told in about_the_thread(content, said, traits)]


def test_that_parts_are_joined_is_told_where_there_are_no_threads() -> None:
    content = Content(text="One", thread=("Two", " "))
    assert told_of(content) == []
    assert told_of(content, COMMENTS) == [("joined-here", {"count": 2})]
    assert told_of(Content(text="One", thread=(" ",)), COMMENTS) == []


def test_that_a_thread_is_left_out_is_told_to_an_account_with_a_text_of_its_own() -> None:
    own = Said(text="Otherwise")
    assert told_of(Content(text="One", thread=("Two",)), said=own) == [("thread-left-out", {})]
    assert told_of(Content(text="One", thread=("",)), said=own) == []
