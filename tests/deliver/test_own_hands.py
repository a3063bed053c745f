"""A worker that ticks takes what it claims; only what it has no room for goes to others."""

import asyncio
from threading import Event as ThreadEvent

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from procrastinate.contrib.django.models import ProcrastinateJob

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver import courier, roster
from parvis.deliver.clock import Clock
from parvis.deliver.courier import Courier
from parvis.deliver.models import Delivery
from parvis.deliver.own_thread import OwnThread
from parvis.deliver.queues import AccountQueue
from parvis.deliver.roster import Sign
from parvis.deliver.states import State
from parvis.deliver.ticking import keep_ticking
from tests.cast import scheduled
from tests.deliver.model_network import ModelNetwork
from tests.deliver.test_clock import ticking_elsewhere


class Full(Courier):
    @property
    def room(self) -> int:
        return 0


def beat(name: str, *roles: str) -> None:
    roster.beat(Sign(name=name, roles=frozenset(roles), in_hand=0, counts={}))


async def ticked(kind: type[Courier]) -> Clock:
    async with new_http() as http:
        clock = Clock(kind(http, "one"))
        await sync_to_async(clock.tick)()
    return clock


@pytest.mark.django_db
def test_what_is_due_is_claimed_and_taken_at_once(ponts: Account) -> None:
    delivery = scheduled(ponts)
    clock = async_to_sync(ticked)(Courier)
    assert [one.claim.delivery_id for queue in clock.taken for one in queue.deliveries] == [
        delivery.pk
    ]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.worker) == (State.CLAIMED, "one")
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db
def test_a_worker_with_full_hands_and_no_other_claims_nothing(ponts: Account) -> None:
    delivery = scheduled(ponts)
    beat("one", "clock", "deliver")
    beat("two", "clock", "collect")
    async_to_sync(ticked)(Full)
    delivery.refresh_from_db()
    assert delivery.state == State.SCHEDULED


@pytest.mark.django_db
def test_a_worker_with_full_hands_hands_over_to_others_that_deliver(ponts: Account) -> None:
    delivery = scheduled(ponts)
    beat("one", "clock", "deliver")
    beat("two", "deliver")
    clock = async_to_sync(ticked)(Full)
    (job,) = ProcrastinateJob.objects.all()
    assert not clock.taken
    assert job.args["claims"] == [[delivery.pk, 1]]


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_was_passed_over_knows_it(ponts: Account) -> None:
    scheduled(ponts)
    with ticking_elsewhere():
        clock = async_to_sync(ticked)(Courier)
    assert clock.was_passed_over
    assert not clock.taken
    assert not async_to_sync(ticked)(Courier).was_passed_over


@pytest.mark.django_db(transaction=True)
def test_a_worker_stopped_in_the_middle_of_a_tick_hands_back_what_it_claimed(
    ponts: Account, network: ModelNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = scheduled(ponts)
    monkeypatch.setattr(courier, "prepare", _never_ready)

    async def work() -> None:
        async with new_http() as http:
            with OwnThread("writing") as writing:
                hesitant = Hesitant(http, "one", writing=writing)
                ticking = asyncio.create_task(
                    keep_ticking(asyncio.Event(), asyncio.Event(), hesitant)
                )
                await asyncio.to_thread(hesitant.has_claimed.wait, 60)
                await _stopped(ticking, hesitant)

    async_to_sync(work)()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.worker) == (State.SCHEDULED, "")
    assert Delivery.objects.count() == 1
    assert not network.posts


class Hesitant(Courier):
    """Goes on with its tick when it is allowed to."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self.has_claimed = ThreadEvent()
        self.may_go_on = ThreadEvent()

    def take_due(self, limit: int) -> list[AccountQueue]:
        queues = super().take_due(limit)
        self.has_claimed.set()
        self.may_go_on.wait(60)
        return queues


async def _never_ready(*_given: object) -> None:
    """Between the tick and the end nothing gets as far as being sent."""
    await asyncio.Event().wait()


async def _stopped(ticking: "asyncio.Task[None]", hesitant: Hesitant) -> None:
    """As a worker does it that is told to stop and has no time left."""
    ticking.cancel()
    hesitant.may_go_on.set()
    await asyncio.gather(ticking, return_exceptions=True)
    hurry = asyncio.Event()
    hurry.set()
    await hesitant.finish(hurry)
