"""Posts in Chromium: from a search to what is done to several."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from tests.cast import draft, scheduled
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOMORROW = timedelta(days=1)


def moved_by_two_days(desk: BrowserContext, text: str) -> None:
    """As a person does it: search, tick, choose, do."""
    page = desk.new_page()
    page.goto("/posts/")
    page.get_by_role("searchbox", name="Search in posts").fill("ete")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name=text)).to_be_visible()
    page.get_by_role("checkbox", name=text).check()
    page.get_by_label("What to do").select_option("move")
    page.get_by_label("Move by").fill("2")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done to 1 post")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("searchbox")).to_have_value("ete")


def test_what_is_searched_for_is_ticked_and_moved(desk: BrowserContext, ponts: Account) -> None:
    delivery = scheduled(ponts, text="Les étés du parvis", in_=TOMORROW)
    draft(ponts, text="Nothing of the kind")
    moved_by_two_days(desk, "Les étés du parvis")
    assert Delivery.objects.get().due_at - delivery.due_at >= timedelta(hours=47)


def test_the_same_holds_without_scripts(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    delivery = scheduled(ponts, text="Les étés du parvis", in_=TOMORROW)
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        moved_by_two_days(desk, "Les étés du parvis")
    assert Delivery.objects.get().due_at - delivery.due_at >= timedelta(hours=47)


def test_enter_does_what_was_chosen(desk: BrowserContext, ponts: Account) -> None:
    draft(ponts, text="The one draft")
    page = desk.new_page()
    page.goto("/posts/")
    page.get_by_role("checkbox", name="The one draft").check()
    page.get_by_label("What to do").select_option("tag")
    page.get_by_role("combobox", name="Tag", exact=True).last.fill("fair")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done to 1 post")).to_be_visible()


def test_all_of_a_page_are_ticked_at_once_and_counted(desk: BrowserContext, ponts: Account) -> None:
    for number in range(3):
        draft(ponts, text=f"Draft {number}")
    page = desk.new_page()
    page.goto("/posts/")
    page.get_by_role("button", name="Tick all on this page").click()
    expect(page.locator("[data-ticked]")).to_have_text("(3)")
