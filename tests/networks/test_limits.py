from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from parvis.networks.limits import RateLimit, read_rate_limit, read_retry_time

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_mastodon_says_its_reset_as_a_time() -> None:
    headers = CIMultiDict(
        {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "2026-11-21T12:05:00.259196Z",
        }
    )

    assert read_rate_limit(headers) == RateLimit(
        limit=300, remaining=0, reset_at=datetime(2026, 11, 21, 12, 5, 0, 259196, tzinfo=UTC)
    )
    assert read_retry_time(headers, NOW) == datetime(2026, 11, 21, 12, 5, 0, 259196, tzinfo=UTC)


def test_bluesky_says_its_reset_in_seconds_of_the_epoch() -> None:
    reset = NOW + timedelta(minutes=5)
    headers = CIMultiDict(
        {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": "2998",
            "RateLimit-Reset": str(int(reset.timestamp())),
            "RateLimit-Policy": "3000;w=300",
        }
    )

    assert read_rate_limit(headers) == RateLimit(limit=3000, remaining=2998, reset_at=reset)


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("90", NOW + timedelta(seconds=90)),
        ("0", NOW),
        ("Sat, 21 Nov 2026 12:01:30 GMT", NOW + timedelta(seconds=90)),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999", NOW + timedelta(days=7)),
    ],
)
def test_retry_after_is_read_in_both_its_forms(said: str, until: datetime | None) -> None:
    assert read_retry_time(CIMultiDict({"Retry-After": said}), NOW) == until


def test_retry_after_counts_more_than_the_window() -> None:
    headers = CIMultiDict(
        {"Retry-After": "10", "RateLimit-Limit": "30", "RateLimit-Reset": "1795262700"}
    )

    assert read_retry_time(headers, NOW) == NOW + timedelta(seconds=10)


def test_an_answer_without_limits_says_nothing() -> None:
    assert read_rate_limit(CIMultiDict({"Content-Type": "text/html"})) is None
    assert read_retry_time(CIMultiDict({"Content-Type": "text/html"}), NOW) is None
