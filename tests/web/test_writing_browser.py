"""Writing in a real Chromium: by keyboard alone, with what helps, and while the desk is away."""

from datetime import time

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.models import Post, Snippet
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.people.models import User
from parvis.schedule.models import Slot
from tests.cast import draft
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk, serving

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The square reopens on Saturday."


def opened(desk: BrowserContext, address: str = "/write/") -> Page:
    page = desk.new_page()
    page.goto(address)
    expect(page.locator("#compose.scripted")).to_be_visible()
    return page


def text_of(page: Page) -> str:
    return page.get_by_label("What you want to say").input_value()


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """As a person without a pointer does: as often as it takes."""
    for _ in range(80):
        page.keyboard.press(key)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {key}")


def test_a_post_is_written_and_scheduled_by_keyboard_alone(
    desk: BrowserContext, ponts: Account, ponts_mastodon: Account
) -> None:
    page = opened(desk)
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type(TEXT)
    tab_to(page, f"[name=account][value='{ponts_mastodon.pk}']", "Shift+Tab")
    page.keyboard.press("Space")
    tab_to(page, "[name=date]")
    page.keyboard.type("02022099")  # whichever of month and day the field takes first
    tab_to(page, "[name=time]")
    page.keyboard.type("0830AM")  # the letters count only where the field has a place for them
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/posts/*/")
    delivery = Delivery.objects.get()
    assert (delivery.account, delivery.parts[0]["text"]) == (ponts_mastodon, TEXT)
    assert delivery.due_at.year == 2099


def test_control_enter_without_a_time_takes_the_next_free_slot(
    desk: BrowserContext, ponts: Account
) -> None:
    for weekday in range(7):
        Slot.objects.create(account=ponts, weekday=weekday, time=time(9, 37))
    page = opened(desk)
    page.keyboard.type(TEXT)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/posts/*/")
    due_at = Delivery.objects.get().due_at.astimezone(ponts.workspace.zone)
    assert (due_at.hour, due_at.minute) == (9, 37)


def test_control_s_keeps_at_once_and_says_so(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("There is nothing to keep yet.")
    page.keyboard.type(TEXT)
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("Draft kept")
    assert Post.objects.get().text == TEXT


def test_the_keys_of_the_composer_are_shown_by_a_button(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.locator("#compose").get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog")).to_contain_text("Keep the draft now")
    expect(page.get_by_role("dialog")).to_contain_text("next free slot")


def test_an_emoji_is_found_by_its_name_and_put_in_at_the_cursor(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk)
    page.keyboard.type("Many  here")
    for _ in " here":
        page.keyboard.press("ArrowLeft")
    tab_to(page, "#open-emoji")
    page.keyboard.press("Enter")
    page.keyboard.type("books")
    expect(page.get_by_role("button", name="books", exact=True)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Many 📚 here")
    expect(page.locator("#text")).to_be_focused()


def test_a_hashtag_is_completed_by_keyboard(desk: BrowserContext, ponts: Account) -> None:
    draft(ponts, text="#SpringFair")
    page = opened(desk)
    page.keyboard.type("Come #spr")
    expect(page.get_by_role("option", name="#SpringFair")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#completions [aria-selected=true]")).to_have_text("#SpringFair")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Come #SpringFair ")


def test_completions_leave_the_enter_key_to_the_text_until_one_is_chosen(
    desk: BrowserContext, ponts: Account
) -> None:
    draft(ponts, text="@bob.example.org")
    page = opened(desk)
    page.keyboard.type("@bo")
    expect(page.get_by_role("option", name="@bob.example.org")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("@bo\n")
    expect(page.locator("#completions")).to_be_hidden()


def test_a_snippet_is_put_in_at_the_cursor(desk: BrowserContext, ponts: Account) -> None:
    Snippet.objects.create(workspace=ponts.workspace, name="Hours", text="9 to 5")
    page = opened(desk)
    page.keyboard.type("Open  daily")
    for _ in " daily":
        page.keyboard.press("ArrowLeft")
    page.get_by_label("Snippet", exact=True).select_option(label="Hours")
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator("#text")).to_have_value("Open 9 to 5 daily")


def test_choosing_a_snippet_without_writing_makes_no_draft(
    desk: BrowserContext, ponts: Account
) -> None:
    Snippet.objects.create(workspace=ponts.workspace, name="Hours", text="9 to 5")
    page = opened(desk)
    page.get_by_label("Snippet", exact=True).select_option(label="Hours")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("There is nothing to keep yet.")
    assert not Post.objects.exists()


def test_previews_follow_what_is_added_to_links(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk)
    page.keyboard.type("https://ponts.example/")
    page.get_by_text("What is added to links (UTM)").click()
    page.get_by_label("Source").fill("shop")
    expect(page.locator("#previews .link")).to_have_text("ponts.example?utm_source=s...")


def test_a_desk_that_goes_away_while_typing_costs_no_word(
    chromium: Browser, transactional_db: None, alice: User, ponts: Account
) -> None:
    session = signed_in(alice)
    with serving() as port:
        running = RunningDesk(f"http://127.0.0.1:{port}", session)
        context = at_the_desk(chromium, running)
        page = opened(context)
        page.keyboard.type("Typed before. ")
        expect(page.locator("#state")).to_contain_text("Draft kept")
    page.keyboard.type("Typed while it was away.")
    expect(page.locator("#state")).to_contain_text("Your text is safe in this browser")
    assert "away" not in Post.objects.get().text
    with serving(port):
        wait_until(
            lambda: Post.objects.get().text == "Typed before. Typed while it was away.",
            30,
            "what was typed while the desk was away",
        )
        expect(page.locator("#state")).to_contain_text("Draft kept")
        context.close()


def signed_in(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value
