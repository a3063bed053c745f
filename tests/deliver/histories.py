"""A small world in which deliveries live: what may happen in it, and what must hold whatever does.

Time passes by making everything that is kept older. The clocks, couriers and statements are the
real ones, the network is a model.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parvis.connections.models import Account, Allowance
from parvis.deliver import claims, leaving, pausing, verbs
from parvis.deliver.models import Attempt, Delivery, Happened, Outcome
from parvis.deliver.states import State
from parvis.networks.contract import Published
from tests.cast import BLUESKY_TRAITS, connect, scheduled
from tests.deliver.model_network import Killed
from tests.deliver.world import World

FATES = (
    *("publish " + fate for fate in (
        "lost answer", "lost request", "late", "late", "late", "killed before", "killed after",
        "stalls", "stopped", "not sent", "refused", "blocked", "anew", "limited", "reconnect",
    )),
    *("prepare " + fate for fate in (
        "fails", "defect", "killed", "stalls", "anew", "limited", "uploads, killed",
        "uploads, stalls",
    )),
    *("look up " + fate for fate in ("fails", "defect", "stalls", "limited")),
)  # fmt: skip
SOME_FATES = st.lists(st.sampled_from(FATES), min_size=1, max_size=3)
WAITS = st.sampled_from([0.0, 6.0, 6.0])
LONG_WAITS = st.sampled_from([6.0, 30.0, 95.0])
ACCOUNTS = st.integers(min_value=0, max_value=1)
ENDED = {State.PUBLISHED, State.REFUSED, State.CANCELLED, State.UNKNOWN, State.HELD}
NO_THREAD: tuple[str, ...] = ()
SHORT, USUAL = 60, 12 * 60 * 60


class Histories(RuleBasedStateMachine):
    """Several deliveries of two accounts, some of them with the same text, some of them threads."""

    world: World
    kinds = ("keyed", "keyless", "keyless", "takes no equals")

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.begin_as(data.draw(st.sampled_from(self.kinds)))

    def begin_as(self, kind: str) -> None:
        keyed = kind == "keyed"
        Attempt.objects.all().delete()
        Delivery.objects.all().delete()
        Allowance.objects.all().delete()
        for account in self.world.accounts:
            pausing.resume(account)
            pausing.resume_all(account.workspace)
        self.world.begin(keyed=keyed, takes_no_equals=kind == "takes no equals")
        self.network = self.world.network
        self.traits = replace(BLUESKY_TRAITS, native_key_seconds=None if keyed else 0)
        for account in self.world.accounts:
            self._connect(account)
        first, second = self.world.accounts
        for text in ("Open", "Open", "Closed"):
            scheduled(first, text=text)
        scheduled(first, text="Open", thread=("And more", "To the end"))
        scheduled(second, text="Open", first_comment="And more")

    @rule(
        which=ACCOUNTS,
        text=st.sampled_from(["Open", "Closed"]),
        thread=st.sampled_from([NO_THREAD, NO_THREAD, ("And more",)]),
        comment=st.sampled_from(["", "", "To the end"]),
        minutes=st.sampled_from([0, 0, 2]),
        allowed=st.sampled_from([USUAL, SHORT]),
    )
    def schedule(
        self,
        which: int,
        text: str,
        thread: tuple[str, ...],
        comment: str,
        minutes: int,
        allowed: int,
    ) -> None:
        account = self.world.accounts[which]
        if not Account.objects.get(pk=account.pk).can_publish:
            return
        scheduled(
            account,
            text=text,
            thread=thread,
            first_comment=comment,
            in_=timedelta(minutes=minutes),
            lateness_allowed=allowed,
        )

    @rule(turns=st.lists(st.tuples(WAITS, SOME_FATES), min_size=4, max_size=8))
    def work(self, turns: list[tuple[float, list[str]]]) -> None:
        self._work(turns)

    @rule(turns=st.lists(st.tuples(LONG_WAITS, SOME_FATES), min_size=4, max_size=8))
    def work_at_times(self, turns: list[tuple[float, list[str]]]) -> None:
        self._work(turns)

    @rule(times=st.integers(min_value=3, max_value=6), seconds=LONG_WAITS)
    def work_undisturbed(self, times: int, seconds: float) -> None:
        self.network.fates.clear()
        self._work([(seconds, [])] * times)

    def _work(self, turns: list[tuple[float, list[str]]]) -> None:
        for after, fates in turns:
            self.network.fates.extend(fates)
            self.world.pass_time(after)
            self.world.tick("one")

    @rule()
    def claim_and_be_gone(self) -> None:
        claims.take(self.world.claim_due(1), "gone")

    @rule()
    def hand_the_same_batch_to_two(self) -> None:
        batch = self.world.claim_due(2)
        for worker in ("one", "two"):
            with suppress(Killed):
                async_to_sync(self.world.carry)(worker, batch)

    @rule(fates=SOME_FATES, steps=st.integers(min_value=0, max_value=12), hurries=st.booleans())
    def stop_a_worker_in_the_middle(self, fates: list[str], steps: int, hurries: bool) -> None:
        self.network.fates.extend(fates)
        async_to_sync(self.world.stop_in_the_middle)(self.world.claim_due(10), steps, hurries)

    @rule(seconds=st.sampled_from([3.0, 6.0, 30.0, 60.0, 95.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)
        self.world.sweep()

    @rule(seconds=st.sampled_from([-300.0, 300.0, 300.0]))
    def the_databases_clock_jumps(self, seconds: float) -> None:
        self.world.jump(seconds)
        self.world.tick("one")

    @rule()
    def what_was_under_way_lands(self) -> None:
        self.network.land_what_is_under_way()

    @rule(which=ACCOUNTS)
    def disconnect(self, which: int) -> None:
        leaving.disconnect(Account.objects.get(pk=self.world.accounts[which].pk))

    @rule(which=ACCOUNTS)
    def connect_again(self, which: int) -> None:
        self._connect(self.world.accounts[which])
        leaving.welcome_back(Account.objects.get(pk=self.world.accounts[which].pk))

    @rule(which=ACCOUNTS, everything=st.booleans())
    def pause(self, which: int, everything: bool) -> None:
        account = self.world.accounts[which]
        pausing.pause_all(account.workspace) if everything else pausing.pause(account)

    @rule()
    def resume(self) -> None:
        pausing.resume_all(self.world.accounts[0].workspace)
        for account in self.world.accounts:
            pausing.resume(account)

    @rule(which=ACCOUNTS)
    def send_all_that_a_pause_held(self, which: int) -> None:
        with suppress(verbs.StillPaused):
            pausing.release_held(self.world.accounts[which])

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
            with suppress(verbs.StillPaused, verbs.LimitOutlasts):
                verbs.release(delivery) if goes_on else verbs.give_up(delivery)

    @rule(look_again=st.booleans())
    def decide(self, look_again: bool) -> None:
        for delivery in Delivery.objects.filter(state=State.UNKNOWN)[:1]:
            with suppress(verbs.StillPaused):
                verbs.look_again(delivery) if look_again else self._decide_with_open_eyes(delivery)

    @invariant()
    def nothing_is_on_the_network_more_often_than_it_was_to_be(self) -> None:
        wanted = Counter(
            (delivery.account.handle, part["text"])
            for delivery in Delivery.objects.select_related("account")
            for part in _wanted_of(delivery)
        )
        assert Counter((post.author, post.text) for post in self.network.posts) <= wanted

    @invariant()
    def with_a_key_each_delivery_is_there_once_at_most(self) -> None:
        keys = Counter(post.key for post in self.network.posts)
        assert not self.network.keyed or all(times == 1 for times in keys.values())

    @invariant()
    def what_is_called_published_is_there_and_is_nobody_elses(self) -> None:
        kept = Delivery.objects.values_list("receipts", flat=True)
        receipts = [receipt["remote_id"] for each in kept for receipt in each]
        assert len(receipts) == len(set(receipts))
        assert set(receipts) <= {post.remote_id for post in self.network.posts}
        for delivery in Delivery.objects.filter(state=State.PUBLISHED):
            assert len(delivery.receipts) == len(delivery.parts)

    @invariant()
    def each_part_answers_the_one_before_and_a_comment_the_post(self) -> None:
        answered = {post.remote_id: post.answers for post in self.network.posts}
        for parts, receipts in Delivery.objects.values_list("parts", "receipts"):
            ids = [receipt["remote_id"] for receipt in receipts]
            before = ["", *ids][: len(ids)]
            if ids and parts[len(ids) - 1]["is_comment"]:
                before[-1] = ids[0]
            assert [answered[one] for one in ids] == before

    @invariant()
    def nothing_was_sent_without_a_written_attempt(self) -> None:
        assert self.network.unwritten_sends == 0

    @invariant()
    def of_each_account_everything_was_begun_in_its_order(self) -> None:
        assert self.world.overtaken == []

    @invariant()
    def nothing_was_begun_later_than_its_post_allows(self) -> None:
        assert self.world.claimed_too_late == []

    @invariant()
    def nothing_was_begun_during_a_pause(self) -> None:
        assert self.world.begun_while_paused == []

    @invariant()
    def only_declared_changes_were_made(self) -> None:
        assert self.world.undeclared_changes() == []

    @invariant()
    def the_trace_tells_why_each_delivery_is_as_it_is(self) -> None:
        for delivery in Delivery.objects.prefetch_related("events", "attempts"):
            _assert_told(delivery)

    def teardown(self) -> None:
        """With a network that works again, everything due comes to an end that is told."""
        self.network.fates.clear()
        self.network.land_what_is_under_way()
        self.resume()
        for which in range(len(self.world.accounts)):
            self.connect_again(which)
        for _ in range(60):
            if not Delivery.objects.exclude(state__in=ENDED).exists():
                break
            self.world.pass_time(100)
            Delivery.objects.exclude(state__in=ENDED).update(due_at=Now(), ready_at=Now())
            Account.objects.update(waits_until=None)
            self.world.tick("one")
        left = Delivery.objects.exclude(state__in=ENDED).values_list("state", "reason_code")
        assert list(left) == []
        self.nothing_is_on_the_network_more_often_than_it_was_to_be()
        self.what_is_called_published_is_there_and_is_nobody_elses()
        self.each_part_answers_the_one_before_and_a_comment_the_post()
        self.only_declared_changes_were_made()

    def _connect(self, account: Account) -> None:
        connect(account.workspace, handle=account.handle)
        Account.objects.filter(pk=account.pk).update(
            stored_traits=self.traits.to_json(), waits_until=None
        )

    def _decide_with_open_eyes(self, delivery: Delivery) -> None:
        """As a person does who sees the account's posts, once nothing is under way any more."""
        if self.network.under_way:
            return
        part = delivery.parts[len(delivery.receipts)]
        ids = [receipt["remote_id"] for receipt in delivery.receipts]
        answers = ids[0 if part["is_comment"] else -1] if ids else ""
        wanted = (delivery.account.handle, part["text"], answers)
        for post in self.network.posts:
            if (post.author, post.text, post.answers) == wanted and post.remote_id not in _known():
                verbs.it_is_there(delivery, Published(remote_id=post.remote_id, url=""))
                return
        verbs.send_again(delivery)


