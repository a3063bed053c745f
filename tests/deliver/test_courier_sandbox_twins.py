"""Equal texts: a post is never taken for another one, nor sent again because of one."""

import pytest
from django.db.models.functions import Now

from parvis.deliver.models import Delivery, Outcome
from parvis.deliver.states import State
from tests.deliver.driving import look_up_due
from tests.deliver.rehearsing import (
    KINDS,
    TEXT,
    Rehearsal,
    assert_out_once,
    on,
    outcomes_of,
    settled,
    told_of,
)

pytestmark = pytest.mark.django_db

GUARDED = ("linkedin member", "linkedin organisation")
"""Where the network takes no equal text twice within some time, and so does X."""
UNGUARDED = [kind for kind in KINDS if kind not in ("x", *GUARDED)]


def post_an_hour_earlier(rehearsal: Rehearsal, *, by_hand: bool) -> str:
    """By hand: on the network's own pages, so that Parvis knows nothing of it."""
    rehearsal.turn_back(3600)
    earlier = rehearsal.schedule()
    rehearsal.deliver()
    assert settled(earlier).state == State.PUBLISHED, told_of(earlier)
    rehearsal.sandbox.advance(3600)
    if by_hand:
        earlier.delete()
    return str(earlier.receipts[0]["remote_id"])


by_hand = pytest.mark.parametrize("by_hand", [False, True], ids=["scheduled", "by-hand"])


@on(*UNGUARDED)
@by_hand
@pytest.mark.parametrize("fault", ["lose-answer", "lose-request"])
def test_the_same_text_an_hour_earlier_is_another_post(
    rehearsal: Rehearsal, fault: str, by_hand: bool
) -> None:
    earlier = post_an_hour_earlier(rehearsal, by_hand=by_hand)
    delivery = rehearsal.schedule()
    rehearsal.order(fault)

    rehearsal.deliver()
    rehearsal.go_on(turns=2)

    assert settled(delivery).state == State.PUBLISHED, told_of(delivery)
    assert rehearsal.remote_ids == [earlier, delivery.receipts[0]["remote_id"]]


@on("x")
@by_hand
def test_x_is_asked_again_where_it_takes_equal_texts(rehearsal: Rehearsal, by_hand: bool) -> None:
    rehearsal.sandbox.set_quirk("x", "refuses-equal-text", on=False)
    earlier = post_an_hour_earlier(rehearsal, by_hand=by_hand)
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.PUBLISHED, told_of(delivery)
    assert rehearsal.remote_ids == [earlier, delivery.receipts[0]["remote_id"]]


@on("x", *GUARDED)
@by_hand
def test_a_text_that_is_there_already_is_refused_and_says_so(
    rehearsal: Rehearsal, by_hand: bool
) -> None:
    earlier = post_an_hour_earlier(rehearsal, by_hand=by_hand)
    delivery = rehearsal.schedule()

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.REFUSED, told_of(delivery)
    assert delivery.reason_code == "duplicate"
    assert len(rehearsal.calls("publish")) == 2
    assert rehearsal.remote_ids == [earlier]


@on("x", *GUARDED)
@by_hand
def test_when_even_the_refusal_is_lost_the_earlier_post_is_not_taken_for_this_one(
    rehearsal: Rehearsal, by_hand: bool
) -> None:
    earlier = post_an_hour_earlier(rehearsal, by_hand=by_hand)
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    rehearsal.go_on(turns=8)

    assert settled(delivery).state in (State.REFUSED, State.UNKNOWN), told_of(delivery)
    assert delivery.receipts == []
    assert rehearsal.remote_ids == [earlier]


@on("x", *GUARDED)
def test_after_a_lost_answer_the_refusal_of_the_equal_text_leads_to_our_post(
    rehearsal: Rehearsal,
) -> None:
    """The look-up came too early and saw nothing; the post is there when it is sent again."""
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")
    rehearsal.deliver()
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SCHEDULED, ready_at=Now())

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert outcomes_of(delivery) == [Outcome.FOUND, Outcome.FOUND]


@on("linkedin member")
def test_what_cannot_be_listed_is_looked_up_by_its_refusal(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("lose-answer")

    rehearsal.deliver()
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert len(rehearsal.calls("publish")) == 2


@on("linkedin member")
def test_what_cannot_be_listed_and_is_not_there_is_posted_by_the_look_up(
    rehearsal: Rehearsal,
) -> None:
    delivery = rehearsal.schedule()
    rehearsal.order("lose-request")

    rehearsal.deliver()
    look_up_due()

    assert_out_once(rehearsal, delivery)
    assert outcomes_of(delivery) == [Outcome.FOUND]


@on("mastodon")
def test_a_server_that_ignores_the_key_still_shows_one_post(rehearsal: Rehearsal) -> None:
    rehearsal.sandbox.set_quirk("mastodon", "gotosocial", on=True)
    delivery = rehearsal.schedule(text=TEXT)
    rehearsal.order("lose-answer")

    rehearsal.deliver()
    rehearsal.go_on(turns=2)

    assert_out_once(rehearsal, delivery)
    assert len(rehearsal.calls("publish")) == 1


@on(*UNGUARDED)
def test_two_equal_posts_at_once_are_two_though_both_answers_were_lost(
    rehearsal: Rehearsal,
) -> None:
    both = [rehearsal.schedule(), rehearsal.schedule()]
    rehearsal.order("lose-answer", times=2)

    rehearsal.deliver()
    rehearsal.go_on(turns=7)

    assert len(rehearsal.posts) == 2
    found = [receipt["remote_id"] for each in both for receipt in settled(each).receipts]
    assert len(found) == len(set(found))
    assert {settled(each).state for each in both} <= {State.PUBLISHED, State.UNKNOWN}
