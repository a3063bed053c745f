"""Why a delivery that is due does not go out yet."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from parvis.connections.allowances import heed
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import LEASED, State
from parvis.deliver.verbs import database_now
from parvis.networks.errors import SlowDown
from parvis.report.turn import Waiting, turns_of
from tests.cast import make_due, scheduled

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(ponts: Account) -> Delivery:
    return due(ponts, minutes_ago=1)


def due(account: Account, minutes_ago: float) -> Delivery:
    delivery = scheduled(account)
    make_due(delivery, timedelta(minutes=minutes_ago))
    delivery.refresh_from_db()
    return delivery


def put(delivery: Delivery, state: State, began: datetime | None = None, **how: Any) -> Delivery:
    began = began or database_now()
    Delivery.objects.filter(pk=delivery.pk).update(state=state, began_at=began, **how)
    delivery.refresh_from_db()
    return delivery


def turn_of(delivery: Delivery) -> Waiting | None:
    return turns_of([delivery], database_now()).get(delivery.pk)


def test_a_delivery_that_nothing_holds_back_has_its_turn(delivery: Delivery) -> None:
    assert turn_of(delivery) is None


@pytest.mark.parametrize("state", sorted(LEASED))
def test_an_earlier_one_that_is_under_way_goes_first(delivery: Delivery, state: State) -> None:
    first = put(due(delivery.account, minutes_ago=5), state)
    assert turn_of(delivery) == Waiting(
        behind_post_id=first.post_id, behind_due_at=first.due_at, behind_state=state
    )


def test_an_earlier_one_that_waits_to_be_tried_again_goes_first(delivery: Delivery) -> None:
    soon = database_now() + timedelta(seconds=30)
    first = put(due(delivery.account, minutes_ago=5), State.SCHEDULED, ready_at=soon)
    turn = turn_of(delivery)
    assert turn is not None
    assert turn.behind_post_id == first.post_id


def test_a_later_one_that_waits_to_be_tried_again_holds_nothing_back(delivery: Delivery) -> None:
    soon = database_now() + timedelta(seconds=30)
    put(due(delivery.account, minutes_ago=0), State.SCHEDULED, ready_at=soon)
    assert turn_of(delivery) is None


def test_nobody_waits_for_ever_behind_another(delivery: Delivery) -> None:
    long_ago = database_now() - timedelta(seconds=settings.TERMS.order + 1)
    put(due(delivery.account, minutes_ago=60), State.CHECKING, began=long_ago)
    assert turn_of(delivery) is None


def test_another_account_holds_nothing_back(delivery: Delivery, ponts_mastodon: Account) -> None:
    put(due(ponts_mastodon, minutes_ago=5), State.SENDING)
    assert turn_of(delivery) is None


def test_an_account_that_was_told_to_wait_says_until_when(delivery: Delivery) -> None:
    until = database_now() + timedelta(minutes=10)
    delivery.account.waits_until = until
    turn = turn_of(delivery)
    assert turn is not None
    assert (turn.is_behind, turn.until) == (False, until)
    assert turn.words.startswith("Bluesky lets this account post again ")


def test_a_limit_that_is_known_is_named(delivery: Delivery) -> None:
    until = database_now() + timedelta(minutes=10)
    full = SlowDown("rate-limit", "Wait.", until=until, bucket="publish a day", limit=200)
    heed(delivery.account, full)
    delivery.account.refresh_from_db()
    turn = turn_of(delivery)
    assert turn is not None
    assert turn.words.endswith("200 of 200 posts of the day are used.")


def test_what_is_not_due_waits_for_nothing_else(ponts: Account, delivery: Delivery) -> None:
    put(delivery, State.SENDING)
    assert turn_of(scheduled(ponts, in_=timedelta(days=1))) is None


def test_one_question_answers_for_all(
    delivery: Delivery, ponts_mastodon: Account, django_assert_num_queries: Any
) -> None:
    others = [due(ponts_mastodon, minutes_ago=n) for n in range(1, 5)]
    now = database_now()
    waiting = list(Delivery.objects.select_related("account"))
    with django_assert_num_queries(1):
        assert turns_of(waiting, now) == {}
    assert len(waiting) == 1 + len(others)
