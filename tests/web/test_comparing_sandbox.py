"""From an answer that was lost, by the real courier and the sandbox, to a person's decision."""

import pytest
from django.test import Client

from parvis.deliver.models import Delivery
from parvis.deliver.outcomes import LOOKUPS_BEFORE_ASKING
from parvis.deliver.states import State
from tests.deliver.conftest import rehearsal
from tests.deliver.driving import look_up_at_once, look_up_due
from tests.deliver.rehearsing import TEXT, Rehearsal, on, settled, told_of
from tests.web.reading import Page

__all__ = ["rehearsal"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(rehearsal: Rehearsal) -> Delivery:
    """An equal post was made by hand a moment before, and then ours went out unheard. Its attempt
    is set back in time, before even its scheduling, so that it counts as over."""
    by_hand = rehearsal.schedule()
    rehearsal.deliver()
    assert settled(by_hand).state == State.PUBLISHED, told_of(by_hand)
    by_hand.delete()
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")
    rehearsal.deliver()
    look_up_due()
    for _ in range(LOOKUPS_BEFORE_ASKING):
        look_up_at_once()
    assert settled(delivery).state == State.UNKNOWN, told_of(delivery)
    return delivery


def page_of(desk: Client, delivery: Delivery) -> Page:
    return Page(desk.get(f"/posts/{delivery.post_id}/").content.decode())


@on("facebook")
def test_both_posts_are_shown_beside_ours_with_their_times(desk: Client, unknown: Delivery) -> None:
    page = page_of(desk, unknown)
    candidates = [each.text for each in page.of_class("candidate")]
    assert len(candidates) == 2
    assert all(TEXT in each and "word for word" in each for each in candidates)
    assert all("it was sent" in each for each in candidates)


@on("facebook")
def test_the_one_that_is_chosen_becomes_the_receipt_and_the_trace_tells_the_whole_story(
    desk: Client, rehearsal: Rehearsal, unknown: Delivery
) -> None:
    chosen = rehearsal.remote_ids[-1]
    desk.post(f"/deliveries/{unknown.pk}/it-is-there/", {"candidate": chosen})
    assert settled(unknown).receipts[0]["remote_id"] == chosen
    (trace,) = page_of(desk, unknown).of_class("happened")
    story = (
        "Attempt 1: it was sent.",
        "Whether the network took it is not known.",
        "It was looked up on the network: what is there does not tell for certain.",
        "Alice decided: it is there.",
    )
    places = [trace.text.find(words) for words in story]
    assert -1 not in places
    assert places == sorted(places)
    assert len(rehearsal.posts) == 2


@on("facebook")
def test_looking_again_asks_the_network_once_more_and_then_the_person(
    desk: Client, unknown: Delivery
) -> None:
    desk.post(f"/deliveries/{unknown.pk}/look-again/")
    assert settled(unknown).state == State.CHECKING
    for _ in range(LOOKUPS_BEFORE_ASKING):
        look_up_at_once()
    assert settled(unknown).state == State.UNKNOWN
    assert len(page_of(desk, unknown).of_class("candidate")) == 2
