"""Reads what `judging` compares: timelines from the sandbox, deliveries from the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from tests.faults.judging import Recorded, Said, Shown
from tests.servers.sandbox import SandboxControl


def read_timeline(sandbox: SandboxControl, network: str) -> list[Shown]:
    """Oldest first."""
    return [_shown(post) for post in sandbox.posts(network)]


def read_deliveries(network: str) -> list[Recorded]:
    now = database_now()
    kept = Delivery.objects.filter(account__network=network).select_related("account")
    return [_recorded(one, now) for one in kept.order_by("pk")]


def _recorded(one: Delivery, now: datetime) -> Recorded:
    return Recorded(
        id=one.pk,
        author=author_of(one.account),
        state=one.state,
        parts=tuple(Said(text=part["text"], media=len(part["media"])) for part in one.parts),
        receipts=tuple(str(receipt["remote_id"]) for receipt in one.receipts),
        is_due=one.due_at <= now,
        waits=_waits_for_a_limit(one, now),
    )


def _waits_for_a_limit(one: Delivery, now: datetime) -> bool:
    told = one.account.waits_until
    is_limited = one.reason_code == "rate-limit" and one.ready_at > now
    return is_limited or (told is not None and told > now)


def _shown(post: dict[str, Any]) -> Shown:
    return Shown(
        remote_id=post["remote_id"],
        author=post["author_id"],
        text=post["visible_text"],
        media=len(post["media"]),
        parent=post["parent"],
    )


def author_of(account: Account) -> str:
    """As the sandbox names people: LinkedIn's API puts a kind before it."""
    named = account.remote_id
    return named.rpartition(":")[2] if named.startswith("urn:li:") else named
