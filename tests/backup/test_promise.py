"""After a restore nothing that may have gone out is sent again before somebody has made sure."""

from datetime import timedelta

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver import verbs
from parvis.deliver.claims import claim_due, claim_lookups
from parvis.deliver.models import Attempt, Delivery
from parvis.deliver.restored import distrust_the_past
from parvis.deliver.states import State
from parvis.networks.contract import Prepared
from parvis.report.trace import trace_of
from tests.cast import make_due, scheduled

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)
PREPARED = Prepared(key="3kabc", text="Open on Saturday", body={}).to_json()


def as_backed_up(account: Account, state: State, *, sent: bool = False, **columns) -> Delivery:
    """A delivery as a backup may hold it, five minutes after it was due."""
    delivery = scheduled(account, in_=TOMORROW)
    make_due(delivery, timedelta(minutes=5))
    if sent:
        Attempt.objects.create(
            delivery=delivery, number=1, fence=1, worker="lost:1", request=PREPARED
        )
        columns.setdefault("prepared", {"0": PREPARED})
    Delivery.objects.filter(pk=delivery.pk).update(state=state, fence=1, **columns)
    return delivery


def found(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason_code


@pytest.mark.parametrize(
    "state", [State.SCHEDULED, State.CLAIMED, State.SENDING, State.CHECKING, State.HELD]
)
def test_without_a_stored_request_a_person_decides(ponts: Account, state: State) -> None:
    delivery = as_backed_up(ponts, state)
    assert distrust_the_past().to_decide == 1
    assert found(delivery) == (State.UNKNOWN, "restored")
    assert claim_due(10) == []


@pytest.mark.parametrize("state", [State.SENDING, State.CHECKING])
def test_with_a_stored_request_the_network_is_asked_first(ponts: Account, state: State) -> None:
    delivery = as_backed_up(ponts, state, sent=True, worker="lost:1")
    assert distrust_the_past().looked_up == 1
    assert found(delivery) == (State.CHECKING, "restored")
    assert claim_due(10) == []
    Delivery.objects.update(ready_at=verbs.database_now())
    assert len(claim_lookups(10)) == 1


def test_the_trace_says_that_it_was_brought_back(ponts: Account) -> None:
    decided = as_backed_up(ponts, State.SCHEDULED)
    looked_up = as_backed_up(ponts, State.SENDING, sent=True)
    to_come = scheduled(ponts, in_=TOMORROW)
    distrust_the_past()
    steps = {each.pk: trace_of(each)[-1].words for each in (decided, looked_up, to_come)}
    assert "brought back from a backup" in steps[decided.pk]
    assert "a person decides" in steps[decided.pk]
    assert "looked up first" in steps[looked_up.pk]
    assert steps[to_come.pk] == "It was scheduled."


def test_a_request_that_was_given_up_when_it_was_moved_is_not_looked_for(ponts: Account) -> None:
    """What was tried before the move is not what may have been sent after it."""
    delivery = as_backed_up(ponts, State.SENDING, sent=True, prepared={})
    distrust_the_past()
    assert found(delivery) == (State.UNKNOWN, "restored")
    with pytest.raises(verbs.NothingToLookUp):
        verbs.look_again(delivery)


def test_a_retry_whose_time_has_come_is_decided_by_a_person(ponts: Account) -> None:
    """It may have been tried once more since, with another outcome."""
    delivery = as_backed_up(ponts, State.SCHEDULED, sent=True)
    distrust_the_past()
    assert found(delivery) == (State.UNKNOWN, "restored")


def test_a_post_of_several_parts_never_goes_on_by_itself(ponts: Account) -> None:
    """A look-up would find the part it asks for, and go on to one that may be there as well."""
    delivery = as_backed_up(ponts, State.SENDING, sent=True)
    Delivery.objects.filter(pk=delivery.pk).update(parts=[*delivery.parts, *delivery.parts])
    distrust_the_past()
    assert found(delivery) == (State.UNKNOWN, "restored")


def test_the_next_part_without_a_request_is_not_taken_for_absent(ponts: Account) -> None:
    receipt = {"remote_id": "1", "url": "https://social.example.org/1", "published_at": None}
    delivery = as_backed_up(ponts, State.SENDING, sent=True, receipts=[receipt])
    Delivery.objects.filter(pk=delivery.pk).update(parts=[*delivery.parts, *delivery.parts])
    distrust_the_past()
    assert found(delivery) == (State.UNKNOWN, "restored")


def test_what_is_still_to_come_stays_scheduled(ponts: Account) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    assert distrust_the_past().to_decide == 0
    assert found(delivery) == (State.SCHEDULED, "")


@pytest.mark.parametrize("state", [State.PUBLISHED, State.REFUSED, State.CANCELLED])
def test_what_has_ended_stays_as_it_ended(ponts: Account, state: State) -> None:
    delivery = as_backed_up(ponts, state)
    distrust_the_past()
    assert found(delivery)[0] == state


def test_a_worker_that_still_holds_an_old_claim_may_no_longer_write(ponts: Account) -> None:
    delivery = as_backed_up(ponts, State.CLAIMED)
    distrust_the_past()
    delivery.refresh_from_db()
    assert delivery.fence == 2
    assert delivery.lease_until is None


def test_connecting_an_account_again_does_not_release_it(ponts: Account) -> None:
    delivery = as_backed_up(ponts, State.HELD, reason_code="reconnect")
    distrust_the_past()
    assert verbs.release_for(ponts) == 0
    assert found(delivery) == (State.UNKNOWN, "restored")


def test_what_was_never_recorded_cannot_be_looked_up_as_absent(ponts: Account) -> None:
    delivery = as_backed_up(ponts, State.SCHEDULED)
    distrust_the_past()
    with pytest.raises(verbs.NothingToLookUp):
        verbs.look_again(delivery)
    assert found(delivery)[0] == State.UNKNOWN


def test_an_attempt_without_an_end_is_told_as_unknown(ponts: Account) -> None:
    as_backed_up(ponts, State.SENDING, sent=True)
    distrust_the_past()
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.code) == ("unknown", "restored")
    assert attempt.finished_at is not None


def test_a_person_who_has_looked_can_send_it_after_all(ponts: Account) -> None:
    delivery = as_backed_up(ponts, State.SCHEDULED)
    distrust_the_past()
    verbs.send_again(delivery)
    assert len(claim_due(10)) == 1
    assert Post.objects.count() == 1
