"""What a person decides about a delivery."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import Workspace
from tests.cast import connect, scheduled

pytestmark = pytest.mark.django_db

FOUND = {
    "remote_id": "at://found",
    "url": "https://bsky.app/found",
    "text": "What was found",
    "published_at": "2026-04-20T07:15:04+00:00",
}
ASK_FOR_ADDRESS = "Paste the address of the post, from https:// on."


@pytest.fixture
def unknown(ponts: Account) -> Delivery:
    delivery = scheduled(ponts)
    request = {"key": delivery.keys[0], "text": "", "body": {}}
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.UNKNOWN, candidates=[FOUND], prepared={"0": request}
    )
    Attempt.objects.create(delivery=delivery, number=1, fence=1, worker="w", request=request)
    return delivery


def decide(desk: Client, delivery: Delivery, verb: str, **form: str) -> str:
    address = f"/deliveries/{delivery.pk}/{verb}/"
    page = desk.post(address, {"next": "/", **form}, follow=True).content.decode()
    delivery.refresh_from_db()
    return page


def test_the_post_that_was_found_becomes_the_receipt(desk: Client, unknown: Delivery) -> None:
    page = decide(desk, unknown, "it-is-there", candidate="at://found")
    assert (unknown.state, unknown.link) == (State.PUBLISHED, "https://bsky.app/found")
    assert "Noted as published." in page


def test_a_pasted_address_becomes_the_receipt(desk: Client, unknown: Delivery) -> None:
    decide(desk, unknown, "it-is-there", url="https://bsky.app/seen")
    assert (unknown.state, unknown.link) == (State.PUBLISHED, "https://bsky.app/seen")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, ASK_FOR_ADDRESS),
        ({"url": "ftp://bsky.app/seen"}, ASK_FOR_ADDRESS),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"candidate": "at://another"}, "That post is no longer among those that were found."),
    ],
)
def test_without_a_post_nothing_is_decided(
    desk: Client, unknown: Delivery, form: dict[str, str], sentence: str
) -> None:
    assert sentence in decide(desk, unknown, "it-is-there", **form)
    assert unknown.state == State.UNKNOWN


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("look-again", State.CHECKING),
        ("send-again", State.SCHEDULED),
        ("give-up", State.CANCELLED),
    ],
)
def test_an_unknown_delivery_follows_the_decision(
    desk: Client, unknown: Delivery, verb: str, state: State
) -> None:
    decide(desk, unknown, verb)
    assert unknown.state == state


def test_without_an_attempt_nothing_can_be_looked_up(desk: Client, unknown: Delivery) -> None:
    Attempt.objects.all().delete()
    page = decide(desk, unknown, "look-again")
    assert "There is no attempt here that could be looked up." in page
    assert unknown.state == State.UNKNOWN


def test_a_held_delivery_is_released(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.HELD)
    assert "It goes out now." in decide(desk, delivery, "release")
    assert delivery.state == State.SCHEDULED


def test_what_a_limit_outlasts_can_be_sent_when_the_limit_ends(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(state=State.HELD, reason_code="too-late", lateness_allowed=3600)
    hold_calls_until(ponts, database_now() + timedelta(hours=3))
    page = html.unescape(desk.get("/").content.decode())
    assert "Bluesky lets this account post again" in page
    assert "Send it when the limit ends" in page
    assert "Send it now" not in page
    assert "Nothing is sent now" in decide(desk, delivery, "release")
    assert delivery.state == State.HELD
    assert "as soon as the network’s limit has ended" in decide(
        desk, delivery, "release-after-limit"
    )
    assert delivery.state == State.SCHEDULED


def test_a_decision_that_comes_too_late_changes_nothing_and_says_so(
    desk: Client, unknown: Delivery
) -> None:
    Delivery.objects.update(state=State.PUBLISHED)
    assert "This was settled meanwhile." in decide(desk, unknown, "send-again")
    assert unknown.state == State.PUBLISHED


def test_a_decision_needs_the_pages_token(strict_desk: Client, unknown: Delivery) -> None:
    answer = strict_desk.post(f"/deliveries/{unknown.pk}/send-again/")
    assert answer.status_code == 403
    assert "This form was open for too long" in answer.content.decode()
    unknown.refresh_from_db()
    assert unknown.state == State.UNKNOWN


def test_a_link_decides_nothing(desk: Client, unknown: Delivery) -> None:
    desk.get(f"/deliveries/{unknown.pk}/send-again/")
    unknown.refresh_from_db()
    assert unknown.state == State.UNKNOWN


def test_a_decision_leads_back_to_our_pages_alone(desk: Client, unknown: Delivery) -> None:
    answer = desk.post(
        f"/deliveries/{unknown.pk}/look-again/", {"next": "https://charlie.example.org/"}
    )
    assert answer["Location"] == f"/posts/{unknown.post_id}/"


def test_deliveries_of_another_workspace_are_not_there(desk: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(name="Bob’s", time_zone="UTC", language="en")
    delivery = scheduled(connect(other, handle="bob.example.org"))
    assert desk.post(f"/deliveries/{delivery.pk}/give-up/").status_code == 404
