"""What a network says of its rate limits, in the forms in which the networks say it.

Mastodon: `X-RateLimit-Reset` as an ISO 8601 time. Bluesky and X: Unix seconds. Bluesky's 429 also
carries `Retry-After` in seconds; HTTP allows a date there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_PREFIXES = ("RateLimit", "X-RateLimit", "x-rate-limit")
_LATEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Requests allowed in the window, requests left, and when the window ends."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None


def read_rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """None when the answer says nothing of limits."""
    for prefix in _PREFIXES:
        if f"{prefix}-Limit" in headers or f"{prefix}-Remaining" in headers:
            return RateLimit(
                limit=_count(headers.get(f"{prefix}-Limit")),
                remaining=_count(headers.get(f"{prefix}-Remaining")),
                reset_at=_moment(headers.get(f"{prefix}-Reset")),
            )
    return None


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
