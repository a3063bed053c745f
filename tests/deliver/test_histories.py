"""Random histories of the real clock, courier and ledger, and what must hold in all of them.

HISTORIES=100 makes a hundred times as many: HISTORIES=100 pytest --timeout=0 <this file>.
"""

import os
from collections.abc import Callable
from dataclasses import asdict
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as django
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import run_state_machine_as_test

from parvis.connections.models import Account
from parvis.deliver import claims, ledger, outcomes
from parvis.deliver.clock import Guard
from parvis.deliver.looking_up import Searcher
from parvis.deliver.models import Delivery
from parvis.deliver.preparing import Voice
from parvis.deliver.states import State
from parvis.networks.contract import Found, Presence
from parvis.networks.http import Http
from tests.cast import connect, scheduled
from tests.deliver.histories import Histories
from tests.deliver.world import World

pytestmark = pytest.mark.django_db

HISTORIES = settings(
    max_examples=25 * int(os.environ.get("HISTORIES", "1")),
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
UNTIL_FOUND = settings(HISTORIES, max_examples=120)
# Told again, on a busy machine, a history may go otherwise than when it was found.
FOUND = (AssertionError, FlakyFailure)


@pytest.fixture
def histories(ponts: Account, monkeypatch: pytest.MonkeyPatch) -> type[Histories]:
    second = connect(ponts.workspace, handle="second.example.org")
    monkeypatch.setattr(Histories, "world", World([ponts, second], monkeypatch), raising=False)
    return Histories


@pytest.fixture
def told(histories: type[Histories]) -> Callable[[str], Histories]:
    """A history that is told step by step instead of drawn."""

    def begin(kind: str) -> Histories:
        history = histories()
        history.begin_as(kind)
        Delivery.objects.all().delete()
        return history

    return begin


def test_no_history_posts_twice_loses_a_post_or_breaks_the_order(
    histories: type[Histories],
) -> None:
    run_state_machine_as_test(histories, settings=HISTORIES)


def test_without_the_look_up_a_history_is_found_that_posts_twice(
    histories: type[Histories], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def believe_it_absent(_self: Searcher, _voice: Voice, taken: claims.Taken):
        return outcomes.looked_up(taken, Found(presence=Presence.ABSENT))

    monkeypatch.setattr(Searcher, "_judge", believe_it_absent)
    monkeypatch.setattr(histories, "kinds", ["keyless"])
    with pytest.raises(FOUND):
        run_state_machine_as_test(histories, settings=UNTIL_FOUND)


Telling = Callable[[str], Histories]


def replace_in(
    patch: pytest.MonkeyPatch, module: object, statement: str, safeguard: str, by: str
) -> None:
    intact = getattr(module, statement)
    assert safeguard in intact
    patch.setattr(module, statement, intact.replace(safeguard, by))


def is_there_once(history: Histories) -> None:
    history.nothing_is_on_the_network_more_often_than_it_was_to_be()
    assert len(history.network.posts) == 1


def one_task_stands_still_and_its_own_worker_takes_the_work_up_again(told: Telling) -> None:
    """It stands while it prepares; meanwhile the post goes out, and nobody has settled it yet."""
    history = told("keyless")
    history.world.stalls = ((31.0,),)
    scheduled(history.world.accounts[0], text="Open")
    history.network.fates.extend(["prepare stalls", "publish killed after"])
    history.world.tick("one")
    is_there_once(history)


def test_with_the_fence_who_stood_still_sends_nothing(told: Telling) -> None:
    one_task_stands_still_and_its_own_worker_takes_the_work_up_again(told)


def test_without_the_fence_who_stood_still_posts_a_second_time(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_in(monkeypatch, ledger, "_WRITE", "AND d.fence = g.fence", "")
    replace_in(monkeypatch, ledger, "_WRITE", "RETURNING d.id, d.fence", "RETURNING d.id, g.fence")
    with pytest.raises(AssertionError):
        one_task_stands_still_and_its_own_worker_takes_the_work_up_again(told)


def a_process_is_stopped_between_its_attempt_and_the_request(told: Telling) -> None:
    """For so long that it is looked for, found absent and sent by another."""
    history = told("keyless")
    history.world.stalls = ((31.0, 6.0, 100.0, 6.0),)
    scheduled(history.world.accounts[0], text="Open")
    history.network.fates.append("publish stopped")
    history.world.tick("one")
    is_there_once(history)


def test_with_its_lease_in_mind_a_process_that_was_stopped_sends_nothing(told: Telling) -> None:
    a_process_is_stopped_between_its_attempt_and_the_request(told)


def test_a_process_that_was_stopped_and_ignores_its_lease_posts_a_second_time(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Http, "sending_before", lambda http, _moment: http)
    with pytest.raises(AssertionError):
        a_process_is_stopped_between_its_attempt_and_the_request(told)


def a_first_post_is_in_the_way(told: Telling, fate: str) -> None:
    """Of two of an account; a clock looks again at once."""
    history = told("keyless")
    for text in ("Open", "Closed"):
        scheduled(history.world.accounts[0], text=text)
    history.network.fates.append(fate)
    history.world.tick("one")
    history.world.tick("two")
    history.of_each_account_everything_was_begun_in_its_order()


IN_THE_WAY = ["publish not sent", "publish lost request"]


@pytest.mark.parametrize("fate", IN_THE_WAY)
def test_with_the_order_kept_a_later_post_waits(told: Telling, fate: str) -> None:
    a_first_post_is_in_the_way(told, fate)


@pytest.mark.parametrize("fate", IN_THE_WAY)
def test_without_the_order_a_later_post_overtakes(
    told: Telling, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    replace_in(monkeypatch, claims, "_CLAIM_DUE", "q.in_turn", "TRUE")
    replace_in(monkeypatch, claims, "_CLAIM_DUE", "'claimed', 'sending', 'checking'", "'none'")
    with pytest.raises(AssertionError):
        a_first_post_is_in_the_way(told, fate)


def an_answer_is_lost(told: Telling, *, jump: float = 0.0) -> None:
    """The request arrives a little later; in between, the database's clock may jump."""
    history = told("keyless")
    world = history.world
    scheduled(world.accounts[0], text="Open")
    history.network.fates.append("publish late")
    world.tick("one")
    world.jump(jump)
    for _ in range(4):
        world.pass_time(6.0)
        world.tick("one")
    history.network.land_what_is_under_way()
    is_there_once(history)


def test_a_database_clock_that_jumps_posts_nothing_twice(told: Telling) -> None:
    an_answer_is_lost(told, jump=300.0)


def test_without_the_guard_a_database_clock_that_jumps_posts_twice(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guard, "trusts", lambda *_: True)
    with pytest.raises(AssertionError):
        an_answer_is_lost(told, jump=300.0)


def test_without_the_time_under_way_a_late_request_is_there_twice(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_answer_is_lost(told)
    nothing_under_way = SimpleNamespace(**{**asdict(django.TERMS), "under_way": 0.0})
    monkeypatch.setattr(django, "TERMS", nothing_under_way)
    with pytest.raises(AssertionError):
        an_answer_is_lost(told)


def test_what_histories_do_is_seen(told: Telling) -> None:
    """The witness of undeclared changes is no use if it sees none."""
    history = told("keyless")
    delivery = scheduled(history.world.accounts[0], text="Open")
    history.world.tick("one")
    assert history.world.undeclared_changes() == []
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SCHEDULED)
    assert history.world.undeclared_changes() == [(State.PUBLISHED, State.SCHEDULED)]


def a_pause_comes_between_the_claim_and_the_attempt(told: Telling) -> None:
    history = told("keyless")
    scheduled(history.world.accounts[0], text="Open")
    batch = history.world.claim_due(10)
    history.pause(0, everything=False)
    async_to_sync(history.world.carry)("one", batch)
    history.nothing_was_begun_during_a_pause()
    assert history.network.posts == []


def test_who_has_claimed_before_a_pause_sends_nothing(told: Telling) -> None:
    a_pause_comes_between_the_claim_and_the_attempt(told)


def test_without_a_look_at_pauses_it_is_sent_all_the_same(
    told: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_in(monkeypatch, ledger, "_WRITE", "AND a.paused_at IS NULL", "")
    with pytest.raises(AssertionError):
        a_pause_comes_between_the_claim_and_the_attempt(told)
