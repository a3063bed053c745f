"""Threads and polls in a real Chromium: with scripts and without, and after a lost connection."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.content import Content, content_of
from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.networks.part import Poll
from tests.cast import draft
from tests.compose.films import film
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk
from tests.web.test_compose_browser import (
    TEXT,
    desk_without_scripts,
    drawn,
    kept,
    opened,
)

__all__ = ["chromium", "desk", "desk_without_scripts", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def content() -> Content:
    """What is kept; nothing as long as there is no draft."""
    post = Post.objects.first()
    return content_of(post) if post else Content()


def kept_as(wanted: Content) -> None:
    """Waits for what is kept but for language and time."""

    def is_kept() -> bool:
        found = content()
        return (found.text, found.thread, found.poll) == (wanted.text, wanted.thread, wanted.poll)

    wait_until(is_kept, 60, f"{wanted} in the database")


def part(page: Page, number: int) -> object:
    return page.get_by_label(f"Part {number}", exact=True)


def test_parts_are_added_moved_and_removed_while_they_are_typed(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").fill("One")
    for number, text in ((2, "Two"), (3, "Three")):
        page.get_by_role("button", name="Add a part").click()
        expect(part(page, number)).to_be_focused()
        part(page, number).fill(text)
    kept_as(Content(text="One", thread=("Two", "Three")))
    page.locator("[value=part-up-1]").click()
    kept_as(Content(text="Two", thread=("One", "Three")))
    page.locator("[value=part-remove-1]").click()
    kept_as(Content(text="Two", thread=("Three",)))
    expect(part(page, 3)).to_have_count(0)
    assert Post.objects.count() == 1


def test_counters_and_previews_follow_the_parts(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").fill(TEXT)
    page.get_by_role("button", name="Add a part").click()
    part(page, 2).fill("a" * 305)
    expect(page.locator("#part-count-1")).to_have_text("305 of 300 (Bluesky)")
    expect(page.locator("#part-count-0")).to_have_text("31 of 300 (Bluesky)")
    expect(page.locator(f"#found-{ponts.pk}")).to_contain_text("Part 2: 5 characters too many")
    expect(page.locator("#previews [data-part]")).to_have_count(2)
    page.get_by_label("Go on as a thread where it is too long").check()
    expect(page.locator("#previews [data-part]")).to_have_count(3)
    expect(page.locator(f"#found-{ponts.pk}")).to_contain_text("fits · 3 parts")


def test_a_picture_is_given_to_a_part(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("Add pictures").set_input_files(drawn())
    expect(page.locator(".shot")).to_have_count(1)
    expect(page.locator("[name=media_part]")).to_be_hidden()
    page.get_by_role("button", name="Add a part").click()
    part(page, 2).fill("Two")
    page.locator("[name=media_part]").select_option("1")
    wait_until(lambda: [used.part for used in content().media] == [1], 60, "the part")
    page.get_by_label("Add pictures").set_input_files(drawn("red"))
    expect(page.locator("[name=media_part]").last).to_be_visible()


def test_a_video_is_added_played_and_described(
    desk: BrowserContext, ponts: Account, tmp_path: Path
) -> None:
    page = opened(desk)
    page.get_by_label("Add pictures or videos").set_input_files(film(tmp_path / "square.mp4"))
    shown = page.locator(".shot video")
    expect(shown).to_have_js_property("duration", 2)
    expect(page.locator(".shot")).to_contain_text("0:02 · 16:9")
    page.get_by_label("Description for those who cannot see or hear it").fill("The band")
    kept(page)
    wait_until(lambda: [used.alt for used in content().media] == ["The band"], 60, "the video")
    expect(page.locator("#previews video")).to_have_count(1)


def test_a_poll_is_made_filled_in_and_taken_out(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.get_by_label("What you want to say").fill(TEXT)
    page.get_by_role("button", name="Add a poll").click()
    expect(page.get_by_label("Option 1", exact=True)).to_be_focused()
    page.get_by_role("button", name="Add an option").click()
    for number, option in enumerate(("Yes", "Perhaps", "No"), start=1):
        page.get_by_label(f"Option {number}", exact=True).fill(option)
    page.get_by_label("Open for").select_option("720")
    page.get_by_label("people may choose several").check()
    page.get_by_role("button", name="Remove option 2").click()
    asked = Poll(options=("Yes", "No"), minutes=720, multiple_choice=True)
    kept_as(Content(text=TEXT, poll=asked))
    page.reload()
    expect(page.get_by_label("Option 2", exact=True)).to_have_value("No")
    page.get_by_role("button", name="Remove the poll").click()
    kept_as(Content(text=TEXT))
    expect(page.get_by_role("button", name="Add a poll")).to_be_visible()


def test_what_a_lost_connection_kept_in_the_browser_is_put_back_whole(
    desk: BrowserContext, ponts: Account
) -> None:
    post = draft(ponts, text=TEXT, thread=("Two", "Three"))
    page = opened(desk, f"/write/{post.pk}/")
    desk.set_offline(True)
    page.locator("[value=part-remove-2]").click()
    part(page, 2).fill("Typed in a tunnel")
    page.get_by_role("button", name="Add a poll").click()
    page.get_by_label("Option 2", exact=True).fill("No")
    page.get_by_text("First comment").click()
    page.get_by_label("Said below the post").fill("And out again")
    expect(page.locator("#state")).to_contain_text("Not kept: no connection.")
    page.close()
    desk.set_offline(False)
    assert content().thread == ("Two", "Three")
    again = opened(desk, f"/write/{post.pk}/")
    again.get_by_role("button", name="Put it back").click()
    poll = Poll(options=("", "No"), minutes=1440)
    kept_as(Content(text=TEXT, thread=("Typed in a tunnel",), poll=poll))
    assert content().first_comment == "And out again"


def test_threads_and_polls_work_without_scripts(
    desk_without_scripts: BrowserContext, ponts_mastodon: Account
) -> None:
    page = opened(desk_without_scripts)
    page.get_by_label("What you want to say").fill("One")
    page.get_by_role("button", name="Add a part").click()
    part(page, 2).fill("Two")
    page.get_by_role("button", name="Add a poll").click()
    page.get_by_label("Option 1", exact=True).fill("Yes")
    page.get_by_label("Option 2", exact=True).fill("No")
    page.locator("[value=part-up-1]").click()
    poll = Poll(options=("Yes", "No"), minutes=1440)
    kept_as(Content(text="Two", thread=("One",), poll=poll))
    expect(page.locator("#part-count-1")).to_have_text("3 of 500 (Mastodon)")


@pytest.mark.parametrize("width", [360, 1280])
def test_threads_and_polls_fit_on_a_screen(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, width: int
) -> None:
    poll = Poll(options=("parvis" * 20, "No"), minutes=95, multiple_choice=True)
    long = draft(ponts, text=TEXT, thread=("parvis" * 60, ""), poll=poll, first_comment="More")
    with at_the_desk(chromium, running_desk, viewport={"width": width, "height": 800}) as desk:
        page = opened(desk, f"/write/{long.pk}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("[data-account]")).to_be_visible()
