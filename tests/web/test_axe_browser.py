"""What keeps people from using a page: nothing, on any page, in either appearance and language."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    language: str
    theme: Any
    viewport: Any


# Each is also looked at with the other's theme, and with the other's width.
WIDE = Look(language="en", theme="light", viewport={"width": 1280, "height": 900})
NARROW = Look(language="fr", theme="dark", viewport={"width": 360, "height": 740})
OTHER = {WIDE.language: NARROW, NARROW.language: WIDE}
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


def test_no_page_of_the_desk_has_a_barrier_or_is_wider_than_its_window(
    chromium: Browser, running_desk: RunningDesk, demo: Demo, axe: Axe
) -> None:
    wrong = []
    for look in (WIDE, NARROW):
        User.objects.update(language=look.language)
        with at_the_desk(chromium, running_desk, **how(look)) as desk:
            pages = {**pages_of(demo, desk), "nowhere": "/nowhere/"}
            assert {*pages} >= ROOMS
            page = desk.new_page()
            for name, address in pages.items():
                wrong += [f"{name}: {each}" for each in wrong_on(page, address, look, axe)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=lambda look: look.language)
def test_no_page_before_one_has_signed_in_has_a_barrier(
    chromium: Browser, running_desk: RunningDesk, alice: User, axe: Axe, look: Look
) -> None:
    waiting = let_wait(workspace_of(alice), alice)
    headers = {"Accept-Language": LOCALES[look.language]}
    with visiting(chromium, running_desk, extra_http_headers=headers, **how(look)) as nobody:
        page = nobody.new_page()
        for address in ("/sign-in/", f"/join/{waiting.token}/", "/join/used-up/", "/nowhere/"):
            assert wrong_on(page, address, look, axe) == []
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE people_user CASCADE")
        assert wrong_on(page, "/opening/", look, axe) == []


def how(look: Look) -> dict[str, Any]:
    """A colour on its way to another has neither's contrast: nothing moves."""
    return {
        "viewport": look.viewport,
        "color_scheme": look.theme,
        "reduced_motion": "reduce",
    }


def wrong_on(page: Page, address: str, look: Look, axe: Axe) -> list[str]:
    """In this look, and where the theme or the width is the other's."""
    other = OTHER[look.language]
    page.goto(address)
    found = told(axe.barriers(page) + too_wide(page), look.language)
    page.emulate_media(color_scheme=other.theme)
    found += told(axe.barriers_of_colour(page), look.language, other.theme)
    page.emulate_media(color_scheme=look.theme)
    page.set_viewport_size(other.viewport)
    found += told(too_wide(page), look.language, f"{other.viewport['width']} pixels")
    page.set_viewport_size(look.viewport)
    return found


def told(found: list[str], *where: str) -> list[str]:
    return [f"{', '.join(where)}: {each}" for each in found]


def too_wide(page: Page) -> list[str]:
    """What can only be read by scrolling sideways."""
    root = "document.documentElement"
    beyond = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return [f"{beyond} pixels beyond the window"] if beyond else []
