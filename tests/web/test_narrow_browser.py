"""What has little room, in Chromium: names stay whole, and today is in sight."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from parvis.people.models import Workspace
from tests.cast import connect, draft, scheduled
from tests.web.browsing import at_the_desk, chromium
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [{"width": 1280, "height": 860}, {"width": 360, "height": 740}]
NAMES = {
    "bluesky": "ponts.example.org",
    "linkedin": "Librairie Ponts",
    "mastodon": "ponts@127.0.0.1:8606",
}
# Of each name: what is drawn of it beyond its box, and in how many lines.
DRAWN = """names => names.map((name) => {
  const text = document.createRange();
  text.selectNodeContents(name);
  const tops = new Set([...text.getClientRects()].map((rect) => Math.round(rect.top)));
  return [name.textContent, name.scrollWidth > name.clientWidth, tops.size];
})"""


def drawn(page: Page, names: str) -> list[list[object]]:
    return page.locator(names).evaluate_all(DRAWN)


@pytest.mark.parametrize("size", SIZES)
def test_names_are_whole_among_findings_and_accounts(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace, size: dict[str, int]
) -> None:
    for network, handle in NAMES.items():
        connect(workspace, network, handle)
    workspace.accounts.update(is_sandbox=True)  # whose mark takes room beside each name
    accounts = list(workspace.accounts.all())
    scheduled(*accounts, in_=timedelta(days=1))
    post = draft(*accounts, text="The square reopens on Saturday.")
    whole = [[name, False, 1] for name in NAMES.values()]
    with at_the_desk(chromium, running_desk, viewport=size) as desk:
        page = desk.new_page()
        page.goto(f"/write/{post.pk}/")
        assert sorted(drawn(page, ".say .who > span:not(.net, .sandbox-mark)")) == sorted(whole)
        page.goto("/")
        assert sorted(drawn(page, ".roll .who > span:not(.net, .sandbox-mark)")) == sorted(whole)
