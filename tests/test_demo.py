"""The furnished desk that pages are looked at with."""

import pytest

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import User
from parvis.report.today import today_of
from tests.demo import HANDLES, furnish

pytestmark = pytest.mark.django_db


def test_the_furnished_desk_has_something_of_everything(alice: User) -> None:
    demo = furnish(alice)
    today = today_of(demo.workspace)
    assert {account.network for account in today.accounts} == set(HANDLES)
    assert {decision.state for decision in today.decisions} == {
        State.UNKNOWN,
        State.HELD,
        State.REFUSED,
    }
    assert today.went_out
    assert today.coming
    assert Delivery.objects.filter(state=State.PUBLISHED).count() > 10
