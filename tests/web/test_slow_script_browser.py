"""The composer while its script is still on its way: nothing done before it arrives is lost."""

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from parvis.compose.models import Post
from parvis.connections.models import Account
from tests.servers.waiting import wait_until
from tests.web.browsing import chromium, desk
from tests.web.running import running_desk
from tests.web.test_compose_browser import TEXT, drawn

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_done_before_the_script_arrives_is_kept_when_it_does(
    desk: BrowserContext, ponts: Account
) -> None:
    page = desk.new_page()
    held: list[Route] = []
    page.route("**/compose.*js", lambda route: held.append(route))
    page.goto("/write/", wait_until="commit")
    page.get_by_label("What you want to say").fill(TEXT)
    page.locator("#picker").set_input_files([drawn()])
    assert not Post.objects.exists()

    held[0].continue_()
    expect(page.get_by_label("Description for those who cannot see it")).to_be_visible()
    wait_until(lambda: Post.objects.filter(text=TEXT, pictures__isnull=False).exists(), 60, "it")
