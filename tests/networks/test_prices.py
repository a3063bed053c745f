from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from parvis.networks.contract import MediaFile, Part
from parvis.networks.prices import Price, price_of, price_of_post

TODAY = date(2026, 11, 21)


def amount(part: Part, network: str = "x", on: date = TODAY) -> Decimal | None:
    price = price_of_post(network, part, on)
    return price.amount if price else None


def test_a_post_on_x_has_its_price() -> None:
    assert price_of_post("x", Part(text="Bonjour"), TODAY) == Price(
        amount=Decimal("0.015"), currency="USD", why="post"
    )


@pytest.mark.parametrize("text", ["https://example.org", "Voir example.org", "a example.com/b c"])
def test_a_link_makes_it_dear_with_and_without_a_scheme(text: str) -> None:
    price = price_of_post("x", Part(text=text), TODAY)

    assert price == Price(amount=Decimal("0.200"), currency="USD", why="post-with-link")


@pytest.mark.parametrize("text", ["alice@example.org", "p.ex.", "v1.2", "#example.org"])
def test_what_only_looks_like_a_link_costs_no_more(text: str) -> None:
    assert amount(Part(text=text)) == Decimal("0.015")


def test_each_description_of_a_picture_is_charged(image: MediaFile) -> None:
    pictures = (image, image, replace(image, alt=""))

    assert amount(Part(text="Bonjour", media=pictures)) == Decimal("0.025")


def test_a_network_without_a_price_list_costs_nothing() -> None:
    assert amount(Part(text="https://example.org"), network="mastodon") is None


def test_before_its_first_day_a_price_is_not_known() -> None:
    assert amount(Part(text="Bonjour"), on=date(2023, 4, 20)) is None


def test_the_first_day_counts() -> None:
    first = date(2026, 8, 22)

    assert price_of("x", "owned-read", first) == Price(
        amount=Decimal("0.001"), currency="USD", why="owned-read"
    )
    assert price_of("x", "owned-read", date(2026, 8, 21)) is None
