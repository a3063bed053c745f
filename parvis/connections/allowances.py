"""What the networks still allow an account: learned from each answer, shared between workers.

A worker keeps the newest in memory, because it is asked before every delivery; what changed
noticeably goes to the database, for the other workers, for look-ups and for pages. What is used up
goes there at once, and the accounts that draw on it wait.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from parvis.connections.client_apps import accounts_sharing_the_app_of, app_shared_by
from parvis.connections.models import Account, Allowance
from parvis.connections.verbs import hold_app_calls_until, hold_calls_until, returns_at
from parvis.networks import present
from parvis.networks.answer import Call
from parvis.networks.errors import SlowDown
from parvis.networks.limits import (
    EVERYTHING,
    LOOK_UP,
    RateLimit,
    Scope,
    is_drawn_on_by_look_ups,
    stops_deliveries,
    stops_publishing,
)

WRITE_EVERY_SECONDS = 3.0
# Of a limit that publishing draws on as well, look-ups leave a fifth, and two requests at least.
_KEPT_FOR_PUBLISHING = 0.2
_KEPT_AT_LEAST = 2
# Mastodon's windows end at a whole second and the fraction of the moment of asking.
_SAME_WINDOW = timedelta(seconds=2)
_WORTH_WRITING = 0.05
# A limit that tells no end, as Meta's shares before they are used up, counts by the hour.
_TOLD_LATELY = timedelta(hours=1)
_LARGEST = 2**31 - 1

Payer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A limit that is used up: nothing goes out for the account before `until`. `limit` is how
    many the network allows, None where that is not known; see `RateLimit` for the rest."""

    network: str
    until: datetime
    scope: Scope = "account"
    bucket: str = EVERYTHING
    limit: int | None = None

    code: ClassVar[str] = "rate-limit"

    @property
    def facts(self) -> dict[str, str | int]:
        """As a SlowDown has them."""
        counted = {} if self.limit is None else {"limit": self.limit}
        return {
            "network": self.network,
            "until": self.until.isoformat(),
            "scope": self.scope,
            "bucket": self.bucket,
            **counted,
        }


class Meter:
    """One per worker process, used by one event loop."""

    def __init__(self) -> None:
        self._told: dict[Payer, dict[str, RateLimit]] = defaultdict(dict)
        self._unwritten: dict[tuple[Payer, str], int] = {}
        self._written: dict[tuple[Payer, str], RateLimit] = {}
        self._is_urgent = False
        self._has_run_out = False
        self._write_again_at = 0.0

    def of(self, account: Account) -> Callable[[Call], None]:
        """For `Http.metered`: hears of each call that is made for the account."""
        account_id, payers = account.pk, _payers(account)

        def note(call: Call) -> None:
            for limit in call.rate_limits:
                self._note(account_id, payers[limit.scope], limit)

        return note

    def exhausted(self, account: Account) -> Wait | None:
        """Why nothing may be published for the account now, as far as this process knows. Costs
        no query, and hardly anything as long as no limit has ever run out."""
        if not self._has_run_out:
            return None
        now = present.now()
        used_up = [
            (limit.reset_at, limit)
            for payer in _payers(account).values()
            for limit in self._told.get(payer, {}).values()
            if limit.reset_at and _is_used_up(limit, now) and stops_publishing(limit.bucket)
        ]
        if not used_up:
            return None
        reset_at, limit = max(used_up, key=lambda pair: pair[0])
        return Wait(
            network=account.network,
            until=returns_at(account.pk, reset_at),
            scope=limit.scope,
            bucket=limit.bucket,
            limit=limit.limit,
        )

    async def flush(self) -> None:
        """To be called often: it writes when something ran out, else every few seconds, and
        only what changed noticeably. What could not be written is written the next time."""
        if not self._unwritten or not (self._is_urgent or time.monotonic() >= self._write_again_at):
            return
        self._is_urgent, self._write_again_at = False, time.monotonic() + WRITE_EVERY_SECONDS
        noted, self._unwritten = self._unwritten, {}
        changed = [key for key in noted if self._is_worth_writing(key)]
        try:
            await sync_to_async(_keep)(
                [_Seen(noted[key], self._told[key[0]][key[1]]) for key in changed],
                holds=stops_publishing,
            )
        except BaseException:
            self._unwritten = {**noted, **self._unwritten}
            self._is_urgent = True
            raise
        self._written.update((key, self._told[key[0]][key[1]]) for key in changed)

    def _note(self, account_id: int, payer: Payer, limit: RateLimit) -> None:
        if limit.remaining is None:
            return
        known = self._told[payer].get(limit.bucket)
        newest = limit if known is None else _newer(known, limit)
        if newest is known:
            return
        self._told[payer][limit.bucket] = newest
        self._unwritten[payer, limit.bucket] = account_id
        if limit.remaining == 0:
            self._is_urgent = self._has_run_out = True

    def _is_worth_writing(self, key: tuple[Payer, str]) -> bool:
        payer, bucket = key
        before, now = self._written.get(key), self._told[payer][bucket]
        if before is None or before.limit != now.limit or not _is_same_window(before, now):
            return True
        used = abs((before.remaining or 0) - (now.remaining or 0))
        return now.remaining == 0 or used >= max(1, (now.limit or 0) * _WORTH_WRITING)


