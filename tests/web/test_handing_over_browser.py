"""Handing over in a real Chromium: nothing goes out without what was still on its way, and the
page offers nothing that cannot be done any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from tests.cast import connect, draft, picture, scheduled
from tests.web.browsing import at_the_desk, chromium, desk, visiting
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The square reopens on Saturday."
PICTURE: dict[str, Any] = {"name": "stalls.png", "mimeType": "image/png"}


def composing(desk: BrowserContext) -> Page:
    page = desk.new_page()
    page.goto("/write/")
    page.get_by_label("What you want to say").fill(TEXT)
    expect(page.locator("#state [data-said]")).to_have_text("Draft kept")
    page.get_by_label("Date").fill("2099-04-22")
    page.get_by_label("Time", exact=True).fill("08:30")
    return page


def held_back(page: Page, address: str) -> list[Route]:
    """Requests to this address wait in the list until the test lets them go."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))
    return waiting


def until(page: Page, holds: Callable[[], object]) -> None:
    for _ in range(200):
        if holds():
            return
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    raise AssertionError("it never came to that")


def test_a_picture_still_on_its_way_goes_out_with_the_post(
    desk: BrowserContext, ponts: Account
) -> None:
    page = composing(desk)
    waiting = held_back(page, "**/media/")
    page.locator("#picker").set_input_files([{**PICTURE, "buffer": picture().getvalue()}])
    until(page, lambda: waiting)
    page.get_by_role("button", name="Schedule").click()
    assert not Delivery.objects.exists()
    waiting[0].continue_()
    page.wait_for_url("**/posts/*/")
    assert Delivery.objects.get().post.used_media.count() == 1


def test_a_picture_that_did_not_arrive_stops_what_waited_for_it(
    desk: BrowserContext, ponts: Account
) -> None:
    page = composing(desk)
    waiting = held_back(page, "**/media/")
    page.locator("#picker").set_input_files([{**PICTURE, "buffer": b"Only a text."}])
    until(page, lambda: waiting)
    page.get_by_role("button", name="Schedule").click()
    waiting[0].continue_()
    expect(page.locator("#arriving")).to_contain_text("no picture")
    expect(page.locator("#arriving")).to_be_in_viewport()
    assert not Delivery.objects.exists()


def test_who_is_signed_out_stays_beside_the_text_when_scheduling(
    desk: BrowserContext, ponts: Account
) -> None:
    page = composing(desk)
    address = page.url
    desk.clear_cookies(name="sessionid")
    page.get_by_label("What you want to say").fill("Typed while signed out")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator("#state")).to_contain_text("you are signed out")
    expect(page.locator("#state")).to_be_in_viewport()
    expect(page.get_by_label("What you want to say")).to_have_value("Typed while signed out")
    assert page.url == address
    assert Post.objects.get().text == TEXT


def test_the_page_stops_offering_to_take_back_what_has_left(
    desk: BrowserContext, ponts: Account
) -> None:
    delivery = scheduled(ponts, in_=timedelta(seconds=60))
    page = desk.new_page()
    page.goto(f"/posts/{delivery.post_id}/")
    take_back = page.get_by_role("button", name="Take back and edit")
    expect(take_back).to_be_visible()
    Delivery.objects.update(state=State.SENDING)
    expect(take_back).to_be_hidden()
    expect(page.get_by_text("Move to another time")).to_be_hidden()
    expect(page.get_by_role("button", name="Duplicate")).to_be_visible()


def test_a_text_written_from_right_to_left_is_shown_so(
    desk: BrowserContext, ponts: Account
) -> None:
    page = composing(desk)
    page.get_by_label("What you want to say").fill("الساحة تُفتح يوم السبت")
    preview = page.locator(".preview .text")
    expect(preview).to_contain_text("الساحة")
    for shown in (page.locator("#text"), preview):
        expect(shown).to_have_css("direction", "rtl")


def test_correcting_begins_at_the_first_wrong_field(
    chromium: Browser, running_desk: RunningDesk
) -> None:
    with visiting(chromium, running_desk) as nobody:
        page = nobody.new_page()
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill("alice@example.org")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".errorlist")).to_be_visible()
        expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_long_handles_and_words_stay_within_a_telephone(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace
) -> None:
    account = connect(workspace, handle="a-very-long-handle-of-a-bookshop.social.example.org" * 2)
    post = scheduled(account, text="averylongwordwithoutanyspace" * 10).post_id
    draft_of_it = draft(account, text="averylongwordwithoutanyspace" * 10).pk
    with at_the_desk(chromium, running_desk, viewport={"width": 360, "height": 740}) as desk:
        page = desk.new_page()
        for address in (f"/posts/{post}/", f"/write/{draft_of_it}/", "/write/"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") == 360
