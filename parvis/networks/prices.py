"""What the networks charge for their API, from prices.toml: data, so that a new price is a few
lines' change, and an old one is still known for what was spent."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from parvis.networks.part import Part
from parvis.networks.text import find_shortened_links

POST = "post"
POST_WITH_LINK = "post-with-link"
MEDIA_METADATA = "media-metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`currency` is ISO 4217's code. `why` is what is charged: POST, POST_WITH_LINK …"""

    amount: Decimal
    currency: str
    why: str


def price_of_post(network: str, part: Part, on: date) -> Price | None:
    """One part with all that belongs to it, alt texts too; None where posting costs nothing or
    the price of that day is not known."""
    price = price_of(network, POST_WITH_LINK if find_shortened_links(part.text) else POST, on)
    described = sum(1 for file in part.media if file.alt)
    metadata = price_of(network, MEDIA_METADATA, on)
    if price is None or metadata is None or not described:
        return price
    amount = price.amount + described * metadata.amount
    return Price(amount=amount, currency=price.currency, why=price.why)


def price_of(network: str, what: str, on: date) -> Price | None:
    """One request, or one thing read, on that day."""
    for entry in _newest_first(network, what):
        if entry.since <= on and (entry.until is None or on < entry.until):
            return Price(amount=entry.amount, currency=entry.currency, why=what)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """In force from `since` on, until the day before `until`."""

    network: str
    what: str
    amount: Decimal
    currency: str
    since: date
    until: date | None


@cache
def _newest_first(network: str, what: str) -> tuple[_Entry, ...]:
    listed = (entry for entry in _entries() if (entry.network, entry.what) == (network, what))
    return tuple(sorted(listed, key=lambda entry: entry.since, reverse=True))


@cache
def _entries() -> tuple[_Entry, ...]:
    written = files("parvis.networks").joinpath("prices.toml").read_text("utf-8")
    return tuple(
        _Entry(
            network=stated["network"],
            what=stated["what"],
            amount=Decimal(stated["amount"]),
            currency=stated["currency"],
            since=stated["from"],
            until=stated.get("until"),
        )
        for stated in tomllib.loads(written)["price"]
    )
