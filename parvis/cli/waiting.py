"""Waits until deliveries have gone out, or have stopped for a person."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from parvis.deliver.models import Delivery

LOOK_EVERY_SECONDS = 0.5


def wait_until_settled(voice: Voice, deliveries: "Sequence[Delivery]") -> None:
    """Tells each outcome. Ending the wait with Ctrl-C does not end the deliveries."""
    settled = _watched(voice, deliveries)
    for delivery in settled:
        voice.tell(_outcome(delivery))
    if voice.in_json:
        voice.line({"settled": [_facts(delivery) for delivery in settled]})
    if any(delivery.state != "published" for delivery in settled):
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))


def _watched(voice: Voice, deliveries: "Sequence[Delivery]") -> "list[Delivery]":
    from parvis.deliver.models import Delivery

    waited_for = [delivery.pk for delivery in deliveries]
    with voice.progress("Waiting") as advance:
        while True:
            current = list(
                Delivery.objects.filter(pk__in=waited_for).select_related("account").order_by("pk")
            )
            settled = [delivery for delivery in current if _is_settled(delivery)]
            advance("Waiting", len(settled), len(current))
            if len(settled) == len(current):
                return current
            _refuse_to_wait_for_nobody(current)
            time.sleep(LOOK_EVERY_SECONDS)


def _is_settled(delivery: "Delivery") -> bool:
    from parvis.deliver.states import NEEDS_A_PERSON

    return delivery.is_final or delivery.state in NEEDS_A_PERSON


def _refuse_to_wait_for_nobody(current: "Sequence[Delivery]") -> None:
    from parvis.report.rail import somebody_sends

    if not somebody_sends():
        raise Failure(
            "no-worker",
            "No worker is running, so nothing is sent. The post stays scheduled and goes out once "
            "`parvis up` runs; `parvis posts show` tells what has become of it.",
            deliveries=[delivery.pk for delivery in current],
        )


def _outcome(delivery: "Delivery") -> str:
    from parvis.report.decisions import reason_of
    from parvis.report.going_out import going_out

    out = going_out(delivery)
    told = (out.words, reason_of(delivery), *(part.link for part in out.out))
    return " ".join([f"{delivery.account}: {delivery.get_state_display()}.", *filter(None, told)])


def _facts(delivery: "Delivery") -> dict[str, object]:
    from parvis.report.decisions import reason_of

    return {
        "id": delivery.pk,
        "account": str(delivery.account),
        "state": delivery.state,
        "link": delivery.link,
        "links": [str(receipt["url"]) for receipt in delivery.receipts],
        "parts": len(delivery.parts),
        "reason": reason_of(delivery),
    }
