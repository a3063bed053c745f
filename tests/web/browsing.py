"""The running desk in Chromium, before and after somebody has signed in."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import running_chromium
from tests.web.running import RunningDesk


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright runs an event loop in this thread, and Django refuses to wait beside one."""
    with pytest.MonkeyPatch.context() as patch, running_chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture
def desk(chromium: Browser, running_desk: RunningDesk) -> Iterator[BrowserContext]:
    with at_the_desk(chromium, running_desk) as context:
        yield context


def visiting(chromium: Browser, running: RunningDesk, **how: Any) -> BrowserContext:
    context = chromium.new_context(base_url=running.url, locale="en-GB", **how)
    context.set_default_timeout(60_000)
    return context


def at_the_desk(chromium: Browser, running: RunningDesk, **how: Any) -> BrowserContext:
    context = visiting(chromium, running, **how)
    context.add_cookies([{"name": "sessionid", "value": running.session, "url": running.url}])
    return context
