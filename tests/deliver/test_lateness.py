"""How late a post may go out is its own, and what would be later is held and told."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver import verbs
from parvis.deliver.claims import claim_due
from parvis.deliver.models import Delivery, Event, Happened
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from tests.cast import draft, make_due, scheduled

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def allowing(account: Account, allowed: timedelta, late: timedelta) -> Delivery:
    """Due so long ago."""
    seconds = int(allowed.total_seconds())
    delivery = scheduled(account, lateness_allowed=seconds)
    make_due(delivery, late)
    return delivery


def state_after_a_sweep(delivery: Delivery) -> tuple[str, str]:
    sweep()
    delivery.refresh_from_db()
    return delivery.state, delivery.reason_code


def test_each_post_is_held_by_its_own_allowance(ponts: Account) -> None:
    strict, patient = allowing(ponts, HOUR, 2 * HOUR), allowing(ponts, 48 * HOUR, 40 * HOUR)
    assert state_after_a_sweep(strict) == (State.HELD, "too-late")
    assert state_after_a_sweep(patient) == (State.SCHEDULED, "")


def test_the_allowance_is_frozen_when_the_post_is_scheduled(ponts: Account) -> None:
    delivery = scheduled(ponts, lateness_allowed=3600)
    Post.objects.update(lateness_allowed=60)
    make_due(delivery, HOUR / 2)
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")


def test_a_post_that_may_hardly_be_late_is_not_sent_late(ponts: Account) -> None:
    delivery = allowing(ponts, timedelta(minutes=1), timedelta(seconds=62))
    assert state_after_a_sweep(delivery) == (State.HELD, "too-late")


def test_what_is_held_for_being_late_tells_how_late_was_allowed(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    sweep()
    delivery.refresh_from_db()
    event = Event.objects.get(delivery=delivery, kind=Happened.HELD)
    assert delivery.reason_facts == event.facts == {"allowed": 3600}
    assert event.code == "too-late"


def test_a_limit_that_ends_too_late_is_told_at_once(ponts: Account) -> None:
    """Nobody has to wait for hours to learn that it will not go out."""
    delivery = allowing(ponts, HOUR, timedelta(0))
    hold_calls_until(ponts, verbs.database_now() + 2 * HOUR)
    assert state_after_a_sweep(delivery) == (State.HELD, "too-late")


def test_a_limit_that_ends_in_time_is_waited_for(ponts: Account) -> None:
    delivery = allowing(ponts, 3 * HOUR, timedelta(0))
    hold_calls_until(ponts, verbs.database_now() + HOUR)
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")


def test_what_was_itself_told_to_wait_for_too_long_is_held_at_once(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, timedelta(0))
    Delivery.objects.update(ready_at=Now() + 2 * HOUR)
    assert state_after_a_sweep(delivery) == (State.HELD, "too-late")


def test_a_limit_says_nothing_of_what_is_not_due_yet(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=3 * HOUR, lateness_allowed=60)
    hold_calls_until(ponts, verbs.database_now() + 2 * HOUR)
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING, State.CHECKING])
def test_what_is_on_its_way_is_not_held(ponts: Account, state: State) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    living = {"lease_until": Now() + HOUR}
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **living)
    assert state_after_a_sweep(delivery) == (state, "")


def test_what_is_too_late_does_not_keep_the_next_one_waiting(ponts: Account) -> None:
    allowing(ponts, HOUR, 2 * HOUR)
    next_one = scheduled(ponts)
    sweep()
    assert [claim.delivery_id for claim in claim_due(10)] == [next_one.pk]


def test_what_a_person_releases_may_be_late_from_now_on(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 20 * HOUR)
    sweep()
    verbs.release(Delivery.objects.get())
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")
    assert [claim.delivery_id for claim in claim_due(10)] == [delivery.pk]


def test_what_a_limit_outlasts_is_not_released_to_be_held_again(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    sweep()
    hold_calls_until(ponts, verbs.database_now() + 3 * HOUR)
    with pytest.raises(verbs.LimitOutlasts) as outlasting:
        verbs.release(Delivery.objects.get())
    assert outlasting.value.until == Account.objects.get().waits_until
    assert state_after_a_sweep(delivery) == (State.HELD, "too-late")


def test_a_limit_that_ends_in_time_holds_no_release_up(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    sweep()
    hold_calls_until(ponts, verbs.database_now() + HOUR / 2)
    verbs.release(Delivery.objects.get())
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")


def test_what_is_released_after_the_limit_is_due_then(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    sweep()
    hold_calls_until(ponts, verbs.database_now() + 3 * HOUR)
    verbs.release_after_limit(Delivery.objects.get())
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")
    assert Delivery.objects.get().due_at == Account.objects.get().waits_until
    assert claim_due(10) == []


def test_what_is_released_after_a_limit_that_has_ended_goes_out_now(ponts: Account) -> None:
    delivery = allowing(ponts, HOUR, 2 * HOUR)
    sweep()
    verbs.release_after_limit(Delivery.objects.get())
    assert state_after_a_sweep(delivery) == (State.SCHEDULED, "")
    assert [claim.delivery_id for claim in claim_due(10)] == [delivery.pk]


def test_twelve_hours_are_allowed_unless_the_post_says_otherwise(ponts: Account) -> None:
    (delivery,) = verbs.publish_now(draft(ponts))
    assert delivery.lateness_allowed == 12 * 60 * 60
