"""How much a first visit transfers, as the server of an installation sends it to Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import running_chromium
from tests.cast import PASSWORD
from tests.installed import NewInstallation, new_installation

__all__ = ["new_installation"]

pytestmark = [pytest.mark.browser, pytest.mark.installation]

ALLOWED_BYTES = 100_000
PAGES = ["/", "/write/", "/calendar/", "/queue/", "/posts/", "/library/", "/accounts/"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(new_installation: NewInstallation) -> Iterator[str]:
    """Of a desk with two accounts, a picture and a post."""
    installed = new_installation()
    with installed.up("--port", "0") as running:
        installed.inside("furnish")
        yield running.url


@pytest.fixture(scope="module")
def session(chromium: Browser, address: str) -> str:
    """The cookie of Alice, who has signed in."""
    page = visiting(chromium, address).new_page()
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address.rstrip('/')}/")
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return kept["sessionid"]


def visiting(chromium: Browser, address: str, session: str = "") -> BrowserContext:
    """With a browser that has kept nothing of the desk but, perhaps, the session."""
    context = chromium.new_context(base_url=address, locale="en-GB")
    context.set_default_timeout(60_000)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context


def transferred(page: Page, where: str) -> dict[str, int]:
    """The bytes of every answer, headers included, by its address."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}
    network.on(
        "Network.requestWillBeSent",
        lambda sent: asked.update({sent["requestId"]: sent["request"]["url"]}),
    )
    network.on(
        "Network.loadingFinished",
        lambda done: sizes.update({asked[done["requestId"]]: int(done["encodedDataLength"])}),
    )
    page.goto(where, wait_until="networkidle")
    return sizes


def test_the_page_to_sign_in_is_small(chromium: Browser, address: str) -> None:
    sizes = transferred(visiting(chromium, address).new_page(), "/sign-in/")
    assert len(sizes) > 2
    assert sum(sizes.values()) < ALLOWED_BYTES, sizes


@pytest.mark.parametrize("where", PAGES)
def test_a_first_visit_of_a_page_transfers_little(
    chromium: Browser, address: str, session: str, where: str
) -> None:
    sizes = transferred(visiting(chromium, address, session).new_page(), where)
    assert len(sizes) > 4
    assert sum(sizes.values()) < ALLOWED_BYTES, sizes


def test_today_and_the_composer_together_transfer_little(
    chromium: Browser, address: str, session: str
) -> None:
    """With one cache: what pages share comes once."""
    context = visiting(chromium, address, session)
    together = [transferred(context.new_page(), where) for where in ("/", "/write/")]
    assert sum(sum(sizes.values()) for sizes in together) < ALLOWED_BYTES, together


def test_a_page_comes_compressed_and_a_file_as_it_lies(
    chromium: Browser, address: str, session: str
) -> None:
    page = visiting(chromium, address, session).new_page()
    answer = page.goto("/library/")
    assert answer is not None
    assert answer.headers["content-encoding"] == "gzip"
    picture = page.request.get(page.locator(".pane img").first.get_attribute("src") or "")
    assert picture.ok
    assert "content-encoding" not in picture.headers
