"""Moving in the calendar, in Chromium: by pointer, by keys, and what is said of it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User
from tests.cast import scheduled
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def post(ponts: Account) -> Delivery:
    """On the Tuesday of next week at 10:20: days lie on both sides of it, none of them gone."""
    monday = database_now().astimezone(PARIS) + timedelta(days=7)
    tuesday = monday - timedelta(days=monday.weekday() - 1)
    at = tuesday.replace(hour=10, minute=20, second=0, microsecond=0).astimezone(UTC)
    delivery = scheduled(ponts, text="The square reopens on Saturday.")
    Delivery.objects.update(due_at=at, ready_at=at)
    delivery.refresh_from_db()
    return delivery


def opened(desk: BrowserContext, view: str, delivery: Delivery) -> Page:
    page = desk.new_page()
    page.set_viewport_size({"width": 1280, "height": 1400})  # a drag needs both ends in view
    page.complaints = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(f"/calendar/?view={view}&day={local(delivery):%Y-%m-%d}")
    expect(said(page)).to_contain_text("M picks it up")
    return page


def local(delivery: Delivery) -> datetime:
    return delivery.due_at.astimezone(PARIS)


def entry(page: Page) -> Locator:
    return page.locator("a.entry")


def said(page: Page) -> Locator:
    return page.locator("#calendar-says")


def moved_to(page: Page, delivery: Delivery) -> datetime:
    """Waits until the page says so."""
    expect(said(page)).to_contain_text("Moved to")
    delivery.refresh_from_db()
    assert page.complaints == []  # type: ignore[attr-defined]
    return local(delivery)


def test_an_entry_is_dragged_to_another_day_and_keeps_its_time(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "month", post)
    to = local(post) + timedelta(days=2)
    entry(page).drag_to(page.locator(f'td[data-at="{to:%Y-%m-%d}"]'))
    assert moved_to(page, post).replace(tzinfo=None) == to.replace(tzinfo=None)
    expect(page.locator(f'td[data-at="{to:%Y-%m-%d}"] a.entry')).to_be_focused()


def test_an_entry_is_dragged_to_another_hour_and_put_back(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "week", post)
    before = local(post)
    entry(page).drag_to(page.locator(f'td[data-at="{before:%Y-%m-%d}T15"]'))
    assert moved_to(page, post) == before.replace(hour=15)
    page.get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("10:20")
    assert moved_to(page, post) == before


def test_the_keyboard_moves_by_days_and_hours_and_is_told_where_to(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "week", post)
    before = local(post)
    entry(page).focus()
    page.keyboard.press("m")
    expect(said(page)).to_contain_text("Picked up:")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("11:20")
    target = before.replace(hour=11) + timedelta(days=1)
    expect(page.locator(".target")).to_have_attribute("data-at", f"{target:%Y-%m-%dT%H}")
    page.keyboard.press("Enter")
    assert moved_to(page, post) == target
    expect(entry(page)).to_be_focused()


def test_the_keyboard_moves_by_weeks_in_a_month(desk: BrowserContext, post: Delivery) -> None:
    page = opened(desk, "month", post)
    before = local(post)
    entry(page).focus()
    for key in ("m", "ArrowDown", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    to = before + timedelta(days=6)
    assert moved_to(page, post).replace(tzinfo=None) == to.replace(tzinfo=None)


def test_escape_leaves_it_where_it_was(desk: BrowserContext, post: Delivery) -> None:
    page = opened(desk, "month", post)
    entry(page).focus()
    for key in ("m", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(said(page)).to_have_text("It stays where it was.")
    expect(page.locator(".target, .picked")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{post.post_id}/")


def test_what_is_published_says_why_it_stays(desk: BrowserContext, post: Delivery) -> None:
    Delivery.objects.update(state=State.PUBLISHED)
    page = opened(desk, "month", post)
    entry(page).focus()
    page.keyboard.press("m")
    expect(said(page)).to_have_text("This is published. What is out cannot be moved.")


def test_what_became_settled_meanwhile_is_refused_and_shown_as_it_is(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "month", post)
    Delivery.objects.update(state=State.SENDING)
    entry(page).focus()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(said(page)).to_contain_text("Too late:")
    expect(page.locator('a.entry[data-stays="going"]')).to_be_visible()


def test_a_lost_connection_is_said_and_nothing_seems_moved(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "month", post)
    desk.set_offline(True)
    entry(page).focus()
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(said(page)).to_contain_text("The desk cannot be reached. Nothing was moved")
    expect(page.locator(f'td[data-at="{local(post):%Y-%m-%d}"] a.entry')).to_be_visible()


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
def test_every_view_fits_a_telephone(
    chromium: Browser, running_desk: RunningDesk, post: Delivery, view: str
) -> None:
    User.objects.update(language="fr")
    with at_the_desk(chromium, running_desk, viewport={"width": 360, "height": 740}) as desk:
        page = desk.new_page()
        page.goto(f"/calendar/?view={view}&day={local(post):%Y-%m-%d}")
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_today_is_in_view_in_its_month_without_scrolling(
    chromium: Browser, running_desk: RunningDesk, post: Delivery, scripts: bool
) -> None:
    screen = {"width": 1280, "height": 720}
    look: dict[str, Any] = {"viewport": screen, "java_script_enabled": scripts}
    with at_the_desk(chromium, running_desk, **look) as desk:
        page = desk.new_page()
        page.goto("/calendar/")
        today = page.locator(".month td.now").bounding_box()
        assert today is not None
        assert today["y"] + today["height"] <= screen["height"]


def test_an_entry_of_a_week_gone_by_is_a_mark_to_press_and_is_heard_whole(
    desk: BrowserContext, post: Delivery
) -> None:
    page = opened(desk, "month", post)
    page.locator("tr", has=entry(page)).evaluate("row => row.classList.add('gone')")
    box = entry(page).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (24, 24)
    expect(entry(page)).to_have_accessible_name(re.compile("scheduled.*10:20.*The square reopens"))


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
def test_without_scripts_every_entry_leads_to_the_page_that_moves_it(
    chromium: Browser, running_desk: RunningDesk, post: Delivery, view: str
) -> None:
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        page = desk.new_page()
        page.goto(f"/calendar/?view={view}&day={local(post):%Y-%m-%d}")
        entry(page).click()
        expect(page.get_by_text("Move to another time")).to_be_visible()
