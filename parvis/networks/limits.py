"""What a network says of its rate limits, in the forms in which the networks say it.

X          `x-rate-limit-*` for each endpoint and account; where a day is counted as well,
           `x-user-limit-24hour-*` and `x-app-limit-24hour-*` (as several public clients read them,
           twitter-api-v2 of npm among them; not in X's own pages). Resets in Unix seconds
Mastodon   `X-RateLimit-*`, the reset as an ISO 8601 time. Of the limits that a request met the
           tightest is told (app/controllers/concerns/api/rate_limit_headers.rb); for a new status
           that of statuses
Bluesky    `RateLimit-*`, Unix seconds, again of the tightest; a 429 also has `Retry-After` in
           seconds. HTTP allows a date there
Meta       percents of what is allowed: `X-App-Usage` of the app, `X-Business-Use-Case-Usage` and
           `X-Page-Usage` of the account; minutes to wait once it is used up
           (developers.facebook.com/docs/graph-api/overview/rate-limiting)
LinkedIn   nothing before it refuses
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Literal

Scope = Literal["account", "app"]

# What limits are about. All requests draw on the first two; the second counts in percent.
EVERYTHING, USAGE = "", "usage"
PUBLISH, MEDIA, LOOK_UP, READ, DELETE = "publish", "media", "look up", "read", "delete"
A_DAY = " a day"

# By the purpose of the call, since no network's headers name what they are about.
_BUCKETS = {
    "publish": PUBLISH,
    "prepare": MEDIA,
    "upload": MEDIA,
    "upload image": MEDIA,
    "upload video": MEDIA,
    "await media": MEDIA,
    "look up": LOOK_UP,
    "read receipt": LOOK_UP,
    "check container": LOOK_UP,
    "delete": DELETE,
}
_LATEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Requests allowed in the window, requests left, and when the window ends. `scope` is who
    draws on it: the account, or all accounts of the app. `bucket` names what it is about."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    scope: Scope = "account"
    bucket: str = EVERYTHING


def bucket_of(purpose: str) -> str:
    """What a call of this purpose draws on where each kind of call is counted by itself."""
    return _BUCKETS.get(purpose, READ)


def stops_publishing(bucket: str) -> bool:
    """Whether nothing can be posted once this is used up. Uploads are not: a text needs none."""
    return bucket.removesuffix(A_DAY) in (EVERYTHING, USAGE, PUBLISH)


def stops_deliveries(bucket: str) -> bool:
    """Whether a delivery may have to wait for it. Later ones wait as well, or they would overtake
    it."""
    return bucket.removesuffix(A_DAY) not in (LOOK_UP, READ, DELETE)


def is_drawn_on_by_look_ups(bucket: str) -> bool:
    return bucket.removesuffix(A_DAY) in (EVERYTHING, USAGE, LOOK_UP)


def read_rate_limits(
    headers: Mapping[str, str], purpose: str, now: datetime
) -> tuple[RateLimit, ...]:
    """What the answer to a call of this purpose says of limits; often nothing."""
    names = {name.lower() for name in headers}
    counted = [
        _read_counted(headers, form, purpose, now)
        for form in _FORMS
        if not names.isdisjoint(form.names)
    ]
    return (*counted, *(() if names.isdisjoint(_USAGE_NAMES) else _read_usage(headers, now)))


def read_reached(
    headers: Mapping[str, str], purpose: str, now: datetime, scope: Scope | None = None
) -> RateLimit:
    """The limit that a refusal stands for: of those used up the one that lasts longest. `reset_at`
    is when the network answers again; None when it did not say, or said nonsense. `scope` is given
    where the refusal itself tells it."""
    limits = read_rate_limits(headers, purpose, now)
    reached = _longest(_of_scope(limits, scope)) or RateLimit()
    until = read_retry_time(headers, now) or reached.reset_at
    return replace(reached, remaining=0, reset_at=until, scope=scope or reached.scope)


def read_retry_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """What `Retry-After` says, in seconds or as a date."""
    said = headers.get("Retry-After")
    if said is None:
        return None
    seconds = _count(said)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, _LATEST.total_seconds()))
    try:
        return _believable(_with_zone(parsedate_to_datetime(said)), now)
    except (TypeError, ValueError):
        return None


def _of_scope(limits: Iterable[RateLimit], scope: Scope | None) -> list[RateLimit]:
    """Meta tells the minutes for the account also where it refused the app."""
    known = [limit for limit in limits if limit.reset_at is not None]
    return [limit for limit in known if limit.scope == scope] or known


def _longest(limits: Iterable[RateLimit]) -> RateLimit | None:
    known = [(limit.reset_at, limit) for limit in limits if limit.reset_at is not None]
    used_up = [pair for pair in known if pair[1].remaining == 0]
    # A refusal while requests are left: the end of the window is all that can be said.
    return max(used_up or known, key=lambda pair: pair[0])[1] if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """The headers of one limit; by those of `names`, in small letters, it is known to be there.
    `of_each_call` tells that each kind of call is counted by itself; else reading draws on what
    all requests draw on."""

    limit: str
    remaining: str
    reset: str
    scope: Scope
    of_each_call: bool
    of_a_day: bool
    names: frozenset[str]

    def bucket(self, purpose: str) -> str:
        bucket = bucket_of(purpose)
        if not self.of_each_call and bucket in (LOOK_UP, READ):
            bucket = EVERYTHING
        return bucket + A_DAY if self.of_a_day else bucket


def _form(
    prefix: str, *, scope: Scope = "account", of_each_call: bool = False, of_a_day: bool = False
) -> _Form:
    return _Form(
        limit=f"{prefix}-Limit",
        remaining=f"{prefix}-Remaining",
        reset=f"{prefix}-Reset",
        scope=scope,
        of_each_call=of_each_call,
        of_a_day=of_a_day,
        names=frozenset({f"{prefix}-Limit".lower(), f"{prefix}-Remaining".lower()}),
    )


_FORMS = (
    _form("RateLimit"),
    _form("X-RateLimit"),
    _form("X-Rate-Limit", of_each_call=True),
    _form("X-User-Limit-24hour", of_each_call=True, of_a_day=True),
    _form("X-App-Limit-24hour", scope="app", of_each_call=True, of_a_day=True),
)


def _read_counted(
    headers: Mapping[str, str], form: _Form, purpose: str, now: datetime
) -> RateLimit:
    return RateLimit(
        limit=_count(headers.get(form.limit)),
        remaining=_count(headers.get(form.remaining)),
        reset_at=_believable(_moment(headers.get(form.reset)), now),
        scope=form.scope,
        bucket=form.bucket(purpose),
    )


_USAGE_HEADERS: tuple[tuple[Scope, tuple[str, ...]], ...] = (
    ("app", ("X-App-Usage",)),
    ("account", ("X-Business-Use-Case-Usage", "X-Page-Usage")),
)
_USAGE_NAMES = frozenset(name.lower() for _, names in _USAGE_HEADERS for name in names)
_USAGE_PARTS = ("call_count", "total_cputime", "total_time")


def _read_usage(headers: Mapping[str, str], now: datetime) -> list[RateLimit]:
    """Meta's: `{"call_count": 28, "total_time": …}` of the app or a Page, and of each business use
    case `{"id": [{…, "estimated_time_to_regain_access": minutes}]}`. The fullest counts, of 100."""
    found = []
    for scope, names in _USAGE_HEADERS:
        said = [headers[name] for name in names if name in headers]
        usages = [one for each in said for one in _usages(each)]
        if usages and (limit := _fullest(usages, scope, now)):
            found.append(limit)
    return found


def _fullest(usages: list[dict[str, Any]], scope: Scope, now: datetime) -> RateLimit | None:
    percents = [percent for one in usages for percent in _numbers(one, *_USAGE_PARTS)]
    if not percents:
        return None
    waits = [wait for one in usages for wait in _numbers(one, "estimated_time_to_regain_access")]
    minutes = min(max(waits, default=0.0), _LATEST / timedelta(minutes=1))
    return RateLimit(
        limit=100,
        remaining=max(0, 100 - int(min(max(percents), 100))),
        reset_at=now + timedelta(minutes=minutes) if minutes > 0 else None,
        scope=scope,
        bucket=USAGE,
    )


def _usages(said: str) -> list[dict[str, Any]]:
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    listed = [one for some in told.values() if isinstance(some, list) for one in some]
    return [one for one in (told, *listed) if isinstance(one, dict)]


def _numbers(told: Mapping[str, Any], *names: str) -> list[float]:
    values = (told.get(name) for name in names)
    return [float(one) for one in values if isinstance(one, int | float) and one >= 0]


def _count(said: str | None) -> int | None:
    # Some servers write "300;w=60" or "300, 300;w=60".
    digits = said or ""
    if not digits.isdigit():
        digits = digits.split(",")[0].split(";")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


@lru_cache(maxsize=1024)
def _moment(said: str | None) -> datetime | None:
    """Remembered: all answers within a window tell the same end of it."""
    if said is None:
        return None
    try:
        if (seconds := _count(said)) is not None:
            return datetime.fromtimestamp(seconds, UTC)
        return _with_zone(datetime.fromisoformat(said.strip()))
    except (ValueError, OverflowError, OSError):
        return None


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now + _LATEST else None


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
