"""The queue in Chromium: with the keyboard alone, by dragging, and without scripts."""

from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver import verbs as deliver
from parvis.deliver.models import Delivery
from parvis.people.models import Workspace
from parvis.schedule.slots import WeeklyTime, free_slots_for, set_slots, slots_of
from tests.cast import draft
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAILY = [WeeklyTime(day, time(hour, 30)) for day in range(7) for hour in (9, 17)]
LONGEST_WALK = 60


def free_slots(account: Account, count: int) -> list[datetime]:
    free = free_slots_for([account], deliver.database_now())
    return [next(free) for _ in range(count)]


def opened(desk: BrowserContext, address: str = "/queue/") -> Page:
    page = desk.new_page()
    page.goto(address)
    return page


def walk_to(page: Page, name: str) -> None:
    """By the Tab key alone, to the control that is heard under this name."""
    for _ in range(LONGEST_WALK):
        page.keyboard.press("Tab")
        if page.evaluate(_NAME_OF_FOCUS).startswith(name):
            return
    pytest.fail(f"the keyboard reaches nothing named {name}")


_NAME_OF_FOCUS = """() => {
  const at = document.activeElement;
  return at.ariaLabel ?? at.labels?.[0]?.textContent.trim() ?? at.textContent.trim();
}"""


def due_at(post: Post) -> datetime:
    return Delivery.objects.get(post=post).due_at


def test_with_the_keyboard_alone_slots_are_given_filled_exchanged_and_paused(
    desk: BrowserContext, ponts: Account, workspace: Workspace
) -> None:
    first, second = draft(ponts, text="The first draft"), draft(ponts, text="The second draft")
    page = opened(desk)
    walk_to(page, "Give ponts.example.org slots")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Weekly slots")).to_be_visible()
    walk_to(page, "Saturday")
    page.keyboard.type("10:00")
    walk_to(page, "Keep these slots")
    page.keyboard.press("Enter")
    expect(page.get_by_text("has 11 slots a week")).to_be_visible()
    assert WeeklyTime(5, time(10, 0)) in slots_of(ponts)
    slots = free_slots(ponts, 2)
    walk_to(page, "Next free slot: The second draft")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It goes out on")).to_be_visible()
    walk_to(page, "Put it here")
    walk_to(page, "The first draft")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    while not page.evaluate(_NAME_OF_FOCUS).startswith("Put it here"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".slot.filled")).to_have_count(2)
    assert due_at(second) == slots[0]
    put_at = due_at(first)
    walk_to(page, "Later")
    page.keyboard.press("Enter")
    expect(page.get_by_text("They have changed places.")).to_be_visible()
    assert (due_at(first), due_at(second)) == (slots[0], put_at)
    walk_to(page, "Pause everything")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing goes out since")).to_be_visible()
    walk_to(page, "Resume")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It goes on.")).to_be_visible()
    workspace.refresh_from_db()
    assert workspace.paused_at is None


def test_a_draft_is_dragged_into_a_free_slot(desk: BrowserContext, ponts: Account) -> None:
    set_slots(ponts, DAILY)
    post, slots = draft(ponts), free_slots(ponts, 3)
    page = opened(desk)
    page.locator(".draft").drag_to(page.locator(".slot.free").nth(2))
    expect(page.get_by_text("It goes out on")).to_be_visible()
    assert due_at(post) == slots[2]


def test_two_filled_slots_change_places_by_dragging(desk: BrowserContext, ponts: Account) -> None:
    set_slots(ponts, DAILY)
    slots = free_slots(ponts, 2)
    posts = [draft(ponts, text=text) for text in ("One", "Two")]
    for post, at in zip(posts, slots, strict=True):
        deliver.schedule(post, at)
    page = opened(desk)
    filled = page.locator(".slot.filled")
    filled.nth(1).drag_to(filled.nth(0))
    expect(page.get_by_text("They have changed places.")).to_be_visible()
    assert [due_at(post) for post in posts] == slots[::-1]


def test_without_scripts_a_draft_goes_into_the_chosen_slot(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    set_slots(ponts, DAILY)
    post, slots = draft(ponts, text="The square"), free_slots(ponts, 2)
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        page = opened(desk)
        page.get_by_label("The square", exact=True).check()
        page.get_by_role("button", name="Put it here").nth(1).click()
        expect(page.get_by_text("It goes out on")).to_be_visible()
    assert due_at(post) == slots[1]
    assert slots[1] - slots[0] < timedelta(days=2)
