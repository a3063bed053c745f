"""Threads, polls, comments and what each account does in its own way, by plain forms."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from parvis.compose.content import Content, Said, UsedMedia, content_of
from parvis.compose.models import Media, Post, Version
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.networks.part import Poll
from parvis.networks.traits import Following, Format
from parvis.people.models import User
from tests.cast import draft, kept_picture
from tests.web.test_compose import BY_SCRIPT, HERE, TEXT, THERE, form, said, tomorrow

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(ponts: Account, alice: User) -> Post:
    return start_draft(ponts.workspace, alice, Content(text=TEXT, language="en"))


@pytest.fixture
def unthreaded(ponts: Account) -> Account:
    return with_traits(ponts, following=Following.COMMENT, comment_limit=20)


def with_traits(account: Account, **traits: Any) -> Account:
    account.stored_traits = replace(account.traits, **traits).to_json()
    account.save()
    return account


def kept(desk: Client, post: Post | None, *accounts: Account, **fields: Any) -> Content:
    desk.post("/write/keep/", form(post, *accounts, **fields))
    return content_of(Post.objects.get())


def page_of(desk: Client, post: Post) -> str:
    return said(desk.get(f"/write/{post.pk}/"))


# A thread


def test_each_part_of_a_thread_is_kept_in_its_order(desk: Client, post: Post) -> None:
    content = kept(desk, post, thread=["Come early.", "", "Bring\r\nboots."], splits="yes")
    assert content.thread == ("Come early.", "", "Bring\nboots.")
    assert content.splits
    assert "Bring\nboots.</textarea>" in page_of(desk, post)


def test_adding_a_part_keeps_everything_and_gives_it_a_field(desk: Client, post: Post) -> None:
    content = kept(desk, post, thread=["Two"], arrange="part-add")
    assert (content.text, content.thread) == (TEXT, ("Two", ""))
    assert page_of(desk, post).count('name="thread"') == 3  # one waits in the template


def test_a_part_is_added_to_a_page_that_was_never_kept(desk: Client, ponts: Account) -> None:
    assert kept(desk, None, ponts, text="", arrange="part-add").thread == ("",)


def test_a_part_moved_forward_takes_its_pictures_along(desk: Client, post: Post) -> None:
    teal, red = (kept_picture(post.workspace, colour=colour).pk for colour in ("teal", "red"))
    pictures = {"media": [teal, red], "alt": ["", ""], "media_part": ["0", "1"]}
    content = kept(desk, post, thread=["Two"], arrange="part-up-1", **pictures)
    assert (content.text, content.thread) == ("Two", (TEXT,))
    assert {used.media_id: used.part for used in content.media} == {teal: 1, red: 0}


def test_a_part_can_be_moved_back(desk: Client, post: Post) -> None:
    assert kept(desk, post, thread=["Two", "Three"], arrange="part-down-1").thread == (
        "Three",
        "Two",
    )


def test_pictures_of_a_removed_part_stay_with_the_one_before(desk: Client, post: Post) -> None:
    teal, red = (kept_picture(post.workspace, colour=colour).pk for colour in ("teal", "red"))
    pictures = {"media": [teal, red], "alt": ["A", "B"], "media_part": ["1", "2"]}
    content = kept(desk, post, thread=["Two", "Three"], arrange="part-remove-1", **pictures)
    assert content.thread == ("Three",)
    assert {used.media_id: used.part for used in content.media} == {teal: 0, red: 1}


def test_a_picture_of_a_part_that_is_not_there_stands_with_the_last(
    desk: Client, post: Post
) -> None:
    teal = kept_picture(post.workspace).pk
    content = kept(desk, post, thread=["Two"], media=[teal], alt=["Stalls"], media_part=["7"])
    assert content.media == (UsedMedia(media_id=teal, alt="Stalls", part=1),)


def test_each_part_has_its_own_counter(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    sent = form(None, ponts, ponts_mastodon, thread=["a" * 305, "Three"])
    found = said(desk.post("/write/findings/", sent))
    assert 'id="part-count-1" hx-swap-oob="true">305 of 300 (Bluesky)<' in found
    assert 'id="part-count-2" hx-swap-oob="true">5 of 300 (Bluesky)<' in found


def test_a_finding_names_the_part_that_it_is_about(desk: Client, ponts: Account) -> None:
    found = said(desk.post("/write/findings/", form(None, ponts, thread=["a" * 305])))
    assert "Part 2: 5 characters too many of 300." in found
    assert "2 parts · 305 of 300" in found


def test_previews_show_each_part_with_its_number(desk: Client, ponts: Account) -> None:
    found = said(desk.post("/write/findings/", form(None, ponts, thread=["Come early."])))
    assert "1 of 2" in found
    assert "2 of 2" in found


def test_a_text_too_long_is_previewed_as_the_thread_that_it_becomes(
    desk: Client, ponts: Account
) -> None:
    long = "The square reopens on Saturday. " * 12
    whole = said(desk.post("/write/findings/", form(None, ponts, text=long)))
    split = said(desk.post("/write/findings/", form(None, ponts, text=long, splits="yes")))
    assert "too many of 300" in whole
    assert "too many of 300" not in split
    assert "2 of 2" in split


def test_where_there_are_no_threads_it_is_told_that_the_parts_are_joined(
    desk: Client, unthreaded: Account
) -> None:
    found = said(desk.post("/write/findings/", form(None, unthreaded, thread=["Come early."])))
    assert "the 2 parts stand below each other in one post" in found
    assert f"{TEXT}\n\nCome early." in found


def test_an_account_with_a_text_of_its_own_is_told_to_leave_the_thread_out(
    desk: Client, ponts: Account
) -> None:
    own = {"differ": [ponts.pk], f"said-{ponts.pk}": "Short", "thread": ["Come early."]}
    found = said(desk.post("/write/findings/", form(None, ponts, **own)))
    assert "This account says its own text alone" in found


# A first comment


def test_a_first_comment_is_kept_shown_and_counted_by_itself(
    desk: Client, post: Post, unthreaded: Account
) -> None:
    content = kept(desk, post, unthreaded, first_comment="More on ponts.example/parvis")
    assert content.first_comment == "More on ponts.example/parvis"
    page = page_of(desk, post)
    assert '<details class="first-comment" open>' in page
    assert "First comment: 8 characters too many of 20." in page


# A poll


def test_adding_a_poll_gives_two_options_and_a_day(desk: Client, post: Post) -> None:
    content = kept(desk, post, arrange="poll-add")
    assert content.poll == Poll(options=("", ""), minutes=1440)
    assert "An option of the poll is empty." not in page_of(desk, post)  # no account is chosen


def test_what_is_typed_of_a_poll_is_kept(desk: Client, post: Post) -> None:
    asked = {"poll_option": ["Yes", "No", ""], "poll_minutes": "720", "poll_multiple": "yes"}
    content = kept(desk, post, **asked)
    assert content.poll == Poll(options=("Yes", "No", ""), minutes=720, multiple_choice=True)
    page = page_of(desk, post)
    assert '<option value="720" selected>12 hours</option>' in page


def test_a_duration_from_elsewhere_stays_as_it_is(desk: Client, post: Post) -> None:
    content = kept(desk, post, poll_option=["Yes", "No"], poll_minutes="95")
    assert content.poll is not None
    assert content.poll.minutes == 95
    assert '<option value="95" selected>95 minutes</option>' in page_of(desk, post)


def test_options_are_added_and_removed_and_so_is_the_poll(desk: Client, post: Post) -> None:
    asked = {"poll_option": ["Yes", "No"], "poll_minutes": "60"}
    more = kept(desk, post, arrange="option-add", **asked)
    assert more.poll is not None
    assert more.poll.options == ("Yes", "No", "")
    post.refresh_from_db()
    asked = {**asked, "poll_option": ["Yes", "No", "Perhaps"]}
    fewer = kept(desk, post, arrange="option-remove-1", **asked)
    assert fewer.poll is not None
    assert fewer.poll.options == ("Yes", "Perhaps")
    post.refresh_from_db()
    assert kept(desk, post, arrange="poll-remove", **asked).poll is None


def test_a_poll_is_told_where_there_is_none_and_previewed_where_there_is(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    asked = {"poll_option": ["Yes", "No"], "poll_minutes": "1440"}
    found = said(desk.post("/write/findings/", form(None, ponts, ponts_mastodon, **asked)))
    assert found.count("This network takes no poll from us.") == 1
    assert found.count('<li dir="auto">Yes</li>') == 1


# Account by account


def test_an_account_is_offered_what_its_network_can_alone(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    page = said(desk.get("/write/"))
    assert f'name="replies-{ponts.pk}"' in page
    assert f'name="replies-{ponts_mastodon.pk}"' not in page
    assert f'name="visibility-{ponts_mastodon.pk}"' in page
    assert f'name="format-{ponts.pk}"' not in page


def test_what_one_account_does_in_its_own_way_is_kept(
    desk: Client, post: Post, ponts: Account
) -> None:
    with_traits(ponts, formats=(Format.POST, Format.STORY))
    own = {f"replies-{ponts.pk}": "nobody", f"format-{ponts.pk}": "story"}
    content = kept(desk, post, ponts, **own, **{f"visibility-{ponts.pk}": "public"})
    assert content.said == {
        ponts.pk: Said(visibility="public", reply_setting="nobody", format="story")
    }
    page = page_of(desk, post)
    assert '<option value="nobody" selected>nobody</option>' in page
    assert '<option value="story" selected>story</option>' in page


def test_a_choice_that_is_not_offered_any_more_stays_visible(desk: Client, ponts: Account) -> None:
    post = draft(ponts, said={ponts.pk: Said(format="reel")})
    page = page_of(desk, post)
    assert '<option value="reel" selected>reel</option>' in page
    assert "This network cannot post this as “reel”." in page


# Media


def test_a_video_is_shown_to_be_played_and_asks_for_a_description(
    desk: Client, ponts: Account
) -> None:
    video = kept_video(ponts)
    post = draft(ponts, media=(UsedMedia(media_id=video.pk),))
    page = page_of(desk, post)
    assert '<video controls preload="metadata"' in page
    assert "1:05 · 16:9" in page
    assert "Description for those who cannot see or hear it" in page
    assert "Video 1 has no description" in page
    assert "media-src 'self'" in desk.get("/write/").headers["Content-Security-Policy"]


def kept_video(account: Account) -> Media:
    return Media.objects.create(
        workspace=account.workspace,
        sha256="f" * 64,
        name="square.mp4",
        media_type="video/mp4",
        size=1_000_000,
        width=1920,
        height=1080,
        seconds=65.0,
    )


def test_a_moving_picture_is_said_to_move(desk: Client, ponts: Account) -> None:
    moving = kept_picture(ponts.workspace)
    Media.objects.filter(pk=moving.pk).update(is_animated=True)
    post = draft(ponts, media=(UsedMedia(media_id=moving.pk),))
    assert "moving picture · 4:3" in page_of(desk, post)


# Two tabs


def test_all_of_it_is_told_and_kept_when_two_tabs_differ(desk: Client, post: Post) -> None:
    theirs = {"thread": ["Theirs goes on"], "first_comment": "Their comment"}
    mine = {"thread": ["Mine goes on"], "poll_option": ["Yes", "No"]}
    desk.post("/write/keep/", form(post, tab=THERE, **theirs))
    told = desk.post("/write/keep/", form(post, turn=1, **mine), headers=BY_SCRIPT)
    assert told.status_code == 409
    assert "Theirs goes on</blockquote>" in told.json()["changed"]
    assert "Their comment</blockquote>" in told.json()["changed"]
    version = Version.objects.get(tab=HERE)
    desk.post("/write/versions/use/", form(post, version=version.pk, **theirs))
    content = content_of(Post.objects.get())
    assert content.thread == ("Mine goes on",)
    assert content.poll is not None
    assert content.poll.options == ("Yes", "No")


def test_a_thread_that_is_handed_over_goes_out_as_it_was_previewed(
    desk: Client, post: Post, ponts: Account
) -> None:
    sent = form(post, ponts, thread=["Come early."], first_comment="And stay.", **tomorrow())
    assert desk.post("/write/schedule/", sent).status_code == 302
    delivery = Post.objects.get().deliveries.get()
    assert [part["text"] for part in delivery.parts] == [TEXT, "Come early.", "And stay."]
