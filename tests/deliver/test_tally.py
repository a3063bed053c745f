"""What a worker counts of its own work."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.deliver.claims import Claim
from parvis.deliver.courier import Courier
from parvis.deliver.ledger import Settlement
from parvis.deliver.models import Delivery, Outcome
from parvis.deliver.states import State
from parvis.deliver.tally import Tally
from tests.cast import make_due, scheduled
from tests.deliver import driving
from tests.deliver.model_network import ModelNetwork


def settlement(after: State, outcome: Outcome | None, before: State = State.SENDING) -> Settlement:
    return Settlement(claim=Claim(1, 1), before=before, after=after, outcome=outcome)


def test_each_outcome_is_counted_by_its_name() -> None:
    tally = Tally()
    for _ in range(2):
        tally.settled(settlement(State.PUBLISHED, Outcome.PUBLISHED))
    tally.settled(settlement(State.CHECKING, Outcome.UNKNOWN))
    tally.settled(settlement(State.SCHEDULED, Outcome.NOT_SENT))
    told = tally.to_json()
    assert (told["published"], told["unknown"], told["not sent"]) == (2, 1, 1)


def test_what_is_held_is_counted_as_held() -> None:
    tally = Tally()
    tally.settled(settlement(State.HELD, Outcome.NOT_SENT))
    assert tally.to_json()["held"] == 1
    assert "not sent" not in tally.to_json()


def test_waiting_for_a_limit_is_no_outcome() -> None:
    tally = Tally()
    tally.settled(settlement(State.SCHEDULED, None))
    assert set(tally.to_json()) == {"lateness"}


def test_lateness_is_counted_up_to_each_bound() -> None:
    tally = Tally()
    for seconds in (0.01, 0.05, 0.3, 400.0):
        tally.left(seconds)
    assert tally.to_json()["lateness"] == {
        "count": 4,
        "sum": pytest.approx(400.36),
        "0.05": 2,
        "0.1": 2,
        "0.5": 3,
        "1": 3,
        "5": 3,
        "30": 3,
        "300": 3,
    }


def test_a_clock_that_is_a_little_ahead_makes_nothing_early() -> None:
    tally = Tally()
    tally.left(-0.2)
    assert tally.to_json()["lateness"]["sum"] == 0.0  # type: ignore[index]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """What the workers of this test count together."""
    together = Tally()
    usual = Courier.__init__

    def begin(courier: Courier, *given: object, **more: object) -> None:
        usual(courier, *given, **more)  # type: ignore[arg-type]
        courier.tally = together
        courier._searcher._count = together.settled

    monkeypatch.setattr(Courier, "__init__", begin)
    return together


@pytest.mark.django_db
def test_a_look_up_is_counted_by_what_it_found(
    ponts: Account, network: ModelNetwork, counted: Tally
) -> None:
    scheduled(ponts)
    network.fates.extend(["publish lost request", "publish lost answer"])
    for _ in range(2):
        driving.deliver_due()
        driving.look_up_due()
        driving.end_all_waiting()
    assert counted.outcomes == {"unknown": 2, "absent": 1, "found": 1}


@pytest.mark.django_db
def test_only_the_first_try_of_a_delivery_tells_how_late_it_left(
    ponts: Account, network: ModelNetwork, counted: Tally
) -> None:
    delivery = scheduled(ponts, thread=("And more",))
    make_due(delivery, timedelta(seconds=10))
    network.fates.append("publish not sent")
    driving.deliver_due()
    Delivery.objects.update(ready_at=Now())
    driving.deliver_due()
    assert counted.outcomes == {"not sent": 1, "published": 2}
    assert counted.first_tries == 1
    assert 10 <= counted.lateness_sum < 100
