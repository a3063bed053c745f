"""Of one account everything goes out in its order, and no account waits for another."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.models.functions import Now

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver import claims, verbs
from parvis.deliver.claims import IN_ONE_HAND
from parvis.deliver.courier import Courier
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.states import State
from parvis.networks import contract
from parvis.networks.contract import Prepared, Published
from parvis.networks.http import Http
from parvis.people.models import Workspace
from tests.cast import connect, make_due, scheduled
from tests.deliver.driving import (
    deliver_claimed,
    deliver_due,
    end_all_waiting,
    look_up_due,
    wait_no_longer_for_earlier_posts,
)
from tests.deliver.model_network import ModelNetwork

pytestmark = pytest.mark.django_db


def claimed_ids(limit: int = 100) -> list[int]:
    return [claim.delivery_id for claim in claims.claim_due(limit)]


def queue_of(account: Account, length: int) -> list[int]:
    """Due one after the other, the last scheduled being the first that is due."""
    queue = [scheduled(account, text=f"Post {number}") for number in range(length)]
    for position, delivery in enumerate(reversed(queue)):
        make_due(delivery, timedelta(seconds=100 - position))
    return [delivery.pk for delivery in reversed(queue)]


def begun() -> list[int]:
    """The deliveries in the order in which they were first written down to be sent."""
    firsts = Attempt.objects.filter(number=1).order_by("started_at", "pk")
    return list(firsts.values_list("delivery", flat=True))


def put(delivery: int, state: State, **more: object) -> None:
    Delivery.objects.filter(pk=delivery).update(state=state, began_at=Now(), **more)


def test_of_one_account_a_hand_full_is_claimed_at_once_in_the_order_of_the_due_times(
    ponts: Account,
) -> None:
    queue = queue_of(ponts, IN_ONE_HAND + 2)
    assert claimed_ids() == queue[:IN_ONE_HAND]
    assert claimed_ids() == []


def test_the_rest_is_claimed_when_the_hand_is_empty(ponts: Account, network: ModelNetwork) -> None:
    queue = queue_of(ponts, IN_ONE_HAND + 2)
    deliver_due()
    deliver_due()
    assert begun() == queue


def test_of_equal_due_times_the_one_scheduled_first_goes_first(ponts: Account) -> None:
    queue = [scheduled(ponts).pk for _ in range(3)]
    Delivery.objects.update(due_at=Now(), ready_at=Now())
    assert claimed_ids() == queue


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING, State.CHECKING])
def test_while_one_is_under_way_the_later_ones_of_its_account_wait(
    ponts: Account, state: State
) -> None:
    first, second = queue_of(ponts, 2)
    put(first, state)
    assert claimed_ids() == []
    wait_no_longer_for_earlier_posts()
    assert claimed_ids() == [second]


@pytest.mark.parametrize(
    "state", [State.PUBLISHED, State.REFUSED, State.CANCELLED, State.UNKNOWN, State.HELD]
)
def test_what_has_ended_or_waits_for_a_person_holds_nothing_back(
    ponts: Account, state: State
) -> None:
    first, second = queue_of(ponts, 2)
    put(first, state)
    assert claimed_ids() == [second]


def test_what_waits_to_be_tried_again_holds_later_ones_back_for_a_while_only(
    ponts: Account,
) -> None:
    first, second = queue_of(ponts, 2)
    put(first, State.SCHEDULED, ready_at=Now() + timedelta(minutes=5))
    assert claimed_ids() == []
    almost = timedelta(seconds=settings.TERMS.order - 30)
    Delivery.objects.filter(pk=first).update(began_at=Now() - almost)
    assert claimed_ids() == []
    Delivery.objects.filter(pk=first).update(began_at=Now() - almost - timedelta(seconds=31))
    assert claimed_ids() == [second]


def test_what_was_overtaken_goes_out_when_its_turn_comes_again(ponts: Account) -> None:
    first, second = queue_of(ponts, 2)
    put(first, State.SCHEDULED, ready_at=Now() + timedelta(minutes=5))
    wait_no_longer_for_earlier_posts()
    assert claimed_ids() == [second]
    put(second, State.PUBLISHED)
    end_all_waiting()
    assert claimed_ids() == [first]


def test_several_workers_and_clocks_keep_the_order(ponts: Account, network: ModelNetwork) -> None:
    """Each claims a few, takes them and carries them, in turns and none knowing of the others."""
    queue = queue_of(ponts, 25)
    network.fates.extend(["publish not sent", "prepare fails", "publish lost answer"])
    network.fates.extend(["publish lost request"])
    for turn in range(60):
        deliver_claimed(claims.claim_due(1 + turn % 4), f"worker {turn % 3}")
        look_up_due()
        end_all_waiting()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PUBLISHED}
    assert begun() == queue
    assert len(network.posts) == len(queue)


def test_when_the_first_cannot_be_sent_the_rest_is_handed_back(
    ponts: Account, network: ModelNetwork
) -> None:
    queue = queue_of(ponts, 3)
    network.fates.append("publish not sent")
    deliver_due()
    states = Delivery.objects.values_list("state", "lease_until", "worker").distinct()
    assert list(states) == [(State.SCHEDULED, None, "")]
    end_all_waiting()
    deliver_due()
    assert begun() == queue


@pytest.mark.parametrize("fate", ["publish refused", "publish blocked"])
def test_after_a_refusal_and_what_waits_for_the_owner_the_next_one_goes_on(
    ponts: Account, network: ModelNetwork, fate: str
) -> None:
    queue = queue_of(ponts, 2)
    network.fates.append(fate)
    deliver_due()
    assert begun() == queue
    assert len(network.posts) == 1


def test_a_delivery_that_meets_a_defect_keeps_its_place_before_the_later_ones(
    ponts: Account, network: ModelNetwork
) -> None:
    queue = queue_of(ponts, 2)
    network.fates.append("prepare defect")
    deliver_due()
    end_all_waiting()
    deliver_due()
    assert [post.text for post in network.posts] == ["Post 1", "Post 0"]
    assert set(begun()) == set(queue)


def test_one_that_fails_again_and_again_costs_the_other_accounts_nothing(
    ponts: Account, ponts_mastodon: Account, network: ModelNetwork
) -> None:
    failing = scheduled(ponts)
    put(failing.pk, State.SCHEDULED, ready_at=Now() + timedelta(minutes=5))
    later, other = scheduled(ponts), scheduled(ponts_mastodon)
    assert claimed_ids() == [other.pk]
    assert later.state == State.SCHEDULED


class Sluggish:
    """While it lasts the network does not answer these accounts, and answers all others at once.
    `waiting` counts the requests that stand there."""

    def __init__(self, network: ModelNetwork, slow: set[str], patch: pytest.MonkeyPatch) -> None:
        self.waiting = 0
        self.answers = asyncio.Event()
        self._slow, self._publish = slow, network.publish
        patch.setattr(network, "publish", self.publish)

    async def publish(self, http: Http, account: contract.Account, prepared: Prepared) -> Published:
        if account.handle in self._slow:
            self.waiting += 1
            await self.answers.wait()
        return await self._publish(http, account, prepared)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def test_one_slow_account_does_not_delay_another(
    workspace: Workspace, ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = _bluesky(workspace, "quick.example.org")
    slow_one, quick_one = scheduled(ponts), scheduled(quick)
    sluggish = Sluggish(network, {ponts.handle}, monkeypatch)

    async def work() -> None:
        async with new_http() as http:
            works = await Courier(http, "one").take_on(await _claimed())
            await until(lambda: bool(network.posts) and sluggish.waiting == 1)
            await sync_to_async(quick_one.refresh_from_db)()
            await until(lambda: any(work.done() for work in works))
            await sync_to_async(quick_one.refresh_from_db)()
            assert quick_one.state == State.PUBLISHED
            sluggish.answers.set()
            await asyncio.gather(*works)

    async_to_sync(work)()
    slow_one.refresh_from_db()
    assert slow_one.state == State.PUBLISHED


def test_what_a_quick_account_has_later_is_claimed_while_a_slow_one_is_still_at_it(
    workspace: Workspace, ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = _bluesky(workspace, "quick.example.org")
    scheduled(ponts)
    scheduled(quick)
    sluggish = Sluggish(network, {ponts.handle}, monkeypatch)

    async def work() -> None:
        async with new_http() as http:
            courier = Courier(http, "one")
            works = await courier.take_on(await _claimed())
            await until(lambda: any(work.done() for work in works))
            await sync_to_async(scheduled)(ponts)
            next_one = await sync_to_async(scheduled)(quick)
            batch = await _claimed()
            assert [claim.delivery_id for claim in batch] == [next_one.pk]
            await courier.deliver(batch)
            assert len(network.posts) == 2
            sluggish.answers.set()
            await asyncio.gather(*works)

    async_to_sync(work)()


def test_three_hundred_slow_accounts_do_not_delay_a_quick_one(
    workspace: Workspace, ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them stand at the network at the same time, each with its own request."""
    slow = [_bluesky(workspace, f"slow-{number}.example.org") for number in range(300)]
    quick = _bluesky(workspace, "quick.example.org")
    scheduled(*slow)
    sluggish = Sluggish(network, {account.handle for account in slow}, monkeypatch)

    async def work() -> None:
        async with new_http() as http:
            courier = Courier(http, "one")
            works = await courier.take_on(await _claimed(400))
            await until(lambda: sluggish.waiting == 300)
            await sync_to_async(scheduled)(quick)
            await courier.deliver(await _claimed())
            assert len(network.posts) == 1
            sluggish.answers.set()
            await asyncio.gather(*works)

    async_to_sync(work)()
    assert not Delivery.objects.exclude(state=State.PUBLISHED).exists()


