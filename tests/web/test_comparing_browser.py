"""The comparison and the trace in a real Chromium: on a telephone, by keyboard, while watched."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from parvis.compose.content import UsedMedia
from parvis.connections.models import Account
from parvis.deliver.models import Attempt, Delivery, Event, Happened
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User, Workspace
from tests.cast import connect, kept_picture, scheduled
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk
from tests.web.test_comparing import TEXT, found, looked_up, unknown
from tests.web.test_desk_browser import TELEPHONE, opened

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG_WORD = "averylongwordwithoutanyspace" * 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page_is", ["post", "today", "write"])
def test_it_fits_a_telephone_in_french_and_nothing_of_it_is_blocked(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace, page_is: str, scheme: Any
) -> None:
    account = connect(workspace, handle="a-very-long-handle-of-a-bookshop.social.example.org")
    stalls = kept_picture(workspace)
    media = (UsedMedia(media_id=stalls.pk, alt=LONG_WORD),)
    now = database_now()
    delivery = unknown(account, found(text=LONG_WORD), found(2, now), sent_at=now, media=media)
    looked_up(delivery, now)
    User.objects.update(language="fr")
    address = {"post": f"/posts/{delivery.post_id}/", "today": "/", "write": "/write/"}[page_is]
    with at_the_desk(chromium, running_desk, viewport=TELEPHONE, color_scheme=scheme) as desk:
        page = opened(desk, address)
        root = "document.documentElement"
        too_wide = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        assert (too_wide, page.complaints) == (0, [])  # type: ignore[attr-defined]


def test_a_candidate_is_chosen_with_the_keyboard_and_without_scripts(
    chromium: Browser, running_desk: RunningDesk, ponts: Account
) -> None:
    delivery = unknown(ponts, found(), found(2), sent_at=database_now())
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        page = opened(desk, f"/posts/{delivery.post_id}/#decide-{delivery.pk}")
        button = page.get_by_role("button", name="This is it").nth(1)
        button.focus()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Noted as published.")).to_be_visible()
    delivery.refresh_from_db()
    assert delivery.link == "https://bsky.app/2"


def test_what_is_being_typed_survives_while_another_delivery_is_watched(
    desk: BrowserContext, ponts: Account, ponts_mastodon: Account
) -> None:
    """The list is fetched anew every two seconds as long as one of its deliveries is under way."""
    delivery = scheduled(ponts, ponts_mastodon, text=TEXT)
    Delivery.objects.filter(account=ponts).update(state=State.UNKNOWN)
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.SENDING)
    page = opened(desk, f"/posts/{delivery.post_id}/")
    field = page.get_by_label("It is there, at this address:")
    field.fill("https://bsky.app/se")
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.CHECKING)
    with page.expect_event("console", lambda said: said.text == "a watch came round"):
        page.evaluate(
            "document.addEventListener('htmx:beforeRequest',"
            " () => console.log('a watch came round'), {once: true})"
        )
    expect(field).to_have_value("https://bsky.app/se")
    expect(page.locator("#deliveries")).not_to_contain_text("Being looked up")
    field.fill("")
    field.blur()
    expect(page.locator("#deliveries")).to_contain_text("Being looked up")


def test_what_was_unfolded_stays_so_while_the_page_watches(
    desk: BrowserContext, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.SENDING)
    page = opened(desk, f"/posts/{delivery.post_id}/")
    trace = page.locator(f"#trace-{delivery.pk}")
    expect(trace).not_to_have_attribute("open", "")
    page.get_by_text("What happened").click()
    later = database_now() + timedelta(seconds=1)
    Attempt.objects.create(
        delivery=delivery, number=1, fence=1, worker="w", request={"key": "k"}, started_at=later
    )
    expect(trace.get_by_text("Attempt 1: it was sent.")).to_be_visible()
    expect(trace).to_have_attribute("open", "")


def test_a_decision_shows_in_the_trace_with_who_made_it(
    desk: BrowserContext, ponts: Account
) -> None:
    delivery = unknown(ponts, sent_at=database_now())
    page = opened(desk, f"/posts/{delivery.post_id}/")
    page.get_by_role("button", name="Give up").click()
    expect(page.get_by_text("Given up.")).to_be_visible()
    page.get_by_text("What happened").click()
    expect(page.get_by_text("Alice gave it up.")).to_be_visible()
    assert Event.objects.filter(kind=Happened.GIVEN_UP).count() == 1
