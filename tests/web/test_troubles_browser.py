"""The strip in a real Chromium: told apart without colour, and never wider than the page."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from playwright.sync_api import Browser, expect

from parvis.connections.models import Account
from parvis.people.models import User
from parvis.watch.models import KeptTrouble
from tests.web.browsing import at_the_desk, chromium
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TELEPHONE = {"width": 360, "height": 740}
HOST = "a-host-with-a-very-long-name-in-a-far-data-centre.example.org"


def three_troubles() -> None:
    """Seen for as long as a busy machine needs to show them."""
    seen = {"since": Now(), "seen_at": Now() + timedelta(minutes=5)}
    for code, severity, facts in (
        ("no-worker", "error", {}),
        ("held-late", "warning", {"count": 3}),
        ("little-space", "warning", {"host": HOST, "folder": "/var/lib/parvis", "free_mb": 640}),
    ):
        KeptTrouble.objects.create(code=code, severity=severity, facts=facts, **seen)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_strip_fits_a_telephone_and_says_what_its_colours_say(
    chromium: Browser, running_desk: RunningDesk, ponts: Account, scheme: Any
) -> None:
    User.objects.update(language="fr")
    three_troubles()
    with at_the_desk(chromium, running_desk, viewport=TELEPHONE, color_scheme=scheme) as desk:
        page = desk.new_page()
        page.goto("/")
        strip = page.locator(".troubles")
        expect(strip.locator(".notice")).to_have_count(3)
        expect(strip.locator(".mark-no")).to_have_count(1)
        expect(strip.locator(".mark-ask")).to_have_count(2)
        root = "document.documentElement"
        too_wide = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        assert too_wide == 0


def test_a_page_that_the_database_fails_is_told_as_a_server_runs_it(
    chromium: Browser, running_desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OperationalError from psycopg.OperationalError()

    monkeypatch.setattr("parvis.web.views.today.today_of", fail)
    with at_the_desk(chromium, running_desk) as desk:
        page = desk.new_page()
        answer = page.goto("/")
        assert answer is not None
        assert answer.status == 503
        expect(page.get_by_role("heading")).to_have_text("The database does not answer")


def test_the_strip_leads_to_what_waits_for_a_decision(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    three_troubles()
    with at_the_desk(chromium, running_desk) as desk:
        page = desk.new_page()
        page.goto("/settings/")
        page.get_by_text("Held, because it would have been too late").click()
        page.locator(".troubles").get_by_role("link", name="To decide").click()
        page.wait_for_url("**/posts/?show=to-decide")
