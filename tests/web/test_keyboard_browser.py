"""A post from its first word to the queue, in Chromium, by somebody who has no mouse."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from tests.cast import picture
from tests.web.browsing import chromium, desk
from tests.web.running import running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]

TEXT = "The square reopens on Saturday."
ALT = "Stalls of books under their canvas"
PARIS = ZoneInfo("Europe/Paris")
MOST_STEPS = 150


def test_a_post_is_written_scheduled_moved_and_found_in_the_queue_by_keys_alone(
    desk: BrowserContext, ponts: Account, tmp_path: Path
) -> None:
    page = desk.new_page()
    page.goto("/")
    write(page)
    add_a_picture(page, tmp_path)
    at = schedule_for_tomorrow(page)
    delivery = Delivery.objects.get()
    assert delivery.due_at == at
    assert [used.alt for used in delivery.post.used_media.all()] == [ALT]
    move_by_a_day(page, at)
    delivery.refresh_from_db()
    assert delivery.due_at.astimezone(PARIS).replace(tzinfo=None) == naive(at) + timedelta(days=1)
    go(page, "q", "**/queue/")
    expect(page.get_by_role("main").get_by_text(TEXT)).to_be_visible()


def write(page: Page) -> None:
    page.keyboard.press("n")
    page.wait_for_url("**/write/")
    expect(page.get_by_label("What you want to say")).to_be_focused()
    page.keyboard.type(TEXT)
    step_to(page, page.get_by_role("checkbox", name="Bluesky"), "Shift+Tab")
    if not page.get_by_role("checkbox", name="Bluesky").is_checked():
        page.keyboard.press("Space")
    expect(page.locator("#state [data-said]")).to_have_text("Draft kept")


def add_a_picture(page: Page, folder: Path) -> None:
    file = folder / "stalls.png"
    file.write_bytes(picture(400, 300).getvalue())
    step_to(page, page.locator("#picker"))
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files(file)
    described = page.get_by_label("Description for those who cannot see it")
    expect(described).to_be_visible()
    step_to(page, described, "Shift+Tab")
    page.keyboard.type(ALT)


def schedule_for_tomorrow(page: Page) -> datetime:
    day = database_now().astimezone(PARIS).date() + timedelta(days=1)
    type_date(page, day)
    step_to(page, page.get_by_label("Time", exact=True))
    page.keyboard.type("0920am")  # the letters mean something where a day has twice twelve hours
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/posts/*/")
    return datetime.combine(day, time(9, 20), PARIS)


def type_date(page: Page, day: date) -> None:
    """In the order of the browser’s own language: Parvis has no say in it."""
    field = page.get_by_label("Date")
    step_to(page, field)
    for order in ("%m%d%Y", "%d%m%Y", "%Y%m%d"):
        page.keyboard.type(f"{day:{order}}")
        if field.input_value() == day.isoformat():
            return
        for _part in range(2):
            page.keyboard.press("Shift+Tab")
    raise AssertionError(f"the browser holds {field.input_value()}")


def move_by_a_day(page: Page, at: datetime) -> None:
    go(page, "c", "**/calendar/")
    if at.month != database_now().astimezone(PARIS).month:
        step_to(page, page.get_by_role("link", name="Later", exact=True))
        page.keyboard.press("Enter")
        page.wait_for_url("**/calendar/?*")
    entry = page.locator("a.entry")
    expect(page.locator("#calendar-says")).to_contain_text("M picks it up")
    step_to(page, entry)
    for key in ("m", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#calendar-says")).to_contain_text("Moved to")


def go(page: Page, letter: str, address: str) -> None:
    page.keyboard.press("g")
    page.keyboard.press(letter)
    page.wait_for_url(address)


def step_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """As somebody would who sees where the focus is."""
    for _step in range(MOST_STEPS):
        if wanted.count() and wanted.evaluate("here => here === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} cannot be reached with {key}")


def naive(at: datetime) -> datetime:
    return at.astimezone(PARIS).replace(tzinfo=None)