def heed(account: Account, refusal: SlowDown) -> None:
    """Whoever draws on the limit waits: the account or all of its app, with all they have to send
    or, where the limit concerns reading alone, with look-ups. Nothing is done for a refusal that
    does not say until when."""
    if refusal.until is None:
        return
    limit = refusal.facts.get("limit")
    reached = RateLimit(
        limit=limit if isinstance(limit, int) else None,
        remaining=0,
        reset_at=refusal.until,
        scope=refusal.scope,
        bucket=refusal.bucket,
    )
    _keep([_Seen(account.pk, reached)], holds=stops_deliveries)


def lookups_wait_until(account: Account) -> datetime | None:
    """Reading may not eat what publishing needs: when too little is left of a limit on which
    look-ups draw, they wait for its reset. None when they need not."""
    waits = [
        told.reset_at
        for told in allowances_of(account)
        if told.reset_at is not None and _is_kept_for_publishing(told)
    ]
    return returns_at(account.pk, max(waits)) if waits else None


def wait_of(account: Account) -> Wait | None:
    """What an account that is told to wait is waiting for; None when it is not, or no longer."""
    return waits_of([account]).get(account.pk)


def waits_of(accounts: Iterable[Account]) -> dict[int, Wait]:
    """Of those that are told to wait, by their ids. At most one query."""
    now = present.now()
    waiting = [one for one in accounts if one.waits_until and one.waits_until > now]
    if not waiting:
        return {}
    used_up = _used_up_by_payer(waiting)
    return {one.pk: _wait_among(one, used_up) for one in waiting}


def allowances_of(account: Account) -> list[Allowance]:
    """What is known of its limits and of its app's, the newest of each; what has lapsed means
    nothing and is left out."""
    sharing = accounts_sharing_the_app_of(account).values("pk")
    living = Allowance.objects.filter(
        Q(account=account, scope="account") | Q(account__in=sharing, scope="app")
    ).filter(Q(reset_at__gt=Now()) | Q(reset_at__isnull=True, seen_at__gt=Now() - _TOLD_LATELY))
    return list(living.order_by("scope", "bucket", "-seen_at").distinct("scope", "bucket"))


def _used_up_by_payer(accounts: Sequence[Account]) -> Mapping[Payer, list[Allowance]]:
    told = Allowance.objects.filter(
        Q(account__in=accounts, scope="account") | Q(scope="app"), remaining=0, reset_at__gt=Now()
    )
    by_payer: dict[Payer, list[Allowance]] = defaultdict(list)
    for one in told.select_related("account"):
        if stops_deliveries(one.bucket):
            by_payer[_payers(one.account)[_scope_of(one)]].append(one)
    return by_payer


def _wait_among(account: Account, used_up: Mapping[Payer, list[Allowance]]) -> Wait:
    """The limit that lasts longest; without one it is only known until when."""
    assert account.waits_until is not None
    own = [
        (one.reset_at, one)
        for payer in _payers(account).values()
        for one in used_up.get(payer, ())
        if one.reset_at is not None
    ]
    if not own:
        return Wait(network=account.network, until=account.waits_until)
    _, told = max(own, key=lambda pair: pair[0])
    return Wait(
        network=account.network,
        until=account.waits_until,
        scope=_scope_of(told),
        bucket=told.bucket,
        limit=told.limit,
    )


def _scope_of(told: Allowance) -> Scope:
    return "app" if told.scope == "app" else "account"


