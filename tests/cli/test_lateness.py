"""`parvis post --no-later-than`: how late a post may go out."""

import json

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

LATER = ("--at", "2031-12-24 18:00")


@pytest.mark.parametrize(
    ("typed", "seconds"), [("30m", 1800), ("3h", 10800), ("2D", 172800), ("1 w", 604800)]
)
def test_a_span_is_read(say, ponts: Account, typed: str, seconds: int) -> None:
    said = say("post", "Open", "--to", "ponts", *LATER, "--no-later-than", typed, "--json")
    assert json.loads(said.out)["deliveries"][0]["lateness_allowed"] == seconds
    assert Delivery.objects.get().lateness_allowed == seconds


def test_it_is_told_when_the_post_is_scheduled(say, ponts: Account) -> None:
    said = say("post", "Open", "--to", "ponts", *LATER, "--no-later-than", "3h")
    assert "if it cannot, up to 3 hours late, and after that it is held." in said.out


def test_without_it_twelve_hours_are_allowed(say, ponts: Account) -> None:
    assert "up to 12 hours late" in say("post", "Open", "--to", "ponts", *LATER).out


@pytest.mark.parametrize("typed", ["3", "soon", "0m", "31d", "-3h", ""])
def test_what_is_no_lateness_is_refused_before_anything_is_done(
    say, ponts: Account, typed: str
) -> None:
    said = say("post", "Open", "--to", "ponts", *LATER, f"--no-later-than={typed}")
    assert said.exit_code == 2
    assert "Nothing was done." in said.err
    assert not Post.objects.exists()
