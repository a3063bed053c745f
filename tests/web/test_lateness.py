"""How late a post may go out: chosen in the composer, kept, and told on the post's page."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from parvis.compose.lateness import DAY, HOUR, USUAL
from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from tests.cast import draft, scheduled
from tests.web.test_compose import form, said, tomorrow

pytestmark = pytest.mark.django_db


def chosen(page: str) -> str:
    """What the select shows."""
    field = re.search(r'<select id="lateness".*?</select>', page, re.S)
    assert field
    found = re.findall(r"<option [^>]*selected>(.*?)</option>", field[0])
    assert len(found) == 1
    return html.unescape(found[0])


def test_a_new_post_allows_twelve_hours(desk: Client) -> None:
    assert chosen(said(desk.get("/write/"))) == "send it up to 12 hours late"


def test_what_was_chosen_is_kept_with_the_draft_and_shown_again(
    desk: Client, ponts: Account
) -> None:
    desk.post("/write/keep/", form(lateness=3 * HOUR))
    post = Post.objects.get()
    assert post.lateness_allowed == 3 * HOUR
    assert chosen(said(desk.get(f"/write/{post.pk}/"))) == "send it up to 3 hours late"


def test_what_the_command_chose_stands_among_the_choices(desk: Client, ponts: Account) -> None:
    post = draft(ponts, lateness_allowed=95 * 60)
    assert chosen(said(desk.get(f"/write/{post.pk}/"))) == "send it up to 95 minutes late"


@pytest.mark.parametrize("sent", ["", "soon", "-5", "0", "59", str(31 * DAY), "9" * 30])
def test_nonsense_allows_the_usual_and_costs_no_text(desk: Client, sent: str) -> None:
    desk.post("/write/keep/", form(lateness=sent))
    assert Post.objects.get().lateness_allowed == USUAL


def test_scheduling_freezes_what_was_chosen(desk: Client, ponts: Account) -> None:
    desk.post("/write/schedule/", form(None, ponts, lateness=HOUR, **tomorrow()))
    assert Delivery.objects.get().lateness_allowed == HOUR


@pytest.mark.parametrize("make", [draft, scheduled])
def test_the_page_of_a_post_says_how_late_it_may_go_out(
    desk: Client, ponts: Account, make: Callable[..., Post | Delivery]
) -> None:
    made = make(ponts, lateness_allowed=DAY)
    post_id = made.post_id if isinstance(made, Delivery) else made.pk
    page = said(desk.get(f"/posts/{post_id}/"))
    assert "If it cannot go out on time, it is sent up to 1 day late;" in page


def test_what_is_published_says_no_more_how_late_it_may_go_out(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    receipt = {"remote_id": "1", "url": "https://bsky.app/1", "published_at": None}
    Delivery.objects.update(state=State.PUBLISHED, receipts=[receipt])
    assert "If it cannot go out on time" not in said(desk.get(f"/posts/{delivery.post_id}/"))
