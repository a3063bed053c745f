"""What a refusal, a disconnection and a return mean for what was to be said."""

from datetime import timedelta

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account, AccountState
from parvis.deliver import leaving, verbs
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from tests.cast import scheduled

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)


def refused(*accounts: Account) -> Delivery:
    delivery = scheduled(*accounts)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.REFUSED)
    return delivery


def test_disconnecting_holds_what_is_scheduled_and_destroys_the_tokens(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert leaving.disconnect(ponts) == 1
    ponts.refresh_from_db()
    delivery.refresh_from_db()
    assert (ponts.state, ponts.sealed_tokens) == (AccountState.DISCONNECTED, None)
    assert (delivery.state, delivery.reason_code) == (State.HELD, leaving.DISCONNECTED)


def test_coming_back_schedules_what_was_held_for_the_account_and_nothing_else(
    ponts: Account,
) -> None:
    waiting, late = scheduled(ponts, in_=TOMORROW), scheduled(ponts)
    Delivery.objects.filter(pk=late.pk).update(state=State.HELD, reason_code="too-late")
    leaving.disconnect(ponts)
    assert leaving.welcome_back(ponts) == 1
    waiting.refresh_from_db()
    late.refresh_from_db()
    assert (waiting.state, late.state) == (State.SCHEDULED, State.HELD)


def test_a_post_that_was_refused_everywhere_can_be_corrected(ponts: Account) -> None:
    delivery = refused(ponts)
    verbs.take_back(delivery.post)
    delivery.refresh_from_db()
    assert Post.objects.get().is_draft
    assert delivery.set_aside_at


def test_a_corrected_post_goes_out_anew(ponts: Account) -> None:
    delivery = refused(ponts)
    verbs.take_back(delivery.post)
    (again,) = verbs.schedule(Post.objects.get(), verbs.database_now() + TOMORROW)
    assert again.keys != delivery.keys


def test_a_post_that_went_out_somewhere_is_not_taken_back_for_a_refusal(
    ponts: Account, ponts_mastodon: Account
) -> None:
    delivery = refused(ponts, ponts_mastodon)
    Delivery.objects.exclude(pk=delivery.pk).update(state=State.PUBLISHED)
    with pytest.raises(verbs.AlreadyOnItsWay):
        verbs.take_back(delivery.post)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.set_aside_at) == (State.REFUSED, None)


def test_a_refusal_is_set_aside_once(ponts: Account) -> None:
    delivery = refused(ponts)
    verbs.set_aside(delivery)
    with pytest.raises(verbs.NothingToDecide):
        verbs.set_aside(delivery)


def test_only_a_refusal_is_set_aside(ponts: Account) -> None:
    delivery = scheduled(ponts)
    with pytest.raises(verbs.NothingToDecide):
        verbs.set_aside(delivery)
