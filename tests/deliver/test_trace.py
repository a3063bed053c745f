"""What happened to a delivery is written down by the statements that make it happen."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver import claims, leaving, verbs
from parvis.deliver.models import Delivery, Event, Happened
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.networks.contract import Published
from parvis.people.models import User
from tests.cast import draft, make_due, scheduled
from tests.deliver.driving import (
    deliver_claimed,
    deliver_due,
    end_all_waiting,
    let_leases_lapse,
    look_up_at_once,
    look_up_due,
)
from tests.deliver.model_network import Killed, ModelNetwork

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)
FOUND = Published(remote_id="1", url="https://example.org/1")


def events(delivery: Delivery) -> list[tuple[str, str]]:
    """After its scheduling, in order."""
    told = Event.objects.filter(delivery=delivery).exclude(kind=Happened.SCHEDULED)
    return list(told.values_list("kind", "code"))


def last(delivery: Delivery) -> Event:
    return Event.objects.filter(delivery=delivery).last()  # type: ignore[return-value]


def put(delivery: Delivery, state: State, **more: Any) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **more)
    delivery.refresh_from_db()
    return delivery


def test_who_scheduled_a_post_is_told_of_each_of_its_deliveries(
    ponts: Account, ponts_mastodon: Account, alice: User
) -> None:
    verbs.schedule(draft(ponts, ponts_mastodon), verbs.database_now() + TOMORROW, by=alice)
    kept = Event.objects.values_list("kind", "person")
    assert list(kept) == [(Happened.SCHEDULED, alice.pk)] * 2


def test_what_nobody_asked_for_has_no_person(ponts: Account) -> None:
    delivery = scheduled(ponts)
    make_due(delivery, timedelta(hours=13))
    sweep()
    assert (last(delivery).kind, last(delivery).person) == (Happened.HELD, None)


def test_a_move_tells_where_to(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    later = verbs.database_now() + 2 * TOMORROW
    verbs.move(delivery.post, later, by=alice)
    event = last(delivery)
    assert (event.kind, event.person) == (Happened.MOVED, alice)
    assert event.facts == {"to": later.isoformat()}


def test_taking_back_and_deleting_tell_who_did_it(ponts: Account, alice: User) -> None:
    back, gone = scheduled(ponts, in_=TOMORROW), scheduled(ponts, in_=TOMORROW)
    verbs.take_back(back.post, by=alice)
    verbs.delete(gone.post, by=alice)
    for delivery in (back, gone):
        assert (last(delivery).kind, last(delivery).person) == (Happened.TAKEN_BACK, alice)


@pytest.mark.parametrize(
    ("before", "decide", "kind", "code"),
    [
        (State.HELD, verbs.release, Happened.RELEASED, ""),
        (State.HELD, verbs.give_up, Happened.GIVEN_UP, ""),
        (State.UNKNOWN, verbs.give_up, Happened.GIVEN_UP, ""),
        (State.UNKNOWN, verbs.send_again, Happened.DECIDED, "again"),
    ],
)
def test_a_decision_tells_what_was_decided_and_by_whom(
    ponts: Account, alice: User, before: State, decide: Any, kind: Happened, code: str
) -> None:
    delivery = put(scheduled(ponts), before)
    decide(delivery, by=alice)
    event = last(delivery)
    assert (event.kind, event.code, event.person) == (kind, code, alice)


def test_that_it_is_there_and_that_it_is_looked_for_again_are_decisions(
    ponts: Account, alice: User, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish lost answer")
    deliver_due()
    verbs.look_again(put(delivery, State.UNKNOWN), by=alice)
    assert (last(delivery).kind, last(delivery).code) == (Happened.DECIDED, "look")
    verbs.it_is_there(put(delivery, State.UNKNOWN), FOUND, by=alice)
    assert (last(delivery).code, last(delivery).person) == ("there", alice)


def test_a_decision_that_came_too_late_leaves_no_trace(ponts: Account, alice: User) -> None:
    delivery = put(scheduled(ponts), State.PUBLISHED)
    with pytest.raises(verbs.NothingToDecide):
        verbs.give_up(delivery, by=alice)
    assert events(delivery) == []


def test_what_is_not_all_moved_leaves_no_trace(
    ponts: Account, ponts_mastodon: Account, alice: User
) -> None:
    delivery = scheduled(ponts, ponts_mastodon, in_=TOMORROW)
    Delivery.objects.exclude(pk=delivery.pk).update(state=State.PUBLISHED)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.move(delivery.post, verbs.database_now() + 2 * TOMORROW, by=alice)
    assert events(delivery) == []


def test_waiting_for_a_limit_is_told_with_its_end(ponts: Account, network: ModelNetwork) -> None:
    delivery = scheduled(ponts)
    due = claims.claim_due(10)
    hold_calls_until(ponts, verbs.database_now() + timedelta(minutes=5))
    deliver_claimed(due)
    assert events(delivery) == [(Happened.WAITS, "rate-limit")]
    delivery.refresh_from_db()
    assert delivery.state == State.SCHEDULED
    assert not delivery.attempts.exists()
    assert delivery.ready_at > verbs.database_now() + timedelta(minutes=4)


def test_a_claim_lost_with_its_worker_tells_whose_it_was(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claims.take(claims.claim_due(10), "gone")
    let_leases_lapse()
    event = last(delivery)
    assert (event.kind, event.code, event.worker) == (Happened.TAKEN_OVER, "not-begun", "gone")


def test_a_claim_that_no_worker_had_taken_yet_is_nothing_to_tell(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claims.claim_due(10)
    let_leases_lapse()
    assert events(delivery) == []


def test_a_worker_lost_in_the_middle_of_a_thread_tells_of_the_part(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts, thread=("And more",))
    network.fates.extend(["publish passes", "publish killed after"])
    with pytest.raises(Killed):
        deliver_due()
    let_leases_lapse()
    event = last(delivery)
    assert (event.kind, event.code, event.part) == (Happened.TAKEN_OVER, "worker-lost", 1)


def test_a_thread_taken_over_before_its_second_part_was_begun_tells_of_that_part(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts, thread=("And more",))
    network.fates.extend(["publish passes", "publish lost request"])
    deliver_due()
    look_up_due()
    end_all_waiting()
    claims.take(claims.claim_due(10), "gone")
    let_leases_lapse()
    assert (last(delivery).code, last(delivery).part) == ("not-begun", 1)


def test_look_ups_tell_what_they_found(ponts: Account, network: ModelNetwork) -> None:
    delivery = scheduled(ponts)
    network.fates.extend(["publish lost request", "publish lost answer", "look up fails"])
    deliver_due()
    look_up_due()
    look_up_due()
    end_all_waiting()
    deliver_due()
    look_up_due()
    looked = [(Happened.LOOKED_UP, code) for code in ("no-answer", "absent", "present")]
    assert events(delivery) == looked


def test_several_that_may_be_it_cannot_be_told_apart(ponts: Account, network: ModelNetwork) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish lost answer")
    deliver_due()
    network.posts.append(network.posts[0])
    look_up_due()
    assert events(delivery) == [(Happened.LOOKED_UP, "cannot-tell")]


def test_a_look_up_that_came_too_soon_is_nothing_to_tell(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish late")
    deliver_due()
    look_up_at_once()
    assert events(delivery) == []


def test_disconnecting_and_coming_back_are_told_of_all_that_it_moved(ponts: Account) -> None:
    deliveries = [scheduled(ponts, in_=TOMORROW) for _ in range(2)]
    leaving.disconnect(ponts)
    leaving.welcome_back(ponts)
    moved = [(Happened.HELD, "disconnected"), (Happened.RELEASED, "account-is-back")]
    assert [events(delivery) for delivery in deliveries] == [moved, moved]


def test_handing_back_is_told_when_a_worker_stops_and_not_when_another_holds_it_up(
    ponts: Account, network: ModelNetwork
) -> None:
    """See also test_hands: there a whole worker stops."""
    delivery = scheduled(ponts)
    for tells in (False, True):
        batch = claims.claim_due(10)
        claims.take(batch, "one")
        assert claims.hand_back(batch, "one", tells=tells) == 1
    assert events(delivery) == [(Happened.HANDED_BACK, "")]


def test_what_is_no_longer_this_workers_is_not_handed_back(ponts: Account) -> None:
    delivery = scheduled(ponts)
    batch = claims.claim_due(10)
    claims.take(batch, "one")
    assert claims.hand_back(batch, "two", tells=True) == 0
    Delivery.objects.update(fence=9, lease_until=Now())
    assert claims.hand_back(batch, "one", tells=True) == 0
    assert events(delivery) == []


def test_who_leaves_a_refusal_at_that_is_written_down(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.REFUSED)
    verbs.set_aside(delivery, by=alice)
    assert events(delivery) == [(Happened.DECIDED, "set-aside")]
    assert last(delivery).person == alice
    with pytest.raises(verbs.NothingToDecide):
        verbs.set_aside(delivery, by=alice)
    assert len(events(delivery)) == 1


def test_a_refusal_is_taken_back_with_its_post(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.REFUSED)
    verbs.take_back(delivery.post, by=alice)
    assert events(delivery) == [(Happened.TAKEN_BACK, "")]
    assert last(delivery).person == alice
