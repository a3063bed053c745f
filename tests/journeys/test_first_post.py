"""The main road: a stranger opens the desk, connects an account, and a post goes out for real."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acting import (
    connect_bluesky,
    connect_mastodon,
    next_minute,
    open_the_desk,
    picture_file,
)
from tests.journeys.conftest import World
from tests.servers.mastodon import MastodonServer

pytestmark = [pytest.mark.browser, pytest.mark.installation, pytest.mark.timeout(300)]
TEXT = "The square reopens on Saturday. Forty second-hand booksellers, and the smell of rain."
ALT = "Wooden stalls of books in front of the cathedral, at dawn."


def test_a_post_with_a_picture_is_scheduled_in_the_browser_and_reaches_the_real_server(
    page: Page, world: World, tmp_path: Path
) -> None:
    with world.installed.up() as running:
        open_the_desk(page, running.url)
        connect_bluesky(page, world)
        compose_with_picture(page, world.account.handle, picture_file(tmp_path))
        at = next_minute()
        page.get_by_label("Date").fill(at.strftime("%Y-%m-%d"))
        page.get_by_label("Time", exact=True).fill(at.strftime("%H:%M"))
        page.get_by_role("button", name="Schedule").click()
        expect(page.locator(".state-due").first).to_be_visible()
        assert world.texts() == []

        published = page.get_by_role("link", name="Read it on Bluesky")
        expect(published).to_be_visible(timeout=90_000)

    (record,) = world.server.records(world.account.did)
    (image,) = record["value"]["embed"]["images"]
    assert (record["value"]["text"], image["alt"]) == (TEXT, ALT)
    assert world.server.blob(world.account.did, image["image"]["ref"]["$link"])
    assert str(record["uri"]).rsplit("/", 1)[-1] in (published_link := published_url(page))
    # A server of a network of one's own has no page on Bluesky's site.
    assert published_link.startswith(f"{world.pds.url}/profile/")


def test_a_mastodon_account_is_connected_through_its_own_page_of_permission(
    page: Page, world: World, mastodon_server: MastodonServer
) -> None:
    mastodon_server.reset()
    with world.installed.up() as running:
        open_the_desk(page, running.url)
        connect_mastodon(page, mastodon_server)
        page.goto(f"{running.url}write/")
        page.get_by_label("ponts").first.check()
        page.get_by_label("What you want to say").fill(TEXT)
        page.get_by_text("Publish now…").click()
        page.get_by_role("button", name="Yes, publish now").click()
        expect(page.get_by_role("link", name="Read it on Mastodon")).to_be_visible(timeout=30_000)
    assert mastodon_server.texts(mastodon_server.ponts) == [TEXT]


def compose_with_picture(page: Page, handle: str, picture: Path) -> None:
    page.get_by_role("link", name="Write").first.click()
    page.get_by_label(handle).first.check()
    page.get_by_label("What you want to say").fill(TEXT)
    page.locator("#picker").set_input_files(picture)
    page.get_by_label("Description for those who cannot see it").fill(ALT)
    expect(page.get_by_text("Draft kept").first).to_be_visible()


def published_url(page: Page) -> str:
    return str(page.get_by_role("link", name="Read it on Bluesky").get_attribute("href"))
