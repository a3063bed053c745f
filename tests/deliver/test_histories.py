"""Random histories of the real clock, courier and ledger, and what must hold in all of them."""

from collections import Counter
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as django
from django.db import connection
from django.db.models.functions import Now
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver import claims, courier, looking_up, outcomes, preparing, verbs
from parvis.deliver.courier import Courier
from parvis.deliver.looking_up import Searcher
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.preparing import Voice
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.networks.contract import Found, Presence, Published
from tests.cast import BLUESKY_TRAITS, scheduled
from tests.deliver.model_network import Killed, ModelNetwork

pytestmark = pytest.mark.django_db

HISTORIES = settings(
    max_examples=25,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FATES = (
    *("publish " + fate for fate in (
        "lost answer", "lost request", "late", "late", "late", "killed before", "killed after",
        "stalls", "not sent", "refused", "blocked", "anew",
    )),
    *("prepare " + fate for fate in (
        "fails", "defect", "killed", "stalls", "anew", "uploads, killed",
        "uploads, stalls",
    )),
    *("look up " + fate for fate in ("fails", "defect", "stalls")),
)  # fmt: skip
SOME_FATES = st.lists(st.sampled_from(FATES), min_size=1, max_size=3)
WAITS = st.sampled_from([0.0, 6.0, 6.0])
ENDED = {State.PUBLISHED, State.REFUSED, State.CANCELLED, State.UNKNOWN, State.HELD}
network = ModelNetwork(keyed=False)


class Histories(RuleBasedStateMachine):
    """Several deliveries of one account, some of them with the same text, some of them threads."""

    kinds = ("keyed", "keyless", "keyless", "takes no equals")

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(self.kinds))
        keyed = kind == "keyed"
        Attempt.objects.all().delete()
        Delivery.objects.all().delete()
        network.__init__(keyed=keyed, takes_no_equals=kind == "takes no equals")  # type: ignore[misc]
        network.stalled = _the_world_goes_on
        traits = replace(BLUESKY_TRAITS, native_key_seconds=None if keyed else 0)
        Account.objects.update(stored_traits=traits.to_json(), waits_until=None)
        self.account = Account.objects.get()
        for text in ("Open", "Open", "Closed"):
            scheduled(self.account, text=text)
        scheduled(self.account, text="Open", thread=("And more", "To the end"))

    @rule(
        text=st.sampled_from(["Open", "Closed"]),
        thread=st.sampled_from([(), (), ("And more",)]),
        minutes=st.sampled_from([0, 0, 2]),
    )
    def schedule(self, text: str, thread: tuple[str, ...], minutes: int) -> None:
        scheduled(self.account, text=text, thread=thread, in_=timedelta(minutes=minutes))

    @rule(turns=st.lists(st.tuples(WAITS, SOME_FATES), min_size=4, max_size=8))
    def work(self, turns: list[tuple[float, list[str]]]) -> None:
        for after, fates in turns:
            network.fates.extend(fates)
            _pass_time(after)
            with suppress(Killed):
                async_to_sync(_deliver)("one")
            with suppress(Killed):
                async_to_sync(_look_up)("one")

    @rule()
    def claim_and_be_gone(self) -> None:
        claims.take(claims.claim_due(1), "gone")

    @rule()
    def hand_the_same_batch_to_two(self) -> None:
        batch = claims.claim_due(2)
        for worker in ("one", "two"):
            with suppress(Killed):
                async_to_sync(_carry)(worker, batch)

    @rule(seconds=st.sampled_from([3.0, 6.0, 30.0, 60.0, 95.0]))
    def time_passes(self, seconds: float) -> None:
        _pass_time(seconds)
        sweep()

    @rule()
    def what_was_under_way_lands(self) -> None:
        network.land_what_is_under_way()

    @rule(minutes=st.sampled_from([1, 5]))
    def move(self, minutes: int) -> None:
        may_move = Delivery.objects.filter(state__in=[State.SCHEDULED, State.HELD], receipts=[])
        for delivery in may_move[:1]:
            verbs.move(delivery.post, verbs.database_now() + timedelta(minutes=minutes))

    @rule()
    def take_back(self) -> None:
        for delivery in Delivery.objects.filter(state=State.SCHEDULED, receipts=[])[:1]:
            verbs.take_back(delivery.post)

    @rule(goes_on=st.booleans())
    def decide_about_what_is_held(self, goes_on: bool) -> None:
        for delivery in Delivery.objects.filter(state=State.HELD)[:1]:
            verbs.release(delivery) if goes_on else verbs.give_up(delivery)

    @rule(look_again=st.booleans())
    def decide(self, look_again: bool) -> None:
        for delivery in Delivery.objects.filter(state=State.UNKNOWN)[:1]:
            verbs.look_again(delivery) if look_again else _decide_with_open_eyes(delivery)

    @invariant()
    def nothing_is_on_the_network_more_often_than_it_was_to_be(self) -> None:
        wanted = Counter(
            part["text"] for delivery in Delivery.objects.all() for part in _wanted_of(delivery)
        )
        there = Counter(post.text for post in network.posts)
        assert there <= wanted

    @invariant()
    def with_a_key_each_delivery_is_there_once_at_most(self) -> None:
        keys = Counter(post.key for post in network.posts)
        assert not network.keyed or all(times == 1 for times in keys.values())

    @invariant()
    def what_is_called_published_is_there_and_is_nobody_elses(self) -> None:
        kept = Delivery.objects.values_list("receipts", flat=True)
        receipts = [receipt["remote_id"] for each in kept for receipt in each]
        assert len(receipts) == len(set(receipts))
        assert set(receipts) <= {post.remote_id for post in network.posts}
        for delivery in Delivery.objects.filter(state=State.PUBLISHED):
            assert len(delivery.receipts) == len(delivery.parts)

    @invariant()
    def each_part_answers_the_one_before(self) -> None:
        answered = {post.remote_id: post.answers for post in network.posts}
        for receipts in Delivery.objects.values_list("receipts", flat=True):
            ids = [receipt["remote_id"] for receipt in receipts]
            assert [answered[one] for one in ids] == ["", *ids][: len(ids)]

    @invariant()
    def nothing_was_sent_without_a_written_attempt(self) -> None:
        assert network.unwritten_sends == 0

    def teardown(self) -> None:
        """With a network that works again, everything due comes to an end that is told."""
        network.fates.clear()
        self.what_was_under_way_lands()
        for _ in range(60):
            if not Delivery.objects.exclude(state__in=ENDED).exists():
                break
            _pass_time(100)
            sweep()
            Delivery.objects.exclude(state__in=ENDED).update(due_at=Now(), ready_at=Now())
            async_to_sync(_deliver)("one")
            async_to_sync(_look_up)("one")
        left = Delivery.objects.exclude(state__in=ENDED).values_list("state", "reason_code")
        assert list(left) == []
        self.nothing_is_on_the_network_more_often_than_it_was_to_be()
        self.what_is_called_published_is_there_and_is_nobody_elses()
        self.each_part_answers_the_one_before()


