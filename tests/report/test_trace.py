"""What happened to a delivery, in order and in plain sentences."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from parvis.connections.models import Account
from parvis.deliver import verbs
from parvis.deliver.models import Attempt, Delivery, Event, Happened, Outcome
from parvis.deliver.states import State
from parvis.deliver.verbs import database_now
from parvis.people.models import User
from parvis.report import trace_phrases
from parvis.report.trace import Step, last_event_of, trace_of
from tests.cast import scheduled

pytestmark = pytest.mark.django_db

WORKER = "desk-2:4711"


@pytest.fixture
def delivery(ponts: Account) -> Delivery:
    return scheduled(ponts)


@pytest.fixture
def noon(delivery: Delivery) -> datetime:
    """A moment after the scheduling."""
    return database_now()


def attempted(delivery: Delivery, at: datetime, number: int = 1, **how: Any) -> Attempt:
    usual = {
        "request": {"key": delivery.keys[0]},
        "outcome": Outcome.UNKNOWN,
        "code": "no-answer",
        "finished_at": at + timedelta(seconds=15),
    }
    return Attempt.objects.create(
        delivery=delivery, number=number, fence=1, worker=WORKER, started_at=at, **{**usual, **how}
    )


def happened(delivery: Delivery, kind: Happened, at: datetime, **how: Any) -> Event:
    return Event.objects.create(delivery=delivery, kind=kind, at=at, **how)


def told(delivery: Delivery) -> list[str]:
    return [step.words for step in trace_of(delivery)]


def last(delivery: Delivery) -> Step:
    return trace_of(delivery)[-1]


def test_attempts_and_events_stand_in_one_order(delivery: Delivery, noon: datetime) -> None:
    attempted(delivery, noon + timedelta(seconds=1))
    happened(delivery, Happened.LOOKED_UP, noon + timedelta(seconds=30), code="absent")
    attempted(
        delivery,
        noon + timedelta(seconds=40),
        number=2,
        outcome=Outcome.PUBLISHED,
        code="",
        finished_at=noon + timedelta(seconds=41),
        answer={"url": "https://bsky.app/1"},
    )
    assert told(delivery) == [
        "It was scheduled.",
        "Attempt 1: it was sent.",
        "Whether the network took it is not known. The network did not answer.",
        "It was looked up on the network: it is surely not there.",
        "Attempt 2: it was sent.",
        "The network confirmed it.",
    ]
    assert (last(delivery).link, last(delivery).seconds) == ("https://bsky.app/1", 1.0)


def test_a_step_names_the_worker_and_the_part(delivery: Delivery, noon: datetime) -> None:
    attempted(delivery, noon, part=1)
    sent = trace_of(delivery)[-2]
    assert (sent.kind, sent.worker, sent.part, sent.attempt) == ("attempt", WORKER, 2, 1)


def test_a_try_that_sent_nothing_is_one_line(delivery: Delivery, noon: datetime) -> None:
    attempted(
        delivery,
        noon,
        request={},
        outcome=Outcome.NOT_SENT,
        code="unreachable",
        answer={"host": "pds.example.org"},
    )
    assert told(delivery)[1:] == [
        "Attempt 1 ended before anything was sent. pds.example.org cannot be reached."
    ]


def test_an_attempt_that_is_under_way_has_no_answer_yet(delivery: Delivery, noon: datetime) -> None:
    attempted(delivery, noon, outcome=Outcome.OPEN, code="", finished_at=None)
    assert told(delivery)[1:] == ["Attempt 1: it was sent."]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.FOUND, "It was found there later."),
        (Outcome.ABSENT, "Later it was found to be surely not there."),
    ],
)
def test_what_was_found_out_is_told_also_where_no_event_tells_it(
    delivery: Delivery, noon: datetime, outcome: Outcome, words: str
) -> None:
    attempted(delivery, noon, outcome=outcome)
    assert last(delivery).words.endswith(words)
    happened(delivery, Happened.LOOKED_UP, noon + timedelta(minutes=1), code="present")
    assert not any(words in each for each in told(delivery))


def test_a_person_is_named_for_what_was_done(ponts: Account, alice: User) -> None:
    delivery = scheduled(ponts, in_=timedelta(days=1))
    Delivery.objects.filter(pk=delivery.pk).update(state=State.UNKNOWN)
    verbs.send_again(delivery, by=alice)
    verbs.move(delivery.post, database_now() + timedelta(days=2), by=alice)
    verbs.take_back(delivery.post, by=alice)
    assert told(delivery)[1:] == [
        "Alice decided: it is not there, send it again.",
        "Alice moved it to another time.",
        "Alice took the post back.",
    ]


def test_who_left_a_refusal_at_that_is_named(delivery: Delivery, alice: User) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=State.REFUSED)
    verbs.set_aside(delivery, by=alice)
    assert told(delivery)[-1] == "Alice read why it was refused, and left it at that."


def test_a_new_time_is_told(delivery: Delivery, alice: User) -> None:
    later = database_now() + timedelta(days=2)
    verbs.move(delivery.post, later, by=alice)
    assert last(delivery).moment == later


def test_what_nobody_did_is_told_without_a_name(delivery: Delivery) -> None:
    Delivery.objects.update(state=State.UNKNOWN)
    verbs.send_again(delivery)
    assert last(delivery).words == "It was decided: it is not there, send it again."


def test_a_wait_tells_for_what_and_until_when(delivery: Delivery, noon: datetime) -> None:
    until = noon + timedelta(hours=1)
    facts = {"network": "bluesky", "until": until.isoformat(), "scope": "account", "bucket": ""}
    happened(delivery, Happened.WAITS, noon, code="rate-limit", facts=facts)
    assert last(delivery).words.startswith("It waits. Bluesky lets this account post again ")
    assert last(delivery).facts == facts


def test_a_code_that_is_a_reason_is_told_as_one(delivery: Delivery, noon: datetime) -> None:
    happened(delivery, Happened.LOOKED_UP, noon, code="unreachable", facts={"host": "x.example"})
    assert last(delivery).words == (
        "It was looked up on the network, in vain. x.example cannot be reached."
    )


def test_a_code_that_this_version_does_not_know_stands_in_brackets(
    delivery: Delivery, noon: datetime
) -> None:
    happened(delivery, Happened.HELD, noon, code="of-a-later-version")
    assert last(delivery).words == "It is held. (of-a-later-version)"


def test_a_sign_of_a_network_is_no_format(delivery: Delivery, noon: datetime) -> None:
    attempted(delivery, noon, outcome=Outcome.REFUSED, code="new", answer={"sentence": "100 %s"})
    assert last(delivery).words == "The network refused it. 100 %s"


@pytest.mark.parametrize("kind", list(Happened))
def test_every_kind_of_event_has_a_sentence(
    delivery: Delivery, noon: datetime, alice: User, kind: Happened
) -> None:
    happened(delivery, kind, noon)
    by_nobody = last(delivery).words
    happened(delivery, kind, noon + timedelta(seconds=1), person=alice)
    assert by_nobody.endswith(".")
    assert last(delivery).words.endswith(".")
    assert "%" not in by_nobody + last(delivery).words


@pytest.mark.parametrize("outcome", [each for each in Outcome if each != Outcome.OPEN])
def test_every_outcome_has_a_sentence(delivery: Delivery, noon: datetime, outcome: Outcome) -> None:
    attempted(delivery, noon, outcome=outcome)
    assert str(trace_phrases.ANSWERS[outcome]) in last(delivery).words


def test_the_last_event_is_told_to_who_comes_too_late(delivery: Delivery, alice: User) -> None:
    assert last_event_of(delivery) == ""
    Delivery.objects.update(state=State.HELD)
    verbs.give_up(delivery, by=alice)
    assert last_event_of(delivery) == "Alice gave it up."


def test_the_trace_is_told_in_french(delivery: Delivery, alice: User) -> None:
    Delivery.objects.update(state=State.HELD)
    verbs.give_up(delivery, by=alice)
    with override("fr"):
        assert last_event_of(delivery) == "Alice y a renoncé."
