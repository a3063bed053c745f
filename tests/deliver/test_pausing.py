"""Pausing: nothing goes out while it lasts, and what was due meanwhile waits for a person."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.deliver import claims, pausing, verbs
from parvis.deliver.models import Delivery, Event, Happened
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.people.models import User, Workspace
from tests.cast import connect, make_due, scheduled
from tests.deliver.driving import deliver_claimed, deliver_due
from tests.deliver.model_network import ModelNetwork

pytestmark = pytest.mark.django_db


def state_of(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason_code


def test_nothing_of_a_paused_account_is_claimed(ponts: Account) -> None:
    scheduled(ponts)
    pausing.pause(ponts)
    assert claims.claim_due(10) == []


def test_the_other_accounts_go_on(ponts: Account, ponts_mastodon: Account) -> None:
    scheduled(ponts)
    other = scheduled(ponts_mastodon)
    pausing.pause(ponts)
    assert [claim.delivery_id for claim in claims.claim_due(10)] == [other.pk]


def test_nothing_of_a_paused_workspace_is_claimed(
    workspace: Workspace, ponts: Account, ponts_mastodon: Account
) -> None:
    for account in (ponts, ponts_mastodon):
        scheduled(account)
    pausing.pause_all(workspace)
    assert claims.claim_due(10) == []


def test_what_becomes_due_meanwhile_is_held_and_told(ponts: Account) -> None:
    due = scheduled(ponts)
    later = scheduled(ponts, in_=timedelta(hours=1))
    pausing.pause(ponts)
    assert sweep() == 1
    assert state_of(due) == (State.HELD, "paused")
    assert state_of(later) == (State.SCHEDULED, "")
    told = Event.objects.get(delivery=due, kind=Happened.HELD)
    ponts.refresh_from_db()
    assert (told.code, bool(told.facts["since"])) == ("paused", ponts.paused_at is not None)


def test_what_waits_to_be_tried_again_is_held_too(ponts: Account) -> None:
    delivery = scheduled(ponts)
    Delivery.objects.update(ready_at=Now() + timedelta(minutes=5))
    pausing.pause(ponts)
    sweep()
    assert state_of(delivery) == (State.HELD, "paused")


def test_who_has_claimed_it_already_gets_no_attempt_and_holds_it(
    ponts: Account, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    batch = claims.claim_due(10)
    pausing.pause(ponts)
    deliver_claimed(batch)
    assert state_of(delivery) == (State.HELD, "paused")
    assert (network.posts, delivery.attempts.count()) == ([], 0)


def test_a_paused_workspace_stops_who_has_claimed_as_well(
    ponts: Account, workspace: Workspace, network: ModelNetwork
) -> None:
    delivery = scheduled(ponts)
    batch = claims.claim_due(10)
    pausing.pause_all(workspace)
    deliver_claimed(batch)
    assert state_of(delivery) == (State.HELD, "paused")
    assert network.posts == []


def test_resuming_releases_nothing_by_itself(ponts: Account, network: ModelNetwork) -> None:
    delivery = scheduled(ponts)
    pausing.pause(ponts)
    sweep()
    pausing.resume(ponts)
    deliver_due()
    assert state_of(delivery) == (State.HELD, "paused")
    assert network.posts == []


def test_what_was_due_while_no_clock_looked_is_held_when_it_is_resumed(
    ponts: Account, workspace: Workspace
) -> None:
    delivery = scheduled(ponts)
    pausing.pause_all(workspace)
    pausing.resume_all(workspace)
    assert state_of(delivery) == (State.HELD, "paused")


def test_what_is_due_afterwards_goes_out(ponts: Account, network: ModelNetwork) -> None:
    pausing.pause(ponts)
    delivery = scheduled(ponts, in_=timedelta(hours=1))
    pausing.resume(ponts)
    make_due(delivery)
    deliver_due()
    assert state_of(delivery) == (State.PUBLISHED, "")


def test_to_resume_everything_leaves_an_account_paused_that_was_paused_alone(
    ponts: Account, workspace: Workspace
) -> None:
    pausing.pause(ponts)
    pausing.pause_all(workspace)
    pausing.resume_all(workspace)
    scheduled(ponts)
    assert claims.claim_due(10) == []


def test_pausing_twice_keeps_the_first_moment(ponts: Account) -> None:
    pausing.pause(ponts)
    first = Account.objects.get(pk=ponts.pk).paused_at
    pausing.pause(ponts)
    assert Account.objects.get(pk=ponts.pk).paused_at == first


def test_nothing_is_sent_by_hand_while_the_pause_lasts(ponts: Account) -> None:
    delivery = scheduled(ponts)
    pausing.pause(ponts)
    sweep()
    for send in (lambda: verbs.release(delivery), lambda: pausing.release_held(ponts)):
        with pytest.raises(verbs.StillPaused):
            send()
    assert state_of(delivery) == (State.HELD, "paused")


def held_twice(account: Account) -> tuple[Delivery, Delivery]:
    """The one that was made last was due first."""
    second, first = (scheduled(account, text=text) for text in ("Second", "First"))
    make_due(second, timedelta(minutes=5))
    make_due(first, timedelta(minutes=9))
    pausing.pause(account)
    sweep()
    pausing.resume(account)
    return first, second


def test_all_of_an_account_are_sent_in_their_order(
    ponts: Account, alice: User, network: ModelNetwork
) -> None:
    held_twice(ponts)
    assert pausing.release_held(ponts, by=alice) == 2
    deliver_due()
    assert [post.text for post in network.posts] == ["First", "Second"]
    assert Event.objects.filter(kind=Happened.RELEASED, person=alice).count() == 2


def test_all_of_an_account_are_moved_in_their_order(ponts: Account) -> None:
    first, second = held_twice(ponts)
    now = verbs.database_now()
    moments = [now + timedelta(hours=1), now + timedelta(hours=2)]
    assert pausing.move_held(ponts, moments) == 2
    for delivery, moment in zip((first, second), moments, strict=True):
        assert state_of(delivery) == (State.SCHEDULED, "")
        assert delivery.due_at == moment


def test_all_of_an_account_are_given_up(ponts: Account, ponts_mastodon: Account) -> None:
    held_twice(ponts)
    other = held_twice(ponts_mastodon)[0]
    assert pausing.give_up_held(ponts) == 2
    assert set(ponts.deliveries.values_list("state", flat=True)) == {State.CANCELLED}
    assert state_of(other) == (State.HELD, "paused")


def test_what_is_held_for_another_reason_is_left_alone(ponts: Account) -> None:
    delivery = scheduled(ponts)
    verbs.hold_for(ponts, "disconnected")
    assert pausing.release_held(ponts) == 0
    assert state_of(delivery) == (State.HELD, "disconnected")


def test_accounts_of_other_handles_are_not_paused_with_it(ponts: Account) -> None:
    second = connect(ponts.workspace, handle="second.example.org")
    pausing.pause(ponts)
    assert Account.objects.get(pk=second.pk).paused_at is None
