"""What a worker holds at once, and what it does with it when it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.models.functions import Now

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver import claims
from parvis.deliver.claims import Claim
from parvis.deliver.courier import Courier
from parvis.deliver.hands import Hands
from parvis.deliver.models import Attempt, Delivery, Event, Happened, Outcome
from parvis.deliver.states import State
from tests.cast import make_due, scheduled
from tests.deliver.driving import deliver_due, let_leases_lapse, look_up_due
from tests.deliver.model_network import ModelNetwork

pytestmark = pytest.mark.django_db

LONG = 60.0


class Scene:
    """A worker at work, whose one call to the network is not answered before `answer` is set."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.hurry = asyncio.Event()
        self.stands = asyncio.Event()
        self.answer = asyncio.Event()

    async def stand(self) -> None:
        self.stands.set()
        await self.answer.wait()

    async def begin_to_stop(self) -> "asyncio.Task[None]":
        stopping = asyncio.create_task(self.courier.finish(self.hurry))
        await asyncio.sleep(0)
        assert not stopping.done()
        return stopping


Play = Callable[[Scene], Awaitable[None]]


async def told_to_stop(scene: Scene) -> None:
    """And answered while it still has time."""
    stopping = await scene.begin_to_stop()
    scene.answer.set()
    await asyncio.wait_for(stopping, LONG)


async def told_to_stop_and_never_answered(scene: Scene) -> None:
    await asyncio.wait_for(await scene.begin_to_stop(), LONG)


async def told_to_hurry(scene: Scene) -> None:
    stopping = await scene.begin_to_stop()
    scene.hurry.set()
    await asyncio.wait_for(stopping, settings.TERMS.grace / 2)


