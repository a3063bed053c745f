"""A film in a real browser: added in the composer, played there, and sought in."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from parvis.compose.models import Media
from parvis.connections.models import Account
from tests.compose.films import film, turned_clockwise
from tests.servers.waiting import wait_until
from tests.web.browsing import chromium, desk
from tests.web.running import running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def composer(desk: BrowserContext, ponts: Account, tmp_path: Path) -> Page:
    """With a film that was recorded upright, just added."""
    page = desk.new_page()
    page.goto("/write/")
    page.wait_for_load_state("load")
    page.locator("#picker").set_input_files([turned_clockwise(film(tmp_path / "shop.mov"))])
    wait_until(lambda: told(page, "video => video.readyState >= 1"), 60, "the film's length")
    return page


def told(page: Page, script: str) -> Any:
    return page.locator(".shot video").evaluate(script)


def test_a_film_is_played_upright_where_it_was_added(composer: Page) -> None:
    assert told(composer, "video => [video.videoWidth, video.videoHeight]") == [180, 320]
    assert told(composer, "video => video.duration") == pytest.approx(2, abs=0.1)
    assert Media.objects.get().height == 320


def test_a_film_can_be_sought_in(composer: Page) -> None:
    assert told(composer, "video => video.seekable.end(0)") == pytest.approx(2, abs=0.1)
    told(composer, "video => { video.currentTime = 1.5 }")
    there = "video => !video.seeking && video.readyState >= 2 && video.currentTime"
    wait_until(lambda: told(composer, there) == pytest.approx(1.5, abs=0.1), 60, "the place")