def _payers(account: Account) -> Mapping[Scope, Payer]:
    return {"account": (account.pk,), "app": app_shared_by(account)}


def _newer(known: RateLimit, told: RateLimit) -> RateLimit:
    """Answers overtake one another: in the same window fewer are left, never more."""
    if known.limit != told.limit or known.reset_at is None or told.reset_at is None:
        return told
    if not _is_same_window(known, told):
        return told if told.reset_at > known.reset_at else known
    return told if (told.remaining or 0) < (known.remaining or 0) else known


def _is_same_window(one: RateLimit, other: RateLimit) -> bool:
    if one.reset_at is None or other.reset_at is None:
        return one.reset_at is other.reset_at
    return abs(one.reset_at - other.reset_at) <= _SAME_WINDOW


def _is_used_up(limit: RateLimit, now: datetime) -> bool:
    return limit.remaining == 0 and limit.reset_at is not None and limit.reset_at > now


def _is_kept_for_publishing(told: Allowance) -> bool:
    if not is_drawn_on_by_look_ups(told.bucket) or told.remaining is None:
        return False
    if told.bucket.startswith(LOOK_UP):
        return told.remaining == 0
    return told.remaining < max(_KEPT_AT_LEAST, (told.limit or 0) * _KEPT_FOR_PUBLISHING)


@dataclass(frozen=True, slots=True)
class _Seen:
    account_id: int
    limit: RateLimit


def _keep(seen: Sequence[_Seen], *, holds: Callable[[str], bool]) -> None:
    """`holds` tells of which buckets whoever draws on them is put on hold."""
    if not seen:
        return
    _write(seen)
    now = present.now()
    for one in seen:
        if _is_used_up(one.limit, now) and holds(one.limit.bucket):
            _hold_up(one)


def _hold_up(seen: _Seen) -> None:
    account = Account.objects.filter(pk=seen.account_id).first()
    if account is None or seen.limit.reset_at is None:
        return
    hold = hold_app_calls_until if seen.limit.scope == "app" else hold_calls_until
    hold(account, seen.limit.reset_at)


def _write(seen: Iterable[_Seen]) -> None:
    """One statement, each limit once."""
    rows = {(one.account_id, one.limit.scope, one.limit.bucket): one.limit for one in seen}
    limits = list(rows.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "accounts": [account_id for account_id, _, _ in rows],
                "scopes": [limit.scope for limit in limits],
                "buckets": [limit.bucket for limit in limits],
                "limits": [_stored(limit.limit) for limit in limits],
                "remaining": [_stored(limit.remaining) for limit in limits],
                "resets": [limit.reset_at for limit in limits],
                "same": _SAME_WINDOW.total_seconds(),
            },
        )


def _stored(count: int | None) -> int | None:
    return None if count is None else min(count, _LARGEST)


# In the order of the key, so that two workers do not lock each other. Of one window the fewest that
# are left count, and an earlier window does not take the place of a later one.
_KEEP = """
INSERT INTO connections_allowance AS known
       (account_id, scope, bucket, "limit", remaining, reset_at, seen_at)
SELECT a.id, t.scope, t.bucket, t.most, t.remaining, t.reset_at, statement_timestamp()
FROM unnest(%(accounts)s::bigint[], %(scopes)s::text[], %(buckets)s::text[], %(limits)s::int[],
            %(remaining)s::int[], %(resets)s::timestamptz[])
     AS t(account_id, scope, bucket, most, remaining, reset_at)
JOIN connections_account a ON a.id = t.account_id
ORDER BY a.id, t.scope, t.bucket
ON CONFLICT (account_id, scope, bucket) DO UPDATE
SET "limit" = coalesce(excluded."limit", known."limit"),
    remaining = CASE
        WHEN abs(extract(epoch FROM excluded.reset_at - known.reset_at))
             <= %(same)s
             AND excluded."limit" IS NOT DISTINCT FROM known."limit"
        THEN least(excluded.remaining, known.remaining)
        ELSE excluded.remaining END,
    reset_at = excluded.reset_at, seen_at = excluded.seen_at
WHERE known.reset_at IS NULL OR excluded.reset_at IS NULL
   OR excluded.reset_at >= known.reset_at - %(same)s * interval '1 second'
   OR excluded."limit" IS DISTINCT FROM known."limit"
"""