class Holding:
    """A piece of work for each claim, which lasts until it is let end."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.ends: dict[int, asyncio.Event] = {}

    def begin(self, *ids: int) -> "asyncio.Task[None]":
        end = asyncio.Event()
        self.ends.update(dict.fromkeys(ids, end))
        return self.hands.begin([Claim(one, 1) for one in ids], self._work(end))

    async def _work(self, end: asyncio.Event) -> None:
        await end.wait()


async def test_full_hands_take_nothing_on_until_something_has_ended() -> None:
    holding = Holding(Hands(room=2))
    holding.begin(1)
    second = holding.begin(2)
    waiting = asyncio.create_task(holding.hands.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    holding.ends[2].set()
    await asyncio.wait_for(asyncio.gather(second, waiting), LONG)
    assert len(holding.hands) == 1


async def test_what_is_slow_keeps_only_its_own_place() -> None:
    """Ten others pass through the one place that it leaves."""
    holding = Holding(Hands(room=2))
    slow = holding.begin(0)
    for one in range(1, 11):
        await asyncio.wait_for(holding.hands.wait_for_room(), LONG)
        quick = holding.begin(one)
        holding.ends[one].set()
        await quick
    assert not slow.done()
    assert len(holding.hands) == 1


async def test_of_a_queue_each_place_is_free_as_soon_as_its_delivery_is_settled() -> None:
    holding = Holding(Hands(room=2))
    holding.begin(1, 2)
    holding.hands.let_go([Claim(1, 1)])
    await asyncio.wait_for(holding.hands.wait_for_room(), LONG)
    assert len(holding.hands) == 1


def test_the_leases_of_all_that_is_held_are_kept_alive(
    ponts: Account, ponts_mastodon: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scheduled(ponts), scheduled(ponts_mastodon)
    monkeypatch.setattr(settings, "TERMS", settings.TERMS.at_pace(100))
    taken = [one.claim for one in claims.take(claims.claim_due(10), "one")]

    async def hold() -> None:
        holding = Holding(Hands(room=10))
        works = [holding.begin(claim.delivery_id) for claim in taken]
        for _ in range(3):
            await wait_for_later_leases(await _leases())
        for end in holding.ends.values():
            end.set()
        await asyncio.gather(*works)

    async_to_sync(hold)()
    assert {first.pk, second.pk} == {claim.delivery_id for claim in taken}


def test_a_worker_that_stops_begins_nothing_more_and_hands_the_rest_back(
    ponts: Account, network: ModelNetwork
) -> None:
    first, second = scheduled(ponts, text="First"), scheduled(ponts, text="Second")
    make_due(first, timedelta(minutes=1))
    play(network, "publish stalls", told_to_stop)
    assert states(first, second) == [State.PUBLISHED, State.SCHEDULED]
    (event,) = Event.objects.filter(delivery=second).exclude(kind=Happened.SCHEDULED)
    assert (event.kind, event.worker) == (Happened.HANDED_BACK, "one")
    assert not Attempt.objects.filter(delivery=second).exists()
    deliver_due()
    assert [post.text for post in network.posts] == ["First", "Second"]


def test_between_the_parts_of_a_thread_a_worker_that_stops_hands_the_rest_of_it_back(
    ponts: Account, network: ModelNetwork
) -> None:
    thread = scheduled(ponts, text="Open", thread=("And more", "To the end"))
    play(network, "publish stalls", told_to_stop)
    thread.refresh_from_db()
    assert (thread.state, len(thread.receipts)) == (State.SCHEDULED, 1)
    assert not Attempt.objects.filter(outcome=Outcome.OPEN).exists()
    event = Event.objects.get(kind=Happened.HANDED_BACK)
    assert event.part == 1
    deliver_due()
    said = [(post.text, post.answers) for post in network.posts]
    assert said == [("Open", ""), ("And more", "0"), ("To the end", "1")]


def test_what_is_under_way_when_the_time_is_over_is_never_handed_back_but_looked_up(
    ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = scheduled(ponts)
    monkeypatch.setattr(settings, "TERMS", replace(settings.TERMS, grace=0.1))
    play(network, "publish stalls", told_to_stop_and_never_answered)
    assert states(delivery) == [State.SENDING]
    assert Attempt.objects.get().outcome == Outcome.OPEN
    let_leases_lapse()
    look_up_due()
    assert states(delivery) == [State.PUBLISHED]
    assert len(network.posts) == 1


def test_what_is_only_being_prepared_when_the_time_is_over_is_handed_back(
    ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = scheduled(ponts)
    monkeypatch.setattr(settings, "TERMS", replace(settings.TERMS, grace=0.1))
    play(network, "prepare stalls", told_to_stop_and_never_answered)
    assert states(delivery) == [State.SCHEDULED]
    deliver_due()
    assert len(network.posts) == 1


def test_in_a_hurry_nothing_is_waited_for(ponts: Account, network: ModelNetwork) -> None:
    delivery = scheduled(ponts)
    play(network, "publish stalls", told_to_hurry)
    assert states(delivery) == [State.SENDING]


def test_a_look_up_that_is_interrupted_is_done_again_by_another(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    network.fates.append("publish lost answer")
    deliver_due()
    Delivery.objects.update(ready_at=Now())
    play(network, "look up stalls", told_to_hurry)
    assert states(delivery) == [State.CHECKING]
    let_leases_lapse()
    look_up_due()
    assert states(delivery) == [State.PUBLISHED]


def test_a_worker_that_has_stopped_leaves_nothing_in_its_hands(
    ponts: Account, network: ModelNetwork
) -> None:
    for text in ("First", "Second"):
        scheduled(ponts, text=text)

    async def stopped(scene: Scene) -> None:
        await told_to_stop(scene)
        assert scene.courier.in_hand == 0

    play(network, "publish stalls", stopped)
    assert not Delivery.objects.exclude(worker="").exists()
    assert not Delivery.objects.exclude(lease_until=None).exists()


def play(network: ModelNetwork, fate: str, then: Play) -> None:
    """A worker takes on what is due and stands where the fate has it."""
    network.fates.append(fate)

    async def work() -> None:
        async with new_http() as http:
            scene = Scene(Courier(http, "one"))
            network.stalled = scene.stand
            works = await scene.courier.take_on(await _claimed(claims.claim_due))
            works += await scene.courier.take_on_lookups(await _claimed(claims.claim_lookups))
            await asyncio.wait_for(scene.stands.wait(), LONG)
            await then(scene)
            assert all(work.done() for work in works)

    async_to_sync(work)()
    network.stalled = None


async def _claimed(claim: Callable[[int], list[Claim]]) -> list[Claim]:
    return await sync_to_async(claim)(10)


async def wait_for_later_leases(before: list[datetime]) -> None:
    async with asyncio.timeout(LONG):
        while min(await _leases()) <= max(before):
            await asyncio.sleep(0.01)


async def _leases() -> list[datetime]:
    leases = Delivery.objects.values_list("lease_until", flat=True)
    return await sync_to_async(list)(leases)


def states(*deliveries: Delivery) -> list[str]:
    for delivery in deliveries:
        delivery.refresh_from_db()
    return [delivery.state for delivery in deliveries]
