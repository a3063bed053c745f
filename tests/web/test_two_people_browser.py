"""Alice and Bob at the same draft, each in a browser of their own: nobody’s words are lost."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parvis.compose.models import Post, Version
from parvis.connections.models import Account
from parvis.people.models import Membership, Role, User, Workspace
from tests.cast import PASSWORD, draft
from tests.servers.waiting import wait_until
from tests.web.browsing import at_the_desk, chromium, desk
from tests.web.running import RunningDesk, running_desk

__all__ = ["chromium", "desk", "running_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The square reopens on Saturday."


@pytest.fixture
def desk_of_bob(
    chromium: Browser, running_desk: RunningDesk, workspace: Workspace
) -> Iterator[BrowserContext]:
    bob = User.objects.create_user("bob@example.org", PASSWORD, name="Bob", language="en")
    Membership.objects.create(user=bob, workspace=workspace, role=Role.MEMBER)
    client = Client()
    client.force_login(bob)
    his = RunningDesk(running_desk.url, client.cookies["sessionid"].value)
    with at_the_desk(chromium, his) as context:
        yield context


@pytest.fixture
def post(ponts: Account) -> Post:
    return draft(ponts, text=TEXT)


def test_the_second_to_change_a_draft_is_told_and_may_keep_their_own(
    desk: BrowserContext, desk_of_bob: BrowserContext, post: Post
) -> None:
    of_alice, of_bob = opened(desk, post), opened(desk_of_bob, post)
    say(of_alice, "Said by Alice")
    wait_until(lambda: text_of(post) == "Said by Alice", 20, "what Alice typed")
    say(of_bob, "Said by Bob")
    expect(of_bob.get_by_text("Changed elsewhere at")).to_be_visible()
    expect(of_bob.locator("#changed blockquote")).to_have_text("Said by Alice")
    assert text_of(post) == "Said by Alice"
    of_bob.get_by_role("button", name="Use mine").click()
    expect(of_bob.get_by_text("1 kept version")).to_be_visible()
    assert text_of(post) == "Said by Bob"
    assert Version.objects.get().content["text"] == "Said by Alice"


def test_a_draft_that_somebody_else_has_scheduled_keeps_what_was_typed_since(
    desk: BrowserContext, desk_of_bob: BrowserContext, post: Post
) -> None:
    of_alice, of_bob = opened(desk, post), opened(desk_of_bob, post)
    of_alice.get_by_label("Date").fill("2099-04-22")
    of_alice.get_by_label("Time", exact=True).fill("08:30")
    of_alice.get_by_role("button", name="Schedule").click()
    of_alice.wait_for_url("**/posts/*/")
    say(of_bob, "Said by Bob")
    expect(of_bob.locator("#state")).to_contain_text("handed over")
    wait_until(lambda: Version.objects.exists(), 20, "a version of what Bob typed")
    assert Version.objects.get().content["text"] == "Said by Bob"
    assert text_of(post) == TEXT


def opened(desk: BrowserContext, post: Post) -> Page:
    page = desk.new_page()
    page.goto(f"/write/{post.pk}/")
    return page


def say(page: Page, text: str) -> None:
    page.get_by_label("What you want to say").fill(text)


def text_of(post: Post) -> str:
    return Post.objects.get(pk=post.pk).text
