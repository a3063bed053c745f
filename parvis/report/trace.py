"""What happened to one delivery, in the order in which it happened: its attempts and events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from parvis.deliver.models import Attempt, Delivery, Event, Happened, Outcome
from parvis.report import trace_phrases as phrases
from parvis.report.going_out import web_address
from parvis.report.sentences import sentence_for_reason
from parvis.report.waits import sentence_for_wait

_FOUND_OUT = {"present", "absent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the trace.

    kind      an event's kind, or "attempt" and "answer"
    part      counted from 1; None for what concerns the delivery as a whole
    attempt   the attempt's number; None for events
    words     what happened, in a sentence
    code      why, for programs
    moment    the moment that the sentence leaves out: when a wait ends, the new time
    seconds   how long the network took to answer
    facts     of an event, for programs
    """

    at: datetime
    kind: str
    words: str
    part: int | None = None
    attempt: int | None = None
    worker: str = ""
    person: str = ""
    code: str = ""
    moment: datetime | None = None
    seconds: float | None = None
    link: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def trace_of(delivery: Delivery) -> tuple[Step, ...]:
    """Reads attempts and events with their persons, prefetched or not."""
    events, attempts = list(delivery.events.all()), list(delivery.attempts.all())
    steps = [*_beginning(delivery, events), *map(_told_event, events)]
    found_out = {event.part for event in events if _tells_for_certain(event)}
    for attempt in attempts:
        steps += _told_attempt(attempt, looked_up=attempt.part in found_out)
    return tuple(sorted(steps, key=lambda step: step.at))


def last_event_of(delivery: Delivery) -> str:
    """In a sentence: what a person, or Parvis itself, did last. Empty where nothing is known."""
    events = delivery.events.exclude(kind=Happened.SCHEDULED).select_related("person")
    last = events.last()
    return "" if last is None else _words(last)


def _beginning(delivery: Delivery, events: list[Event]) -> Iterator[Step]:
    """Deliveries of an earlier version have no event of their scheduling."""
    if not any(event.kind == Happened.SCHEDULED for event in events):
        words = str(phrases.EVENTS[Happened.SCHEDULED])
        yield Step(at=delivery.created_at, kind=Happened.SCHEDULED, words=words)


def _told_event(event: Event) -> Step:
    return Step(
        at=event.at,
        kind=event.kind,
        words=_words(event),
        part=None if event.kind in _OF_THE_WHOLE else event.part + 1,
        worker=event.worker,
        person=event.person.name if event.person else "",
        code=event.code,
        moment=_moment(event),
        facts=event.facts,
    )


def _words(event: Event) -> str:
    """By kind, code and person; a code that has no sentence of its own is a reason."""
    kind, code = event.kind, event.code
    if event.person is not None:
        told = phrases.BY_A_PERSON.get((kind, code)) or phrases.BY_A_PERSON.get((kind, ""))
        return str(told or phrases.EVENTS[kind]) % {"person": event.person.name}
    if told := phrases.WITH_CODE.get((kind, code)):
        return str(told)
    return _with_reason(str(phrases.EVENTS[kind]), code, event.facts)


def _with_reason(told: str, code: str, facts: dict[str, Any]) -> str:
    """`facts` may hold what was said in English, for a code that this version does not know."""
    if not code:
        return told
    reason = sentence_for_reason(code, facts, str(facts.get("sentence") or ""))
    return f"{told} ({code})" if reason == code else f"{told} {reason}"


def _moment(event: Event) -> datetime | None:
    if event.kind == Happened.MOVED:
        return parse_datetime(str(event.facts.get("to", "")))
    if event.kind == Happened.WAITS and not sentence_for_wait(event.facts):
        return parse_datetime(str(event.facts.get("until", "")))
    return None


def _tells_for_certain(event: Event) -> bool:
    return event.kind == Happened.LOOKED_UP and event.code in _FOUND_OUT


def _told_attempt(attempt: Attempt, *, looked_up: bool) -> Iterator[Step]:
    """When it was sent and when it was answered; one line where nothing was sent. `looked_up`: an
    event tells what became of it."""
    if "key" not in attempt.request:
        yield _never_sent(attempt)
        return
    yield _sent(attempt)
    if attempt.finished_at is not None and attempt.outcome != Outcome.OPEN:
        yield _answer(attempt, attempt.finished_at, looked_up=looked_up)


def _never_sent(attempt: Attempt) -> Step:
    told = str(phrases.NEVER_SENT) % {"number": attempt.number}
    return Step(
        at=attempt.started_at,
        kind="attempt",
        words=_with_reason(told, attempt.code, attempt.answer),
        part=attempt.part + 1,
        attempt=attempt.number,
        worker=attempt.worker,
        code=attempt.code,
    )


def _sent(attempt: Attempt) -> Step:
    return Step(
        at=attempt.started_at,
        kind="attempt",
        words=str(phrases.SENT) % {"number": attempt.number},
        part=attempt.part + 1,
        attempt=attempt.number,
        worker=attempt.worker,
    )


def _answer(attempt: Attempt, at: datetime, *, looked_up: bool) -> Step:
    told = _with_reason(str(phrases.ANSWERS[attempt.outcome]), attempt.code, attempt.answer)
    later = phrases.FOUND_OUT_LATER.get(attempt.outcome)
    return Step(
        at=at,
        kind="answer",
        words=told if looked_up or later is None else f"{told} {later}",
        part=attempt.part + 1,
        attempt=attempt.number,
        code=attempt.code,
        seconds=(at - attempt.started_at).total_seconds(),
        link=web_address(str(attempt.answer.get("url", ""))),
    )


_OF_THE_WHOLE = {Happened.SCHEDULED, Happened.MOVED, Happened.TAKEN_BACK}
