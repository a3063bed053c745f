"""Writes the trace of deliveries where a person or a change of their account moves them.

What workers do is written by the statements that do it: see ledger, claims and sweep.
"""

from collections.abc import Iterable

from django.db.models.functions import Now

from parvis.deliver.models import Event, Happened
from parvis.people.models import User


def note(
    deliveries: Iterable[int],
    kind: Happened,
    code: str = "",
    *,
    by: User | None = None,
    **facts: str,
) -> None:
    """Call it in the transaction that makes the change."""
    Event.objects.bulk_create(
        Event(delivery_id=pk, kind=kind, code=code, person=by, facts=facts, at=Now())
        for pk in deliveries
    )
