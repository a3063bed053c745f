"""What keeps people from using a page: nothing, on any page, in either appearance and language."""

from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page

from parvis.people.models import User
from parvis.people.verbs import workspace_of
from tests.demo import Demo, furnish
from tests.servers.axe import Axe
from tests.waiting import let_wait
from tests.web.browsing import at_the_desk, chromium, visiting
from tests.web.pages import pages_of
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
]

WIDE = {"width": 1280, "height": 900}
TELEPHONE = {"width": 360, "height": 740}
# So each appearance, language and width is seen with every other.
LOOKS = [
    ("light", "en", WIDE),
    ("light", "fr", TELEPHONE),
    ("dark", "en", TELEPHONE),
    ("dark", "fr", WIDE),
]
# Were they not found, nothing would be looked at.
ROOMS = {
    "today", "compose-new", "compose", "posts", "post", "accounts", "account", "settings",
    "choose-accounts", "import-table",
}  # fmt: skip
LOCALES = {"en": "en-GB", "fr": "fr-FR"}


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


@pytest.fixture
def demo(alice: User) -> Demo:
    return furnish(alice)


@pytest.mark.parametrize(("theme", "language", "viewport"), LOOKS)
def test_no_page_of_the_desk_has_a_barrier_or_is_wider_than_its_window(
    chromium: Browser,
    running_desk: RunningDesk,
    demo: Demo,
    axe: Axe,
    theme: Any,
    language: str,
    viewport: Any,
) -> None:
    User.objects.update(theme=theme, language=language)
    with at_the_desk(chromium, running_desk, viewport=viewport) as desk:
        pages = {**pages_of(demo, desk), "nowhere": "/nowhere/"}
        assert {*pages} >= ROOMS
        wrong = [f"{n}: {each}" for n, at in pages.items() for each in wrong_on(desk, at, axe)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("theme", "language", "viewport"), LOOKS)
def test_no_page_before_one_has_signed_in_has_a_barrier(
    chromium: Browser,
    running_desk: RunningDesk,
    alice: User,
    axe: Axe,
    theme: Any,
    language: str,
    viewport: Any,
) -> None:
    waiting = let_wait(workspace_of(alice), alice)
    look = {"viewport": viewport, "color_scheme": theme, "extra_http_headers": told(language)}
    with visiting(chromium, running_desk, **look) as nobody:
        for address in ("/sign-in/", f"/join/{waiting.token}/", "/join/used-up/", "/nowhere/"):
            assert wrong_on(nobody, address, axe) == []
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE people_user CASCADE")
        assert wrong_on(nobody, "/opening/", axe) == []


def wrong_on(desk: BrowserContext, address: str, axe: Axe) -> list[str]:
    page = desk.new_page()
    page.goto(address)
    found = axe.barriers(page) + too_wide(page)
    page.close()
    return found


def too_wide(page: Page) -> list[str]:
    """What can only be read by scrolling sideways."""
    root = "document.documentElement"
    beyond = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return [f"{beyond} pixels beyond the window"] if beyond else []


def told(language: str) -> dict[str, str]:
    return {"Accept-Language": LOCALES[language]}
