"""The desk in a real Chromium: what scripts add, and what holds without them."""

from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User, Workspace
from tests.cast import PASSWORD, connect, scheduled
from tests.servers.mastodon import MastodonServer
from tests.web.browsing import at_the_desk, chromium, desk, visiting
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/posts/", "/accounts/", "/accounts/connect/bluesky/", "/settings/"]
TELEPHONE = {"width": 360, "height": 740}


def opened(desk: BrowserContext, address: str) -> Page:
    page = desk.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.on("console", lambda said: heard(page, said.type, said.text))
    page.goto(address)
    return page


def heard(page: Page, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        page.complaints.append(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_telephone_and_nothing_of_it_is_blocked(
    chromium: Browser,
    running_desk: RunningDesk,
    workspace: Workspace,
    address: str,
    scheme: Any,
) -> None:
    account = connect(workspace, handle="a-very-long-handle-of-a-bookshop.social.example.org")
    scheduled(account, text="averylongwordwithoutanyspace" * 10)
    Delivery.objects.update(state=State.UNKNOWN)
    User.objects.update(language="fr")
    with at_the_desk(chromium, running_desk, viewport=TELEPHONE, color_scheme=scheme) as desk:
        page = opened(desk, address)
        root = "document.documentElement"
        too_wide = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        cut_off = page.evaluate(
            "[...document.querySelectorAll('.rail > a')]"
            ".filter(a => a.getBoundingClientRect().right > innerWidth).length"
        )
        assert (too_wide, cut_off, page.complaints) == (0, 0, [])  # type: ignore[attr-defined]


def test_the_page_follows_a_delivery_until_it_is_published_and_then_rests(
    desk: BrowserContext, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.SENDING)
    page = opened(desk, f"/posts/{delivery.post_id}/")
    expect(page.locator("#deliveries")).to_contain_text("Being sent")
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    Delivery.objects.update(state=State.PUBLISHED, receipts=[receipt], settled_at=database_now())
    expect(page.get_by_role("link", name="Read it on Bluesky")).to_be_visible()
    expect(page.locator("#deliveries[hx-trigger]")).to_have_count(0)
    expect(page.get_by_role("status").last).to_have_text("Bluesky, ponts.example.org: published")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_decision_can_be_made_without_scripts(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.UNKNOWN)
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        page = opened(desk, "/")
        page.get_by_label("It is there, at this address:").fill("https://bsky.app/seen")
        page.get_by_role("button", name="It is there", exact=True).click()
        expect(page.get_by_text("Noted as published.")).to_be_visible()
    delivery.refresh_from_db()
    assert delivery.link == "https://bsky.app/seen"


def test_n_leads_to_writing_and_not_while_one_types(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk, "/accounts/connect/bluesky/")
    page.get_by_label("Handle").press("n")
    assert page.url.endswith("/accounts/connect/bluesky/")
    page.get_by_role("heading", name="Connect Bluesky").click()
    page.keyboard.press("n")
    page.wait_for_url("**/write/")


def test_the_first_tab_stop_skips_to_the_page(desk: BrowserContext, ponts: Account) -> None:
    page = opened(desk, "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_marks_on_the_score_can_be_reached_and_heard(desk: BrowserContext, ponts: Account) -> None:
    delivery = scheduled(ponts)
    page = opened(desk, "/")
    mark = page.locator("#score").get_by_role("link", name="scheduled")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{delivery.post_id}/")


def test_a_password_can_be_shown_and_hidden_again(
    chromium: Browser, running_desk: RunningDesk
) -> None:
    with visiting(chromium, running_desk) as nobody:
        page = opened(nobody, "/sign-in/")
        field = page.locator("#id_password")
        page.get_by_role("button", name="Show").click()
        expect(field).to_have_attribute("type", "text")
        page.get_by_role("button", name="Hide").click()
        expect(field).to_have_attribute("type", "password")


def test_a_person_signs_in_with_the_keyboard_alone(
    chromium: Browser, running_desk: RunningDesk
) -> None:
    with visiting(chromium, running_desk) as nobody:
        page = opened(nobody, "/posts/")
        page.keyboard.type("alice@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/posts/")
        expect(page.get_by_role("heading", name="Posts")).to_be_visible()


def test_the_opening_guesses_the_time_zone_of_the_browser(
    chromium: Browser, running_desk: RunningDesk
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_user CASCADE")
    with visiting(chromium, running_desk, timezone_id="Europe/Lisbon") as nobody:
        page = opened(nobody, "/")
        page.wait_for_url("**/opening/")
        expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")


def test_chromium_goes_to_a_mastodon_server_and_comes_back_connected(
    desk: BrowserContext, mastodon_server: MastodonServer
) -> None:
    page = opened(desk, "/accounts/connect/mastodon/")
    page.get_by_label("Server").fill(mastodon_server.url)
    page.get_by_role("button", name="Go to the server").click()
    page.wait_for_url(f"{mastodon_server.url}/oauth/authorize**")
    page.get_by_role("button", name="ponts").click()
    page.wait_for_url("**/accounts/")
    expect(page.get_by_text("is connected.")).to_be_visible()
    assert Account.objects.count() == 1
