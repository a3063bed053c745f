"""An account leaves: what becomes of what it was still to say."""

from datetime import timedelta

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver.models import Delivery
from parvis.deliver.parting import Fate, NotAStandIn, Parted, part_with
from parvis.deliver.states import State
from parvis.people.models import User, Workspace
from tests.cast import connect, draft, make_due, scheduled

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


@pytest.fixture
def second(workspace: Workspace) -> Account:
    return connect(workspace, handle="second.ponts.example.org")


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_what_is_held_waits_for_the_account(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert part_with(ponts, Fate.HOLD) == Parted(held=1)
    assert (state_of(delivery), delivery.reason_code) == (State.HELD, "disconnected")
    ponts.refresh_from_db()
    assert (ponts.state, ponts.sealed_tokens) == (AccountState.DISCONNECTED, None)


def test_a_post_of_this_account_alone_becomes_a_draft_again(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert part_with(ponts, Fate.DRAFT, by=alice) == Parted(drafted=1)
    assert state_of(delivery) == State.CANCELLED
    assert Post.objects.get().is_draft


def test_what_others_say_as_well_goes_on_there_and_is_copied_into_a_draft(
    ponts: Account, ponts_mastodon: Account, alice: User
) -> None:
    scheduled(ponts, ponts_mastodon, in_=TOMORROW)
    assert part_with(ponts, Fate.DRAFT, by=alice) == Parted(drafted=1)
    assert Delivery.objects.get(account=ponts_mastodon).state == State.SCHEDULED
    assert Delivery.objects.get(account=ponts).state == State.CANCELLED
    assert Post.objects.get(handed_over_at=None).text == "The square reopens on Saturday."


def test_what_is_given_up_stays_unsent(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert part_with(ponts, Fate.GIVE_UP, by=alice) == Parted(given_up=1)
    assert state_of(delivery) == State.CANCELLED


def test_another_account_of_the_network_says_it_at_the_same_time(
    ponts: Account, second: Account, alice: User
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert part_with(ponts, Fate.INSTEAD, by=alice, stand_in=second) == Parted(instead=1)
    said = Delivery.objects.get(account=second)
    assert (said.state, said.due_at) == (State.SCHEDULED, delivery.due_at)
    assert said.parts[0]["text"] == "The square reopens on Saturday."
    assert state_of(delivery) == State.CANCELLED


def test_what_does_not_fit_the_other_account_is_held(
    ponts: Account, second: Account, alice: User
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW, text="x" * 250)
    short = {**second.stored_traits, "text_limit": 200}
    Account.objects.filter(pk=second.pk).update(stored_traits=short)
    assert part_with(ponts, Fate.INSTEAD, by=alice, stand_in=second) == Parted(held=1)
    assert state_of(delivery) == State.HELD
    assert not Delivery.objects.filter(account=second).exists()
    assert Post.objects.count() == 1


def test_what_the_other_account_says_already_is_not_said_twice(
    ponts: Account, second: Account
) -> None:
    scheduled(ponts, second, in_=TOMORROW)
    assert part_with(ponts, Fate.INSTEAD, stand_in=second) == Parted(held=1)
    assert Delivery.objects.filter(account=second).count() == 1


def test_what_was_due_already_is_held_and_not_sent_late_through_another(
    ponts: Account, second: Account
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    make_due(delivery, ago=timedelta(minutes=5))
    assert part_with(ponts, Fate.INSTEAD, stand_in=second) == Parted(held=1)


def test_an_account_of_another_network_cannot_stand_in(
    ponts: Account, ponts_mastodon: Account
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    with pytest.raises(NotAStandIn):
        part_with(ponts, Fate.INSTEAD, stand_in=ponts_mastodon)
    assert state_of(delivery) == State.SCHEDULED
    ponts.refresh_from_db()
    assert ponts.state == AccountState.CONNECTED


def test_what_was_held_before_for_another_reason_is_left_alone(ponts: Account) -> None:
    before = scheduled(ponts, in_=TOMORROW)
    Delivery.objects.filter(pk=before.pk).update(state=State.HELD, reason_code="too-late")
    assert part_with(ponts, Fate.GIVE_UP) == Parted()
    assert state_of(before) == State.HELD


def test_drafts_of_the_account_stay(ponts: Account) -> None:
    post = draft(ponts)
    part_with(ponts, Fate.GIVE_UP)
    post.refresh_from_db()
    assert post.is_draft