def test_an_upload_that_takes_for_ever_holds_nothing_back_for_longer_than_the_order_lasts(
    ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what lies in the same worker's hand behind it."""
    first, *later = queue_of(ponts, 3)
    stands, goes_on = asyncio.Event(), asyncio.Event()
    network.fates.append("prepare stalls")
    monkeypatch.setattr(settings, "TERMS", replace(settings.TERMS, order=0.1))

    async def stall() -> None:
        stands.set()
        await goes_on.wait()

    async def work() -> None:
        network.stalled = stall
        freed = asyncio.Event()
        async with new_http() as http:
            courier = Courier(http, "one", freed.set)
            (at_it,) = await courier.take_on(await _claimed())
            await asyncio.wait_for(stands.wait(), 60)
            await asyncio.wait_for(freed.wait(), 60)
            assert not at_it.done()
            await courier.deliver(await _claimed())
            goes_on.set()
            await at_it

    async_to_sync(work)()
    assert begun() == [*later, first]
    assert len(network.posts) == 3


def test_an_account_that_was_told_to_wait_is_not_looked_up_either(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    put(delivery.pk, State.CHECKING, ready_at=Now())
    Account.objects.update(waits_until=verbs.database_now() + timedelta(minutes=5))
    assert claims.claim_lookups(10) == []
    Account.objects.update(waits_until=None)
    assert [claim.delivery_id for claim in claims.claim_lookups(10)] == [delivery.pk]


def _bluesky(workspace: Workspace, handle: str) -> Account:
    return connect(workspace, handle=handle)


async def _claimed(limit: int = 100) -> list[claims.Claim]:
    return await sync_to_async(claims.claim_due)(limit)
