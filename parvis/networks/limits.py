"""What a network says of its rate limits, in the forms in which the networks say it.

Mastodon: `X-RateLimit-Reset` as an ISO 8601 time. Bluesky and X: Unix seconds. Bluesky's 429 also
carries `Retry-After` in seconds; HTTP allows a date there. Meta tells percents of what is allowed,
and minutes to wait.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

_PREFIXES = ("RateLimit", "X-RateLimit", "x-rate-limit")
_USAGE = ("X-App-Usage", "X-Business-Use-Case-Usage", "X-Page-Usage")
_USAGE_PARTS = ("call_count", "total_cputime", "total_time")
_LATEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Requests allowed in the window, requests left, and when the window ends. `scope` is who
    draws on it: the account, or all accounts of the app. `bucket` names what it is about."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    scope: Literal["account", "app"] = "account"
    bucket: str = ""


def read_rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """None when the answer says nothing of limits."""
    for prefix in _PREFIXES:
        if f"{prefix}-Limit" in headers or f"{prefix}-Remaining" in headers:
            return RateLimit(
                limit=_count(headers.get(f"{prefix}-Limit")),
                remaining=_count(headers.get(f"{prefix}-Remaining")),
                reset_at=_moment(headers.get(f"{prefix}-Reset")),
            )
    return _read_usage(headers)


def _read_usage(headers: Mapping[str, str]) -> RateLimit | None:
    """Meta's: `{"call_count": 28, "total_time": …}` of the app, and of each Page or account
    `{"id": [{…, "estimated_time_to_regain_access": minutes}]}`. The fullest counts, of 100."""
    usages = [one for name in _USAGE for one in _usages(headers.get(name))]
    percents = [percent for one in usages for percent in _numbers(one, *_USAGE_PARTS)]
    if not percents:
        return None
    waits = [wait for one in usages for wait in _numbers(one, "estimated_time_to_regain_access")]
    minutes = min(max(waits, default=0.0), _LATEST / timedelta(minutes=1))
    return RateLimit(
        limit=100,
        remaining=max(0, 100 - int(max(percents))),
        reset_at=datetime.now(UTC) + timedelta(minutes=minutes) if minutes > 0 else None,
    )


def _usages(said: str | None) -> list[dict[str, Any]]:
    try:
        told = json.loads(said or "{}")
    except ValueError:
        return []
    if not isinstance(told, dict):
        return []
    listed = [one for some in told.values() if isinstance(some, list) for one in some]
    return [one for one in (told, *listed) if isinstance(one, dict)]


def _numbers(told: Mapping[str, Any], *names: str) -> list[float]:
    values = (told.get(name) for name in names)
    return [float(one) for one in values if isinstance(one, int | float) and one >= 0]


def read_retry_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the network will answer again; None when it did not say, or said nonsense."""
    until = _retry_after(headers.get("Retry-After"), now)
    if until is None and (limit := read_rate_limit(headers)) is not None:
        until = limit.reset_at
    return until if until is not None and until <= now + _LATEST else None


def _retry_after(said: str | None, now: datetime) -> datetime | None:
    if said is None:
        return None
    seconds = _count(said)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, _LATEST.total_seconds()))
    try:
        return _with_zone(parsedate_to_datetime(said))
    except (TypeError, ValueError):
        return None


def _count(said: str | None) -> int | None:
    # Some servers write "300;w=60" or "300, 300;w=60".
    digits = (said or "").split(",")[0].split(";")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _moment(said: str | None) -> datetime | None:
    if said is None:
        return None
    try:
        if (seconds := _count(said)) is not None:
            return datetime.fromtimestamp(seconds, UTC)
        return _with_zone(datetime.fromisoformat(said.strip()))
    except (ValueError, OverflowError, OSError):
        return None


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
