"""For what something waits, in sentences on the reader's clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from parvis.connections.allowances import Wait
from parvis.networks.errors import SlowDown
from parvis.report.sentences import sentence_for_reason
from parvis.report.waits import sentence_for_wait

NOON = datetime.fromisoformat("2026-11-22T13:32:00+00:00")


@pytest.fixture(autouse=True)
def in_paris(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(timezone, "now", lambda: NOON - timedelta(hours=1))
    with timezone.override("Europe/Paris"):
        yield


def wait(**more: Any) -> dict[str, Any]:
    return dict(Wait(**{"network": "x", "until": NOON, **more}).facts)


def test_it_says_whose_limit_it_is_until_when_and_how_much_is_used() -> None:
    said = sentence_for_wait(wait(bucket="publish a day", limit=200))
    assert said == (
        "X lets this account post again at 14:32. 200 of 200 posts of the day are used."
    )


def test_an_apps_limit_is_said_to_be_the_apps() -> None:
    said = sentence_for_wait(wait(scope="app", bucket="publish", limit=100))
    assert said == (
        "X lets the accounts of this developer app post again at 14:32. "
        "100 of 100 requests are used."
    )


def test_another_day_is_named() -> None:
    said = sentence_for_wait(wait(until=NOON + timedelta(days=2)))
    assert said == "X lets this account post again on Tuesday 24 November at 14:32."


def test_a_share_is_not_counted_in_requests() -> None:
    said = sentence_for_wait(wait(network="facebook", bucket="usage", limit=100))
    assert said == "Facebook lets this account post again at 14:32."


def test_a_limit_of_reading_does_not_speak_of_posting() -> None:
    said = sentence_for_wait(wait(bucket="look up"))
    assert said == "X lets this account be read again at 14:32."


@pytest.mark.parametrize(
    "facts",
    [{}, {"host": "api.x.com"}, {**wait(), "until": "soon"}, {**wait(), "scope": "nobody"}],
)
def test_without_a_moment_nothing_is_promised(facts: dict[str, Any]) -> None:
    assert sentence_for_wait(facts) == ""


def test_a_delivery_that_was_told_to_wait_says_it_as_its_reason() -> None:
    facts = SlowDown("rate-limit", "Wait.", until=NOON, network="x", host="api.x.com").facts
    assert sentence_for_reason("rate-limit", facts) == ("X lets this account post again at 14:32.")
    untold = SlowDown("rate-limit", "Wait.", network="x", host="api.x.com").facts
    assert sentence_for_reason("rate-limit", untold) == (
        "api.x.com asks to wait before the next request."
    )


def test_it_is_told_in_french_as_french_clocks_say_it() -> None:
    with override("fr"):
        assert sentence_for_wait(wait(bucket="publish a day", limit=200)) == (
            "X laisse ce compte publier de nouveau à 14\xa0h\xa032. "
            "200 publications du jour sur 200 sont utilisées."
        )
