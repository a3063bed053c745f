"""What is needed to believe a look-up, and what one troubled post may cost the others."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.connections.verbs import disconnect, hold_calls_until
from parvis.deliver import claims, courier, verbs
from parvis.deliver.courier import Courier
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from tests.cast import make_due, scheduled
from tests.deliver.driving import (
    deliver_due,
    look_up_at_once,
    look_up_due,
    wait_no_longer_for_earlier_posts,
)
from tests.deliver.model_network import ModelNetwork

pytestmark = pytest.mark.django_db


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def again() -> None:
    Delivery.objects.filter(state=State.SCHEDULED).update(ready_at=Now())
    deliver_due()


def test_absence_is_not_believed_while_the_request_may_be_under_way(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish late")
    deliver_due()
    look_up_at_once()
    assert (settled(delivery).state, delivery.reason_code) == (State.CHECKING, "under-way")
    network.land(network.under_way.pop().prepared)
    look_up_at_once()
    again()
    assert settled(delivery).state == State.PUBLISHED
    assert len(network.posts) == 1


def test_absence_is_believed_once_the_request_cannot_be_under_way_any_more(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish lost request")
    deliver_due()
    look_up_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.SCHEDULED, "absent")


def test_what_is_absent_again_and_again_is_sent_less_and_less_often(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    for _ in range(6):
        network.fates.append("publish lost request")
        again()
        look_up_due()
    assert settled(delivery).ready_at - verbs.database_now() > timedelta(minutes=1)


def test_two_look_ups_of_equal_posts_do_not_take_the_same_one(
    ponts: Account, network: ModelNetwork
) -> None:
    first, second = scheduled(ponts, text="Open"), scheduled(ponts, text="Open")
    network.fates.extend(["publish lost answer", "publish lost request"])
    deliver_due()
    wait_no_longer_for_earlier_posts()
    deliver_due()

    async def look_the_other_up() -> None:
        network.stalled = None
        await _look_up(second)

    network.stalled = look_the_other_up
    network.fates.append("look up stalls")
    async_to_sync(_look_up)(first)
    assert {settled(first).state, settled(second).state} == {State.PUBLISHED, State.CHECKING}
    look_up_due()
    again()
    assert settled(first).receipts != settled(second).receipts
    assert len(network.posts) == 2


def test_an_equal_post_that_is_just_being_sent_is_not_taken_for_the_lost_one(
    ponts: Account, network: ModelNetwork
) -> None:
    lost = scheduled(ponts, text="Open")
    network.fates.append("publish lost request")
    deliver_due()
    wait_no_longer_for_earlier_posts()
    other = scheduled(ponts, text="Open")

    async def look_the_lost_one_up() -> None:
        network.stalled = None
        await _look_up(lost)

    network.stalled = look_the_lost_one_up
    network.fates.append("publish stalls")
    deliver_due()
    assert settled(other).state == State.PUBLISHED
    assert settled(lost).state == State.CHECKING


def test_an_old_equal_post_is_known_to_be_another_ones_however_late_the_look_up(
    ponts: Account, network: ModelNetwork
) -> None:
    lost = scheduled(ponts, text="Open")
    network.fates.append("publish lost request")
    deliver_due()
    wait_no_longer_for_earlier_posts()
    equal = scheduled(ponts, text="Open")
    deliver_due()
    assert settled(equal).state == State.PUBLISHED
    five_days = timedelta(days=5)
    Attempt.objects.update(started_at=F("started_at") - five_days)
    Delivery.objects.exclude(settled_at=None).update(settled_at=F("settled_at") - five_days)
    look_up_at_once()
    assert settled(lost).reason_code == "absent"


def test_a_look_up_that_meets_a_defect_ends_with_a_person_and_delays_nobody(
    ponts: Account, network: ModelNetwork
) -> None:
    broken, other = scheduled(ponts, text="Open"), scheduled(ponts, text="Closed")
    make_due(broken)
    network.fates.extend(["publish lost answer", "publish lost answer"])
    deliver_due()
    wait_no_longer_for_earlier_posts()
    deliver_due()
    network.fates.append("look up defect")
    look_up_due()
    assert sorted([settled(broken).state, settled(other).state]) == ["checking", "published"]
    Delivery.objects.update(lookups=40)
    network.fates.append("look up defect")
    look_up_due()
    assert sorted([settled(broken).state, settled(other).state]) == ["published", "unknown"]


def test_a_defect_while_preparing_is_written_down_and_tried_again_later(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("prepare defect")
    deliver_due()
    assert (settled(delivery).state, delivery.reason_code) == (State.SCHEDULED, "defect")
    assert delivery.ready_at > verbs.database_now()


def test_a_batch_under_way_heeds_a_limit_and_counts_no_try(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    batch = claims.claim_due(10)
    until = verbs.database_now() + timedelta(minutes=5)
    hold_calls_until(ponts, until)
    async_to_sync(_carry)(batch)
    assert (settled(delivery).state, delivery.tries) == (State.SCHEDULED, 0)
    assert delivery.ready_at >= until
    assert not network.posts


def test_the_clock_does_not_spin_while_an_account_waits_for_a_limit(ponts: Account) -> None:
    scheduled(ponts)
    hold_calls_until(ponts, verbs.database_now() + timedelta(minutes=5))
    assert claims.seconds_until_next(60.0) == 60.0


def test_a_batch_under_way_sends_nothing_for_an_account_disconnected_meanwhile(
    ponts: Account, network: ModelNetwork
) -> None:
    first, second = scheduled(ponts, text="Open"), scheduled(ponts, text="Closed")

    async def disconnect_it() -> None:
        await courier.sync_to_async(disconnect)(ponts)

    network.stalled = disconnect_it
    network.fates.append("publish stalls")
    deliver_due()
    assert [settled(first).state, settled(second).state] == [State.PUBLISHED, State.HELD]
    assert len(network.posts) == 1


def test_what_was_held_is_prepared_anew_when_it_is_released(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish not sent")
    deliver_due()
    assert settled(delivery).prepared
    Delivery.objects.update(state=State.HELD)
    verbs.release(delivery)
    assert settled(delivery).prepared == {}


def test_the_time_under_way_is_longer_than_a_call_and_its_lease() -> None:
    assert settings.TERMS.under_way > settings.TERMS.publish + settings.TERMS.lease


async def _look_up(delivery: Delivery) -> None:
    others = Delivery.objects.exclude(pk=delivery.pk)
    await others.filter(state=State.CHECKING).aupdate(ready_at=Now() + timedelta(hours=1))
    await Delivery.objects.filter(pk=delivery.pk).aupdate(ready_at=Now())
    batch = await courier.sync_to_async(claims.claim_lookups)(10)
    assert [claim.delivery_id for claim in batch] == [delivery.pk]
    async with courier.Http() as http:
        await Courier(http, "two").look_up(batch)


async def _carry(batch: list[claims.Claim]) -> None:
    async with courier.Http() as http:
        await Courier(http, "one").deliver(batch)
