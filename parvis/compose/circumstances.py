"""What stands in the way of an account whatever it says: its connection, and where we can be found.

Also what saying it costs: a network may ask for money, and more for a link.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from parvis.compose.public_media import can_be_fetched_by
from parvis.compose.validation import Finding, Severity
from parvis.connections.models import Account
from parvis.networks.part import Part

RECONNECT_FIRST = Finding(severity=Severity.ERROR, code="reconnect-first")
NO_PUBLIC_ADDRESS = Finding(severity=Severity.ERROR, code="no-public-address")


def findings_about(
    account: Account, parts: Sequence[Part], planned_at: datetime | None
) -> Iterator[Finding]:
    if not account.can_publish:
        yield RECONNECT_FIRST
    if planned_at and account.lapses_at and account.lapses_at < planned_at:
        facts: dict[str, str | int] = {"day": account.lapses_at.date().isoformat()}
        yield Finding(severity=Severity.WARNING, code="lapses-before", facts=facts)
    if _must_be_fetched(account, parts) and not can_be_fetched_by(account):
        yield NO_PUBLIC_ADDRESS


def _must_be_fetched(account: Account, parts: Sequence[Part]) -> bool:
    return account.traits.fetches_media and any(part.media for part in parts)
