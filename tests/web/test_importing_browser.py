"""A table of posts in Chromium: without scripts, and on a telephone."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from tests.web.browsing import at_the_desk, chromium
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TELEPHONE = {"width": 360, "height": 740}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    day = f"{database_now() + timedelta(days=2):%Y-%m-%d}"
    file = tmp_path / "posts-of-the-bookshop-for-the-whole-of-spring.csv"
    rows = (
        f"The square reopens on Saturday.;ponts.example.org;{day};18:05;spring",
        f"A new shelf of poetry.;nobody;{day};19:30;",
        f"{'Poetry, prose and plays. ' * 15};bluesky;{day};20:30;",
        "A draft without a time.;;;;",
    )
    file.write_text("\n".join(("text;accounts;date;time;tags", *rows)))
    return file


def too_wide(page: Page) -> int:
    root = "document.documentElement"
    width: int = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return width


def test_a_table_is_brought_corrected_and_imported_without_scripts(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, table: Path
) -> None:
    with at_the_desk(chromium, running_desk, java_script_enabled=False, viewport=TELEPHONE) as desk:
        page = desk.new_page()
        page.goto("/posts/import/")
        page.get_by_label("CSV file").set_input_files(table)
        page.get_by_role("button", name="Look at the rows").click()
        expect(page.get_by_text("2 rows wait to be corrected.")).to_be_visible()
        page.get_by_role("link", name="Correct row 3").click()
        page.get_by_label("Accounts").fill("ponts.example.org")
        page.get_by_role("button", name="Keep and check again").click()
        page.get_by_role("button", name="Import the 3 rows that are ready").click()
        expect(page.get_by_text("3 posts were made.")).to_be_visible()
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_table_fit_a_telephone_and_nothing_of_them_is_blocked(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, table: Path, scheme: str
) -> None:
    complaints: list[str] = []
    with at_the_desk(chromium, running_desk, viewport=TELEPHONE, color_scheme=scheme) as desk:
        page = desk.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: told.type == "error" and complaints.append(told.text))
        page.goto("/posts/import/")
        assert too_wide(page) == 0
        page.get_by_label("CSV file").set_input_files(table)
        page.get_by_role("button", name="Look at the rows").click()
        assert too_wide(page) == 0
        page.get_by_role("link", name="Correct row 3").click()
        expect(page.get_by_role("form", name="Correct row 3")).to_be_visible()
        assert (too_wide(page), complaints) == (0, [])
