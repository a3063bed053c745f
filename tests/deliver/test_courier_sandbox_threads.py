"""Posts of several parts in the sandbox: each answers the right one, whatever befalls it."""

import pytest

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.registry import networks
from parvis.networks.traits import Following
from tests.deliver.driving import let_leases_lapse, look_up_due
from tests.deliver.rehearsing import (
    KINDS,
    TEXT,
    Killed,
    Rehearsal,
    assert_out_once,
    dies_before,
    on,
    page_at,
    settled,
    told_of,
)

pytestmark = pytest.mark.django_db

THREADING = [
    name
    for name, kind in KINDS.items()
    if networks()[kind.network].usual_traits.following is Following.REPLIES
]
MORE = ("Forty booksellers come.", "Bring a bag.")
COMMENT = "The way there: by tram."


def thread_of_three(rehearsal: Rehearsal) -> Delivery:
    return rehearsal.schedule(thread=MORE)


def assert_each_answers_the_one_before(rehearsal: Rehearsal, delivery: Delivery) -> None:
    assert_out_once(rehearsal, delivery)
    first, second, _third = rehearsal.remote_ids
    assert [post["parent"] for post in rehearsal.posts] == ["", first, second]
    assert [post["visible_text"] for post in rehearsal.posts] == [TEXT, *MORE]


def assert_comment_is_below(rehearsal: Rehearsal, delivery: Delivery) -> None:
    assert_out_once(rehearsal, delivery)
    post, comment = rehearsal.posts
    assert (comment["parent"], comment["visible_text"]) == (post["remote_id"], COMMENT)


@on(*THREADING)
def test_each_part_answers_the_one_before(rehearsal: Rehearsal) -> None:
    delivery = thread_of_three(rehearsal)

    rehearsal.deliver()

    assert_each_answers_the_one_before(rehearsal, delivery)
    for receipt, text in zip(delivery.receipts, (TEXT, *MORE), strict=True):
        assert text in page_at(receipt["url"])


@on(*THREADING)
@pytest.mark.parametrize("fault", ["lose-answer", "error-after", "lose-request"])
def test_when_the_second_answer_is_lost_the_third_still_answers_the_second(
    rehearsal: Rehearsal, fault: str
) -> None:
    delivery = thread_of_three(rehearsal)
    rehearsal.order(fault, after=1)

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    assert len(delivery.receipts) == 1
    rehearsal.go_on(turns=2)

    assert_each_answers_the_one_before(rehearsal, delivery)


@on(*THREADING)
def test_a_thread_goes_on_where_a_limit_stopped_it(rehearsal: Rehearsal) -> None:
    delivery = thread_of_three(rehearsal)
    rehearsal.order("rate-limit", after=1, seconds=60)

    rehearsal.deliver()
    assert settled(delivery).state == State.SCHEDULED, told_of(delivery)
    rehearsal.sandbox.advance(7200 if rehearsal.network == "threads" else 120)
    rehearsal.deliver_again()

    assert_each_answers_the_one_before(rehearsal, delivery)


@on(*THREADING)
def test_a_thread_goes_on_after_the_worker_died_between_two_parts(rehearsal: Rehearsal) -> None:
    delivery = thread_of_three(rehearsal)

    with pytest.raises(Killed):
        rehearsal.deliver(dies_before(PUBLISHING[rehearsal.network], after=1))
    let_leases_lapse()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    rehearsal.go_on(turns=2)

    assert_each_answers_the_one_before(rehearsal, delivery)


@on(*THREADING)
def test_trouble_with_the_second_ones_picture_delays_it_and_the_third_alone(
    rehearsal: Rehearsal,
) -> None:
    delivery = rehearsal.schedule(thread=MORE, media=(rehearsal.picture(part=1),))
    is_fetched = rehearsal.account.traits.fetches_media
    # Threads makes a container for each text, the first one's among them.
    first = {"on": "container", "after": 1} if is_fetched else {"on": "upload"}
    rehearsal.order("lose-answer", **first)

    rehearsal.deliver()
    assert settled(delivery).state == State.SCHEDULED, told_of(delivery)
    assert len(rehearsal.posts) == 1
    rehearsal.deliver_again()

    assert_each_answers_the_one_before(rehearsal, delivery)
    assert [len(post["media"]) for post in rehearsal.posts] == [0, 1, 0]


@on(*THREADING)
def test_when_the_second_is_refused_the_first_stays_and_the_third_is_not_sent(
    rehearsal: Rehearsal,
) -> None:
    delivery = thread_of_three(rehearsal)
    rehearsal.order("refuse", after=1)

    rehearsal.deliver()
    rehearsal.go_on(turns=1)

    assert settled(delivery).state == State.REFUSED, told_of(delivery)
    assert rehearsal.remote_ids == [receipt["remote_id"] for receipt in delivery.receipts]
    assert len(rehearsal.posts) == 1


@on(*KINDS)
def test_a_first_comment_stands_below_the_post(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule(first_comment=COMMENT)

    rehearsal.deliver()

    assert_comment_is_below(rehearsal, delivery)


@on(*(kind for kind in KINDS if kind != "linkedin member"))
@pytest.mark.parametrize("fault", ["lose-answer", "error-after", "lose-request"])
def test_a_first_comment_whose_answer_was_lost_is_there_once(
    rehearsal: Rehearsal, fault: str
) -> None:
    delivery = rehearsal.schedule(first_comment=COMMENT)
    rehearsal.order(fault, after=1)

    rehearsal.deliver()
    assert settled(delivery).state == State.CHECKING, told_of(delivery)
    rehearsal.go_on(turns=2)

    assert_comment_is_below(rehearsal, delivery)


@on("linkedin member")
def test_a_comment_that_nobody_may_read_is_for_a_person_to_judge(rehearsal: Rehearsal) -> None:
    delivery = rehearsal.schedule(first_comment=COMMENT)
    rehearsal.order("lose-answer", after=1)

    rehearsal.deliver()
    for _ in range(7):
        look_up_due()

    assert settled(delivery).state == State.UNKNOWN, told_of(delivery)
    assert len(delivery.receipts) == 1
    assert len(rehearsal.posts) == 2


PUBLISHING = {
    "x": "/2/tweets",
    "threads": "threads_publish",
    "mastodon": "/api/v1/statuses",
    "bluesky": "com.atproto.repo.",
}
"""A part of the address to which a post is sent."""
