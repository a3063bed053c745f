"""Posts of several parts, and parts that a network blocks, holds already or wants anew."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from parvis.connections.models import Account, AccountState
from parvis.deliver import verbs
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from tests.cast import scheduled
from tests.deliver.driving import deliver_due, look_up_due
from tests.deliver.model_network import Killed, ModelNetwork

pytestmark = pytest.mark.django_db
THREAD = ("And more", "To the end")


@pytest.fixture
def thread(ponts: Account, network: ModelNetwork) -> Delivery:
    return scheduled(ponts, text="Open", thread=THREAD)


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def deliver_again() -> None:
    """What is scheduled is due now, whatever pause was made."""
    Delivery.objects.filter(state=State.SCHEDULED).update(ready_at=Now())
    deliver_due()


def the_worker_dies() -> None:
    with pytest.raises(Killed):
        deliver_due()
    lapsed = Now() - timedelta(seconds=1)
    Delivery.objects.exclude(lease_until=None).update(lease_until=lapsed)
    sweep()


def out(network: ModelNetwork) -> list[tuple[str, str]]:
    """What every post says, and which one it answers."""
    return [(post.text, post.answers) for post in network.posts]


WHOLE = [("Open", ""), ("And more", "0"), ("To the end", "1")]


def test_three_parts_go_out_in_order_each_answering_the_one_before(
    network: ModelNetwork, thread: Delivery
) -> None:
    deliver_due()
    assert out(network) == WHOLE
    assert settled(thread).state == State.PUBLISHED
    assert [receipt["remote_id"] for receipt in thread.receipts] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "death", ["publish killed before", "publish killed after", "prepare killed"]
)
def test_after_a_death_between_parts_the_rest_goes_on_and_nothing_is_there_twice(
    network: ModelNetwork, thread: Delivery, death: str
) -> None:
    network.fates.append("prepare passes")
    network.fates.append("publish passes")
    network.fates.append(death)
    the_worker_dies()
    assert settled(thread).state == State.CHECKING
    assert len(thread.receipts) == 1
    look_up_due()
    deliver_again()
    assert out(network) == WHOLE
    assert settled(thread).state == State.PUBLISHED


def test_a_part_whose_answer_was_lost_is_found_and_the_next_one_answers_it(
    network: ModelNetwork, thread: Delivery
) -> None:
    network.fates.extend(["publish passes", "publish lost answer"])
    deliver_due()
    look_up_due()
    deliver_again()
    assert out(network) == WHOLE


def test_a_refused_part_leaves_those_before_it_with_their_receipts(
    network: ModelNetwork, thread: Delivery
) -> None:
    network.fates.extend(["publish passes", "publish refused"])
    deliver_due()
    assert (settled(thread).state, len(thread.receipts)) == (State.REFUSED, 1)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.take_back(thread.post)


def test_what_fails_again_in_the_middle_of_a_thread_is_settled_and_waits_longer(
    network: ModelNetwork, thread: Delivery
) -> None:
    network.fates.extend(["prepare passes", "prepare processes", "prepare processes"])
    deliver_due()
    assert (settled(thread).state, thread.reason_code) == (State.SCHEDULED, "processing")
    tries = thread.tries
    deliver_again()
    assert (settled(thread).state, thread.tries) == (State.SCHEDULED, tries + 1)
    assert [attempt.part for attempt in thread.attempts.all()] == [0, 1, 1]
    deliver_again()
    assert out(network) == WHOLE


@pytest.mark.parametrize("call", ["prepare", "publish"])
def test_what_will_never_do_is_thrown_away_and_prepared_anew(
    ponts: Account, network: ModelNetwork, call: str
) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(progress={"0": {"upload": {"chunk": 9}}, "1": {"kept": {}}})
    network.fates.append(f"{call} anew")
    deliver_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.SCHEDULED, "media-gone")
    assert (delivery.prepared, delivery.progress) == ({}, {"1": {"kept": {}}})
    deliver_again()
    assert network.offered == [{"chunk": 9}, None]
    assert settled(delivery).state == State.PUBLISHED
    assert len(network.posts) == 1


def test_what_was_prepared_is_not_prepared_again_while_it_will_do(
    ponts: Account, network: ModelNetwork
) -> None:
    scheduled(ponts)
    network.fates.append("publish not sent")
    deliver_due()
    deliver_again()
    assert len(network.posts) == network.made == 1


@pytest.mark.parametrize("call", ["prepare", "publish"])
def test_a_network_that_waits_for_the_owner_holds_the_post_and_leaves_the_account_connected(
    ponts: Account, network: ModelNetwork, call: str
) -> None:
    delivery, later = scheduled(ponts), scheduled(ponts, in_=timedelta(days=1))
    network.fates.append(f"{call} blocked")
    deliver_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.HELD, "out-of-credit")
    assert settled(later).state == State.SCHEDULED
    assert Account.objects.get().state == AccountState.CONNECTED


def test_what_the_owner_has_seen_to_is_sent_when_it_is_released(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish blocked")
    deliver_due()
    assert verbs.release_for(ponts) == 0
    verbs.release(settled(delivery))
    deliver_due()
    assert settled(delivery).state == State.PUBLISHED
    assert len(network.posts) == 1


def test_a_duplicate_after_a_lost_answer_is_looked_up_and_adopted(
    ponts: Account, network: ModelNetwork, thread: Delivery
) -> None:
    """The request lands at last, after it was looked for in vain and before it is sent again."""
    network.takes_no_equals = True
    network.fates.extend(["publish passes", "publish late"])
    deliver_due()
    look_up_due()
    assert settled(thread).reason_code == "absent"
    network.land_what_is_under_way()
    deliver_again()
    assert (settled(thread).state, thread.reason_code) == (State.CHECKING, "duplicate")
    look_up_due()
    deliver_again()
    assert out(network) == WHOLE
    assert settled(thread).state == State.PUBLISHED


def test_a_duplicate_is_looked_up_also_when_the_attempt_before_was_prepared_anew_since(
    ponts: Account, network: ModelNetwork
) -> None:
    network.takes_no_equals = True
    delivery = scheduled(ponts)
    network.fates.extend(["publish late", "publish anew"])
    deliver_due()
    look_up_due()
    deliver_again()
    assert settled(delivery).reason_code == "media-gone"
    network.land_what_is_under_way()
    deliver_again()
    look_up_due()
    assert settled(delivery).state == State.PUBLISHED
    assert len(network.posts) == 1


def test_a_duplicate_at_the_first_attempt_is_anothers_and_refused(
    ponts: Account, network: ModelNetwork
) -> None:
    first = scheduled(ponts)
    deliver_due()
    network.takes_no_equals = True
    second = scheduled(ponts)
    deliver_due()
    assert [settled(first).state, settled(second).state] == [State.PUBLISHED, State.REFUSED]
    assert second.reason_code == "duplicate"


def test_a_duplicate_that_is_looked_for_in_vain_is_a_refusal_in_the_end(
    ponts: Account, network: ModelNetwork
) -> None:
    """However many parts came before: they count for nothing here."""
    delivery = scheduled(ponts, text="Open", thread=(*(f"Part {n}" for n in range(5)), "Last"))
    network.fates.extend(["publish passes"] * 6)
    network.fates.append("publish lost request")
    network.fates.extend(["publish duplicate"] * 9)
    deliver_due()
    looked = 0
    while settled(delivery).state not in (State.REFUSED, State.PUBLISHED):
        looked += 1
        assert looked < 9
        look_up_due()
        deliver_again()
    assert (delivery.state, delivery.reason_code) == (State.REFUSED, "duplicate")
    assert (looked, len(delivery.receipts)) == (4, 6)


def test_how_far_an_upload_has_come_is_offered_again_after_a_death(
    network: ModelNetwork, thread: Delivery
) -> None:
    network.fates.extend(["prepare passes", "prepare uploads, killed"])
    the_worker_dies()
    assert settled(thread).progress == {"1": {"upload": {"chunk": 3}}}
    look_up_due()
    deliver_again()
    assert network.offered == [None, None, {"chunk": 3}, None]
    assert out(network) == WHOLE


def test_a_worker_that_lost_its_lease_cannot_write_how_far_it_came(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)

    async def another_takes_it() -> None:
        await Delivery.objects.aupdate(fence=F("fence") + 1, progress={"0": {"by": "another"}})

    network.stalled = another_takes_it
    network.fates.append("prepare uploads, stalls")
    deliver_due()
    assert settled(delivery).progress == {"0": {"by": "another"}}
    assert network.made == 0
    assert not network.posts


def test_a_lease_that_has_lapsed_writes_nothing_either(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)

    async def a_long_sleep() -> None:
        await Delivery.objects.aupdate(lease_until=Now() - timedelta(seconds=1))

    network.stalled = a_long_sleep
    network.fates.append("prepare uploads, stalls")
    deliver_due()
    assert settled(delivery).progress == {"0": {"upload": {"chunk": 3}}}
    assert not network.posts


def test_a_part_that_needs_media_worked_on_says_so_and_is_tried_by_itself(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("prepare processes")
    deliver_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.SCHEDULED, "processing")
    (attempt,) = Attempt.objects.all()
    assert attempt.outcome == Outcome.NOT_SENT
