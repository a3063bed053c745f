"""Moving one entry of the calendar, whatever it is."""

from datetime import timedelta

import pytest

from parvis.compose.content import content_of
from parvis.compose.models import Post
from parvis.compose.verbs import ChangedElsewhere, NoLongerADraft, plan, save_draft
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.moving import MovedMeanwhile, move_entry
from parvis.deliver.states import State
from parvis.deliver.verbs import AlreadyOnItsWay, InThePast, database_now
from tests.cast import draft, scheduled

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_all_accounts_of_a_post_are_moved_together(ponts: Account, ponts_mastodon: Account) -> None:
    delivery = scheduled(ponts, ponts_mastodon, in_=DAY)
    to = delivery.due_at + DAY
    move_entry(delivery.post, delivery.due_at, to)
    assert set(Delivery.objects.values_list("due_at", flat=True)) == {to}


def test_what_is_held_beside_what_is_out_is_moved_alone(
    ponts: Account, ponts_mastodon: Account
) -> None:
    delivery = scheduled(ponts, ponts_mastodon, in_=DAY)
    Delivery.objects.filter(account=ponts).update(state=State.PUBLISHED)
    Delivery.objects.filter(account=ponts_mastodon).update(state=State.HELD)
    to = delivery.due_at + DAY
    move_entry(delivery.post, delivery.due_at, to)
    out, held = Delivery.objects.order_by("account__network")
    assert (out.state, out.due_at) == (State.PUBLISHED, delivery.due_at)
    assert (held.state, held.due_at) == (State.SCHEDULED, to)


@pytest.mark.parametrize("state", [State.SENDING, State.PUBLISHED, State.UNKNOWN, State.REFUSED])
def test_what_is_on_its_way_or_settled_stays(ponts: Account, state: State) -> None:
    delivery = scheduled(ponts, in_=DAY)
    Delivery.objects.update(state=state)
    with pytest.raises(AlreadyOnItsWay):
        move_entry(delivery.post, delivery.due_at, delivery.due_at + DAY)
    assert Delivery.objects.get().due_at == delivery.due_at


def test_what_was_seen_elsewhere_is_not_moved(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=DAY)
    planned = draft(ponts, planned_at=delivery.due_at)
    for post in (delivery.post, planned):
        with pytest.raises(MovedMeanwhile):
            move_entry(post, delivery.due_at - DAY / 2, delivery.due_at + DAY)


def test_a_draft_that_was_handed_over_meanwhile_is_moved_as_it_stands_now(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=DAY)
    stale = Post.objects.get(pk=delivery.post_id)
    stale.handed_over_at = None
    move_entry(stale, delivery.due_at, delivery.due_at + DAY)
    assert Delivery.objects.get().due_at == delivery.due_at + DAY


def test_a_draft_is_not_planned_into_the_past(ponts: Account) -> None:
    at = database_now() + DAY
    planned = draft(ponts, planned_at=at)
    with pytest.raises(InThePast):
        move_entry(planned, at, database_now() - DAY)


def test_a_tab_that_has_the_draft_open_is_told_of_its_new_time(ponts: Account) -> None:
    opened = draft(ponts, planned_at=database_now() + DAY)
    base, content = opened.revision, content_of(opened)
    plan(opened, database_now() + 2 * DAY)
    with pytest.raises(ChangedElsewhere):
        save_draft(opened, content, base_revision=base, saved_by=None, tab="a", turn=1)


def test_what_was_handed_over_is_no_longer_planned(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=DAY)
    with pytest.raises(NoLongerADraft):
        plan(delivery.post, None)
