"""Feeds in Chromium: a rule by keyboard, tried while it is typed; and without scripts."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.intake.feed_models import Feed
from tests.intake.feeding import PATH, feeds
from tests.servers.feeds import FeedServer
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "feeds", "running_desk"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]


def added(page: Page, feeds: FeedServer) -> None:
    page.goto("/feeds/")
    page.get_by_label("Address").fill(feeds.url + PATH)
    page.get_by_label("Address").press("Enter")
    expect(page.get_by_role("heading", name="Le carnet de Ponts")).to_be_visible()


def test_a_rule_is_tried_while_it_is_typed_and_switched_on_by_keyboard(
    desk: BrowserContext, feeds: FeedServer, ponts: Account
) -> None:
    page = desk.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    added(page, feeds)
    trial = page.locator("#trial")
    page.get_by_role("checkbox", name="ponts.example.org").focus()
    page.keyboard.press("Space")
    expect(trial).to_contain_text("https://ponts.example.org/1")
    page.get_by_label("Text", exact=True).fill("Lu : {title}")
    page.keyboard.press("Tab")
    expect(trial).to_contain_text("Lu : Entry 1")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Lu : {title}")
    page.get_by_role("button", name="Keep and switch on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The feed is switched on.")).to_be_visible()
    assert Feed.objects.get().is_on
    assert not Post.objects.exists()
    assert refused == []


def test_a_feed_is_followed_without_scripts(
    chromium: Browser, running_desk: RunningDesk, feeds: FeedServer, ponts: Account
) -> None:
    with at_the_desk(chromium, running_desk, java_script_enabled=False) as desk:
        page = desk.new_page()
        added(page, feeds)
        page.get_by_role("checkbox", name="ponts.example.org").check()
        page.get_by_label("Text", exact=True).fill("Lu : {title}")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#trial")).to_contain_text("Lu : Entry 1")
        assert not Feed.objects.get().is_on
        page.get_by_role("button", name="Keep and switch on").click()
        page.get_by_role("button", name="Make a draft: Entry 1").click()
        expect(page.get_by_text("Here is the draft.")).to_be_visible()
    assert Post.objects.get().text == "Lu : Entry 1"