@pytest.fixture
def histories(ponts: Account, monkeypatch: pytest.MonkeyPatch) -> type[Histories]:
    for room in (courier, looking_up, preparing):
        monkeypatch.setattr(room, "all_networks", lambda: {"bluesky": network})
    return Histories


def test_no_history_posts_twice_or_loses_a_post(histories: type[Histories]) -> None:
    run_state_machine_as_test(histories, settings=HISTORIES)


def test_without_the_look_up_a_history_is_found_that_posts_twice(
    histories: type[Histories], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believe_it_absent(_self: Searcher, _voice: Voice, taken: claims.Taken):
        return outcomes.looked_up(taken, Found(presence=Presence.ABSENT))

    monkeypatch.setattr(Searcher, "_judge", believe_it_absent)
    monkeypatch.setattr(histories, "kinds", ["keyless"])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(histories, settings=settings(HISTORIES, max_examples=120))


def test_without_the_time_under_way_a_history_is_found_that_posts_twice(
    histories: type[Histories], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_under_way = SimpleNamespace(**{**asdict(django.TERMS), "under_way": 0.0})
    monkeypatch.setattr(django, "TERMS", nothing_under_way)
    monkeypatch.setattr(histories, "kinds", ["keyless"])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(histories, settings=settings(HISTORIES, max_examples=120))


def _decide_with_open_eyes(delivery: Delivery) -> None:
    """As a person does who sees the account's posts, once nothing is under way any more."""
    text, taken = delivery.parts[len(delivery.receipts)]["text"], _receipts()
    answers = delivery.receipts[-1]["remote_id"] if delivery.receipts else ""
    if network.under_way:
        return
    for post in network.posts:
        if (post.text, post.answers) == (text, answers) and post.remote_id not in taken:
            verbs.it_is_there(delivery, Published(remote_id=post.remote_id, url=""))
            return
    verbs.send_again(delivery)


def _wanted_of(delivery: Delivery) -> list[dict[str, Any]]:
    """What may be on the network of it: once it was stopped, what was out by then."""
    stopped = delivery.state in (State.CANCELLED, State.REFUSED)
    return delivery.parts[: len(delivery.receipts)] if stopped else delivery.parts


def _receipts() -> set[str]:
    kept = Delivery.objects.values_list("receipts", flat=True)
    return {receipt["remote_id"] for each in kept for receipt in each}


async def _deliver(worker: str) -> None:
    await _carry(worker, await sync_to_async(claims.claim_due)(10))


async def _carry(worker: str, batch: list[claims.Claim]) -> None:
    async with new_http() as http:
        await Courier(http, worker).deliver(batch)


async def _look_up(worker: str) -> None:
    async with new_http() as http:
        await Courier(http, worker).look_up(await sync_to_async(claims.claim_lookups)(10))


async def _the_world_goes_on() -> None:
    """While one worker is stopped for longer than its lease, another takes its work up."""
    await sync_to_async(_pass_time)(31.0)
    await sync_to_async(sweep)()
    await sync_to_async(_pass_time)(6.0)
    await _deliver("two")
    await _look_up("two")


def _pass_time(seconds: float) -> None:
    """Everything that is kept with a time becomes older. What was under way arrives, at last."""
    moments = {
        "deliver_delivery": (
            "due_at",
            "ready_at",
            "lease_until",
            "settled_at",
            "began_at",
        ),
        "deliver_attempt": ("started_at", "finished_at"),
    }
    with connection.cursor() as cursor:
        for table, columns in moments.items():
            older = ", ".join(f"{c} = {c} - interval '{seconds} seconds'" for c in columns)
            cursor.execute(f"UPDATE {table} SET {older}")
    for one in network.under_way:
        one.age += seconds
    network.land_what_is_under_way(older_than=django.TERMS.under_way or 90)
