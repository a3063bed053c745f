"""The frame in a real Chromium: its keys, its appearance, its menu, and the countdown."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.connections.models import Account
from parvis.people.models import Theme, User
from tests.cast import scheduled
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk
from tests.web.test_desk_browser import TELEPHONE, opened

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("key", "address"), [("p", "/posts/"), ("a", "/accounts/"), ("s", "/settings/")]
)
def test_g_and_a_letter_lead_to_a_page(
    desk: BrowserContext, ponts: Account, key: str, address: str
) -> None:
    page = opened(desk, "/")
    page.keyboard.press("g")
    page.keyboard.press(key)
    page.wait_for_url(f"**{address}")


def test_a_question_mark_shows_every_key(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk, "/posts/")
    keys = asked_for_keys(page)
    for name in ("Write", "Today", "Posts", "Accounts", "Settings"):
        expect(keys.get_by_text(name, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_keys_can_be_switched_off_and_on_again(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk, "/posts/")
    switch = asked_for_keys(page).get_by_role("checkbox")
    switch.uncheck()
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#keyboard")).to_be_hidden()
    assert page.url.endswith("/posts/")
    page.get_by_role("button", name="Keyboard").click()
    switch.check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/write/")


def test_the_settings_show_the_keys_and_switch_them_off(
    desk: BrowserContext, ponts: Account
) -> None:
    page = opened(desk, "/settings/")
    page.get_by_role("button", name="Show all keys").click()
    keys = page.locator("#keyboard")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("main").get_by_label("Single letters work").uncheck()
    expect(keys.locator("[data-single-keys]")).not_to_be_checked()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_the_appearance_changes_at_once_and_stays(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk, "/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    wait_until(lambda: User.objects.get().theme == Theme.DARK, 60, "the choice")
    page.reload()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_telephone_reaches_every_page_and_the_appearance_without_scripts(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    with at_the_desk(chromium, running_desk, viewport=TELEPHONE, java_script_enabled=False) as desk:
        page = opened(desk, "/")
        expect(page.get_by_role("link", name="Settings")).to_be_hidden()
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="More").click()
        page.get_by_role("link", name="Settings").click()
        page.wait_for_url("**/settings/**")


def test_what_goes_out_next_is_counted_down_to(desk: BrowserContext, ponts: Account) -> None:
    scheduled(ponts, in_=timedelta(hours=2, minutes=30))
    countdown = opened(desk, "/").locator(".countdown")
    expect(countdown).to_have_text(re.compile(r"^In 2 hrs? (29|30) mins?$"))


def test_what_becomes_due_while_one_looks_goes_out_now(
    desk: BrowserContext, ponts: Account
) -> None:
    scheduled(ponts, in_=timedelta(hours=1))
    page = desk.new_page()
    page.clock.install()
    page.goto("/")
    page.clock.fast_forward("01:00:05")
    expect(page.locator(".countdown")).to_have_text("Now")


def test_what_is_due_is_under_way(desk: BrowserContext, ponts: Account) -> None:
    scheduled(ponts)
    under_way = opened(desk, "/").get_by_role("region", name="Under way")
    expect(under_way).to_contain_text("The square reopens on Saturday.")


def asked_for_keys(page: Page):
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_be_visible()
    return keys