def _wanted_of(delivery: Delivery) -> list[dict[str, Any]]:
    """What may be on the network of it: once it was stopped, what was out by then."""
    stopped = delivery.state in (State.CANCELLED, State.REFUSED)
    return delivery.parts[: len(delivery.receipts)] if stopped else delivery.parts


def _known() -> set[str]:
    kept = Delivery.objects.values_list("receipts", flat=True)
    return {receipt["remote_id"] for each in kept for receipt in each}


def _assert_told(delivery: Delivery) -> None:
    """Events in the order of their writing: the database's clock may have been turned back."""
    written = sorted(delivery.events.all(), key=lambda event: event.pk)
    events = [(event.kind, event.code) for event in written]
    outcomes = {(attempt.part, attempt.outcome) for attempt in delivery.attempts.all()}
    told = (delivery.state, events, outcomes)
    assert events[0] == (Happened.SCHEDULED, ""), told
    if tells := _TELLS.get(State(delivery.state)):
        assert tells(events, {outcome for _, outcome in outcomes}), told
    if any(outcome == Outcome.OPEN for _, outcome in outcomes):
        assert delivery.state == State.SENDING, told
    for part in range(len(delivery.receipts)):
        by_itself = {(part, Outcome.PUBLISHED), (part, Outcome.FOUND)} & outcomes
        assert by_itself or (Happened.DECIDED, "there") in events, told


Events = list[tuple[str, str]]
_TELLS: dict[State, Callable[[Events, set[str]], bool]] = {
    State.HELD: lambda events, outcomes: (
        Happened.HELD in {kind for kind, _ in events} or Outcome.NOT_SENT in outcomes
    ),
    State.CANCELLED: lambda events, _: events[-1][0] in (Happened.TAKEN_BACK, Happened.GIVEN_UP),
    State.UNKNOWN: lambda events, _: events[-1][0] == Happened.LOOKED_UP,
    State.REFUSED: lambda _, outcomes: Outcome.REFUSED in outcomes,
}
