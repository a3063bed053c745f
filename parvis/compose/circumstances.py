"""What stands in the way of an account whatever it says: its connection, and where we can be found.

Also what saying it costs: a network may ask for money, and more for a link. And whom it speaks
beside: an account of the sandbox among real ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from parvis.compose.public_media import can_be_fetched_by
from parvis.compose.validation import Finding, Severity
from parvis.connections.models import Account
from parvis.networks.part import Part
from parvis.networks.prices import Price, price_of_post

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
    yield from _about_price(account, parts, planned_at)


def about_the_company(account: Account, beside: Iterable[Account]) -> Iterator[Finding]:
    """Said of the sandbox's account, which is the one that may have been chosen by mistake."""
    if account.is_sandbox and any(not other.is_sandbox for other in beside):
        yield Finding(severity=Severity.WARNING, code="also-to-sandbox")


def _must_be_fetched(account: Account, parts: Sequence[Part]) -> bool:
    return account.traits.fetches_media and any(part.media for part in parts)


def _about_price(
    account: Account, parts: Sequence[Part], planned_at: datetime | None
) -> Iterator[Finding]:
    """The sandbox charges nothing, and is told by a code of its own."""
    day = (planned_at or datetime.now(UTC)).astimezone(UTC).date()
    asked = _sum(account.network, parts, day)
    if asked is None:
        return
    facts: dict[str, str | int] = {"amount": str(asked.amount), "currency": asked.currency}
    plain = _sum(account.network, [replace(part, text="") for part in parts], day)
    is_dearer = plain is not None and plain.amount < asked.amount
    if plain is not None and is_dearer:
        facts |= {"plain_amount": str(plain.amount)}
    code = "price-with-link" if is_dearer else "price"
    code = f"sandbox-{code}" if account.is_sandbox else code
    yield Finding(severity=Severity.NOTE, code=code, facts=facts)


def _sum(network: str, parts: Sequence[Part], day: date) -> Price | None:
    prices = [price for part in parts if (price := price_of_post(network, part, day))]
    if not prices:
        return None
    return replace(prices[0], amount=sum((price.amount for price in prices), Decimal(0)))
