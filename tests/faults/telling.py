"""One JSON line per network and a total; of each violation a trace, for whoever looks into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from parvis.deliver.models import Delivery
from tests.faults.judging import Fault, Verdict, Violation

_MOST_TRACES = 20
_COUNTED = ("deliveries", "published", "refused", "held", "taken_back", "waiting")


def line(name: str, verdicts: Sequence[Verdict], seconds: float, **more: Any) -> str:
    """`verdicts` are summed up."""
    summed = {each: sum(getattr(one, each) for one in verdicts) for each in _COUNTED}
    faults = {fault.value: sum(one.count(fault) for one in verdicts) for fault in Fault}
    told = {"network": name, **summed, **faults, "seconds": round(seconds, 1), **more}
    return json.dumps(told, ensure_ascii=False)


def traces(verdicts: Mapping[str, Verdict]) -> list[str]:
    """The first violations of each network, with what happened to their deliveries."""
    return [
        text
        for network, verdict in verdicts.items()
        for violation in verdict.violations[:_MOST_TRACES]
        for text in _trace(network, violation)
    ]


def _trace(network: str, violation: Violation) -> list[str]:
    told = [f"{violation.fault.upper()} on {network}: {violation.sentence}"]
    delivery = Delivery.objects.filter(pk=violation.delivery or 0).first()
    return told if delivery is None else [*told, *_told_of(delivery)]


def _told_of(delivery: Delivery) -> list[str]:
    ids = [receipt["remote_id"] for receipt in delivery.receipts]
    texts = [part["text"][-30:] for part in delivery.parts]
    head = (
        f"  delivery {delivery.pk} of {delivery.account}: {delivery.state} "
        f"{delivery.reason_code!r}, due {delivery.due_at:%H:%M:%S.%f}, fence {delivery.fence}, "
        f"worker {delivery.worker!r}, receipts {ids}, parts {texts}"
    )
    happened = [(attempt.started_at, _attempt(attempt)) for attempt in delivery.attempts.all()]
    happened += [(event.at, _event(event)) for event in delivery.events.all()]
    return [head, *(f"    {at:%H:%M:%S.%f} {what}" for at, what in sorted(happened))]


def _attempt(attempt: Any) -> str:
    ended = f"{attempt.finished_at:%H:%M:%S.%f}" if attempt.finished_at else "never"
    return (
        f"attempt {attempt.number} part {attempt.part} fence {attempt.fence} "
        f"{attempt.outcome} {attempt.code!r} by {attempt.worker} until {ended} {attempt.answer}"
    )


def _event(event: Any) -> str:
    person = f" by {event.person}" if event.person_id else ""
    return f"event {event.kind} {event.code!r} part {event.part} {event.worker}{person}"
