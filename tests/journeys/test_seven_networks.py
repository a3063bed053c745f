"""All seven networks, connected on their own pages as the sandbox serves them, and one post."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.installed import Installed
from tests.journeys.acting import open_the_desk, picture_file
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.installation, pytest.mark.timeout(300)]
NETWORKS = ("X", "Facebook", "Instagram", "LinkedIn", "Threads", "Mastodon", "Bluesky")
TEXT = "The square reopens on Saturday. Forty second-hand booksellers, and the smell of rain."
ALT = "Wooden stalls of books in front of the cathedral, at dawn."


@pytest.fixture
def installed() -> Iterator[Installed]:
    # Not below pytest’s folder: the database’s unprivileged user could not get there.
    folder = Path(tempfile.mkdtemp(prefix="parvis-seven-"))
    folder.chmod(0o711)
    yield Installed(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


def test_one_post_with_a_picture_reaches_all_seven_timelines(
    page: Page, installed: Installed, tmp_path: Path
) -> None:
    with installed.up("--sandbox") as running:
        open_the_desk(page, running.url)
        for network in NETWORKS:
            connect_on_its_pages(page, running.url, network)
        timelines = addresses_of_timelines(page, running.url)
        publish_everywhere(page, picture_file(tmp_path, "stalls.jpg"))
        for network, timeline in timelines.items():
            assert_seen_by_a_visitor(page, network, timeline)


def test_one_click_connects_an_account_of_each_network(page: Page, installed: Installed) -> None:
    with installed.up("--sandbox") as running:
        open_the_desk(page, running.url)
        wait_for_the_sandbox(page, running.url)
        page.get_by_role("button", name="Connect a sandbox account of each network").click()
        expect(page.locator("li.account .sandbox-mark")).to_have_count(len(NETWORKS))


def connect_on_its_pages(page: Page, desk: str, network: str) -> None:
    timelines = addresses_of_timelines(page, desk)
    page.get_by_role("button", name=f"Connect {network} in the sandbox").click()
    if network == "Bluesky":
        sign_in_with_an_app_password(page, timelines[network])
    else:
        expect(page.get_by_text("asks to act for you")).to_be_visible()
        page.get_by_role("button", name="Allow").click()
    if network == "Facebook":
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("(sandbox) is connected")).to_be_visible()


def sign_in_with_an_app_password(page: Page, bluesky: str) -> None:
    """Made on the network's own page for it, and shown there once."""
    settings = page.context.new_page()
    settings.goto(f"{bluesky}settings/app-passwords")
    settings.get_by_label("Name").fill("Parvis")
    settings.get_by_role("button", name="Add an app password").click()
    password = settings.get_by_role("status").locator("code").inner_text()
    settings.close()
    page.get_by_label("App password", exact=True).fill(password)
    page.get_by_role("button", name="Connect", exact=True).click()


def wait_for_the_sandbox(page: Page, desk: str) -> None:
    """It starts after the desk has opened, and the page is not kept up to date by itself."""
    heading = page.get_by_role("heading", name="Rehearse")
    wait_until(lambda: bool(page.goto(f"{desk}accounts/")) and heading.is_visible(), 60, "it")


def addresses_of_timelines(page: Page, desk: str) -> dict[str, str]:
    wait_for_the_sandbox(page, desk)
    page.get_by_text("One by one").click()
    links = page.locator(".rehearsal li a")
    found = {link.inner_text(): str(link.get_attribute("href")) for link in links.all()}
    assert set(found) == set(NETWORKS)
    return found


def publish_everywhere(page: Page, picture: Path) -> None:
    page.get_by_role("link", name="Write").first.click()
    for chosen in page.locator("input[name=account]").all():
        chosen.check()
    page.get_by_label("What you want to say").fill(TEXT)
    page.locator("#picker").set_input_files(picture)
    page.get_by_label("Description for those who cannot see it").fill(ALT)
    expect(page.get_by_text("Draft kept").first).to_be_visible()
    page.get_by_text("Publish now…").click()
    page.get_by_role("button", name="Yes, publish now").click()
    expect(page.get_by_role("link", name="Read it on")).to_have_count(len(NETWORKS), timeout=90_000)


def assert_seen_by_a_visitor(page: Page, network: str, timeline: str) -> None:
    page.goto(timeline)
    expect(page).to_have_title(f"Sandbox: {network}")
    post = page.locator("article").filter(has_text="Forty second-hand booksellers")
    expect(post).to_have_count(1)
    image = post.get_by_role("img").first
    expect(image).to_have_attribute("alt", ALT)
    assert image.evaluate("image => image.complete && image.naturalWidth") > 0
