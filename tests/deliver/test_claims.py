"""The clock's claims, the leases and the sweep, on the real database."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from parvis.connections.models import Account
from parvis.connections.verbs import hold_calls_until
from parvis.deliver import claims, ledger
from parvis.deliver.claims import Claim
from parvis.deliver.ledger import Intent, Settlement
from parvis.deliver.models import Attempt, Delivery, Outcome
from parvis.deliver.states import State
from parvis.deliver.sweep import sweep
from parvis.deliver.verbs import database_now
from tests.cast import make_due, scheduled

pytestmark = pytest.mark.django_db


def claimed(delivery: Delivery, worker: str = "one") -> Claim:
    (claim,) = claims.claim_due(10)
    (taken,) = claims.take([claim], worker)
    assert taken.claim.delivery_id == delivery.pk
    return claim


def written(delivery: Delivery, worker: str = "one") -> tuple[Claim, int]:
    claim = claimed(delivery, worker)
    intent = Intent(claim=claim, part=0, prepared={"key": "k", "text": "t", "body": {"a": 1}})
    return claim, ledger.write_attempts([intent], worker)[claim]


def lapse_lease(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(lease_until=Now() - timedelta(seconds=1))


def settlement(claim: Claim, attempt: int, after: State = State.PUBLISHED) -> Settlement:
    return Settlement(
        claim=claim,
        before=State.SENDING,
        after=after,
        attempt_id=attempt,
        outcome=Outcome.PUBLISHED,
        receipt={"remote_id": "1", "url": "https://example.org/1", "published_at": None},
    )


def test_the_future_is_not_claimed(ponts: Account) -> None:
    scheduled(ponts, in_=timedelta(minutes=5))
    assert claims.claim_due(10) == []


def test_what_is_due_is_claimed_once(ponts: Account) -> None:
    delivery = scheduled(ponts)
    assert claims.claim_due(10) == [Claim(delivery.pk, 1)]
    assert claims.claim_due(10) == []


def test_what_is_due_first_is_claimed_first(ponts: Account) -> None:
    second, first = scheduled(ponts), scheduled(ponts)
    make_due(first, timedelta(minutes=2))
    make_due(second, timedelta(minutes=1))
    assert [claim.delivery_id for claim in claims.claim_due(10)] == [first.pk, second.pk]


def test_an_account_told_to_wait_is_passed_over(ponts: Account, ponts_mastodon: Account) -> None:
    scheduled(ponts)
    other = scheduled(ponts_mastodon)
    hold_calls_until(ponts, database_now() + timedelta(minutes=5))
    assert [claim.delivery_id for claim in claims.claim_due(10)] == [other.pk]


def test_a_claim_is_taken_by_one_worker_only(ponts: Account) -> None:
    scheduled(ponts)
    due = claims.claim_due(10)
    assert len(claims.take(due, "one")) == 1
    assert claims.take(due, "two") == []


def test_an_attempt_is_written_with_all_that_identifies_it(ponts: Account) -> None:
    delivery = scheduled(ponts)
    _, attempt_id = written(delivery)
    attempt = Attempt.objects.get(pk=attempt_id)
    delivery.refresh_from_db()
    assert delivery.state == State.SENDING
    assert attempt.request == delivery.prepared["0"] == {"key": "k", "text": "t", "body": {"a": 1}}
    assert (attempt.outcome, attempt.number) == (Outcome.OPEN, 1)


def test_without_the_lease_no_attempt_is_written(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claim = claimed(delivery)
    lapse_lease(delivery)
    assert ledger.write_attempts([Intent(claim=claim, part=0, prepared={})], "one") == {}
    assert not Attempt.objects.exists()


def test_another_workers_claim_cannot_be_written_to(ponts: Account) -> None:
    claim = claimed(scheduled(ponts), "one")
    assert ledger.write_attempts([Intent(claim=claim, part=0, prepared={})], "two") == {}


def test_a_settlement_ends_the_delivery_and_its_attempt(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claim, attempt = written(delivery)
    assert ledger.settle([settlement(claim, attempt)], "one") == {claim}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.link) == (State.PUBLISHED, "https://example.org/1")
    assert delivery.settled_at
    assert Attempt.objects.get().outcome == Outcome.PUBLISHED


def test_an_outdated_worker_settles_nothing(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claim, attempt = written(delivery)
    Delivery.objects.update(fence=F("fence") + 1)
    assert ledger.settle([settlement(claim, attempt)], "one") == set()
    delivery.refresh_from_db()
    assert delivery.state == State.SENDING


def test_a_claim_left_behind_before_its_attempt_is_due_again(ponts: Account) -> None:
    delivery = scheduled(ponts)
    claimed(delivery)
    lapse_lease(delivery)
    assert sweep() == 1
    assert claims.claim_due(10) == [Claim(delivery.pk, 3)]


def test_an_attempt_left_open_is_looked_up_and_never_just_sent_again(ponts: Account) -> None:
    delivery = scheduled(ponts)
    written(delivery)
    lapse_lease(delivery)
    sweep()
    delivery.refresh_from_db()
    assert delivery.state == State.CHECKING
    assert Attempt.objects.get().outcome == Outcome.UNKNOWN
    assert claims.claim_due(10) == []


def test_a_look_up_waits_for_the_settling_window(ponts: Account) -> None:
    delivery = scheduled(ponts)
    written(delivery)
    lapse_lease(delivery)
    sweep()
    assert claims.claim_lookups(10) == []
    Delivery.objects.update(ready_at=Now())
    assert [claim.delivery_id for claim in claims.claim_lookups(10)] == [delivery.pk]


def test_a_living_lease_is_not_swept(ponts: Account) -> None:
    written(scheduled(ponts))
    sweep()
    assert Delivery.objects.get().state == State.SENDING


def test_renewing_extends_only_what_is_still_ours(ponts: Account) -> None:
    claim = claimed(scheduled(ponts))
    assert claims.renew([claim]) == {claim.delivery_id}
    assert claims.renew([Claim(claim.delivery_id, claim.fence + 1)]) == set()


def test_what_is_too_late_is_held_with_a_reason(ponts: Account) -> None:
    delivery = scheduled(ponts)
    make_due(delivery, timedelta(hours=13))
    sweep()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason_code) == (State.HELD, "too-late")


def test_what_is_late_within_what_is_allowed_is_sent(ponts: Account) -> None:
    delivery = scheduled(ponts)
    make_due(delivery, timedelta(hours=11))
    sweep()
    assert [claim.delivery_id for claim in claims.claim_due(10)] == [delivery.pk]


def test_the_clock_sleeps_until_the_next_due_time(ponts: Account) -> None:
    scheduled(ponts, in_=timedelta(seconds=1))
    assert 0.5 < claims.seconds_until_next(60.0) <= 1.0


def test_what_became_due_while_the_clock_looked_is_not_slept_through(ponts: Account) -> None:
    looked_at = database_now().timestamp() - 1
    make_due(scheduled(ponts), timedelta(seconds=0.5))
    assert claims.seconds_until_next(60.0) == 60.0
    assert claims.seconds_until_next(60.0, looked_at) == 0.0


def test_a_try_that_ended_before_its_attempt_is_kept_for_the_reader(ponts: Account) -> None:
    claim = claimed(scheduled(ponts))
    postponed = Settlement(
        claim=claim,
        before=State.CLAIMED,
        after=State.SCHEDULED,
        outcome=Outcome.NOT_SENT,
        code="unreachable",
        ready_in=60,
    )
    ledger.settle([postponed], "one")
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.code) == (Outcome.NOT_SENT, "unreachable")


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_share_the_work(ponts: Account) -> None:
    for _ in range(4):
        scheduled(ponts)
    with transaction.atomic():
        mine = claims.claim_due(2)
        theirs = _claimable_in_another_session()
        assert len(mine) == 2
        assert theirs == 2


def _claimable_in_another_session() -> int:
    """How many due rows another clock could claim right now, without waiting."""
    copy = connection.copy()
    try:
        with copy.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM deliver_delivery WHERE state = 'scheduled' FOR UPDATE SKIP LOCKED"
            )
            return len(cursor.fetchall())
    finally:
        copy.close()
