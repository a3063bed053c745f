"""Claims what is due and sweeps what was left behind: one statement for a whole batch each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

LEASE_SECONDS = 25.0
SETTLING_SECONDS = 5.0
LATENESS_ALLOWED_SECONDS = 12 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A right to work on one delivery while the lease lasts. `fence` outdates older claims."""

    delivery_id: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A claimed delivery with what its courier needs. `prepared` and `progress` are by part
    number."""

    claim: Claim
    account_id: int
    state: str
    parts: list[dict[str, Any]]
    keys: list[str]
    prepared: dict[str, dict[str, Any]]
    receipts: list[dict[str, Any]]
    tries: int
    lookups: int
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)

    def with_receipt(self, receipt: dict[str, Any] | None) -> "Taken":
        """The next part answers what was posted just now, and the row says that it is sending."""
        if receipt is None:
            return self
        return replace(self, receipts=[*self.receipts, receipt], state="sending")


def claim_due(limit: int) -> list[Claim]:
    return _claims(_CLAIM_DUE, {"limit": limit, "lease": interval(LEASE_SECONDS)})


def claim_lookups(limit: int) -> list[Claim]:
    return _claims(_CLAIM_LOOKUPS, {"limit": limit, "lease": interval(LEASE_SECONDS)})


def take(claims: Sequence[Claim], worker: str) -> list[Taken]:
    """Makes the claims this worker's own, in their order. What was claimed again is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {**_arrays(claims), "worker": worker, "lease": interval(LEASE_SECONDS)}
        )
        taken = {one.claim: one for one in map(_taken, cursor.fetchall())}
    return [taken[claim] for claim in claims if claim in taken]


def renew(claims: Sequence[Claim]) -> set[int]:
    """Extends the leases that are still ours and answers the ids of their deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {**_arrays(claims), "lease": interval(LEASE_SECONDS)})
        return {row[0] for row in cursor.fetchall()}


def sweep() -> int:
    """Takes over what a lost worker left, and holds what is too late. Answers how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_UNSENT)
        swept = cursor.rowcount
        cursor.execute(_LOOK_UP_LOST, {"window": interval(SETTLING_SECONDS)})
        swept += cursor.rowcount
        cursor.execute(_HOLD_LATE, {"lateness": interval(LATENESS_ALLOWED_SECONDS)})
        return int(swept + cursor.rowcount)


def seconds_until_next(at_most: float) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        (seconds,) = cursor.fetchone()
    return at_most if seconds is None else min(max(float(seconds), 0.0), at_most)


def interval(seconds: float) -> str:
    """As PostgreSQL reads it."""
    return f"{seconds} seconds"


def _taken(row: tuple[Any, ...]) -> Taken:
    return Taken(
        claim=Claim(row[0], row[1]),
        account_id=row[2],
        state=row[3],
        parts=_json(row[4]),
        keys=_json(row[5]),
        prepared=_json(row[6]),
        receipts=_json(row[7]),
        tries=row[8],
        lookups=row[9],
        progress=_json(row[10]),
    )


def _claims(statement: str, parameters: dict[str, Any]) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Claim(*row) for row in cursor.fetchall()]


def _arrays(claims: Sequence[Claim]) -> dict[str, list[int]]:
    return {
        "ids": [claim.delivery_id for claim in claims],
        "fences": [claim.fence for claim in claims],
    }


def _json(value: Any) -> Any:
    """Django's connection hands raw JSON over as text, because its own fields decode it."""
    return json.loads(value) if isinstance(value, str) else value


# An account that a network told to wait is passed over, so that it delays nobody else.
_CLAIM_DUE = """
WITH due AS (
    SELECT d.id FROM deliver_delivery d JOIN connections_account a ON a.id = d.account_id
    WHERE d.state = 'scheduled' AND d.ready_at <= statement_timestamp()
      AND (a.waits_until IS NULL OR a.waits_until <= statement_timestamp())
    ORDER BY d.ready_at, d.id LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE deliver_delivery d
    SET state = 'claimed', fence = d.fence + 1, worker = '',
        lease_until = statement_timestamp() + %(lease)s::interval
    FROM due WHERE d.id = due.id
    RETURNING d.id, d.fence, d.due_at
)
SELECT id, fence FROM claimed ORDER BY due_at, id
"""

_CLAIM_LOOKUPS = """
WITH due AS (
    SELECT id FROM deliver_delivery
    WHERE state = 'checking' AND ready_at <= statement_timestamp()
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
    ORDER BY ready_at, id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE deliver_delivery d
SET fence = d.fence + 1, lookups = d.lookups + 1, worker = '',
    lease_until = statement_timestamp() + %(lease)s::interval
FROM due WHERE d.id = due.id
RETURNING d.id, d.fence
"""

_TAKE = """
WITH given AS (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]) AS g(id, fence))
UPDATE deliver_delivery d
SET worker = %(worker)s, lease_until = clock_timestamp() + %(lease)s::interval
FROM given g
WHERE d.id = g.id AND d.fence = g.fence AND d.worker = ''
  AND d.state IN ('claimed', 'checking') AND d.lease_until > clock_timestamp()
RETURNING d.id, d.fence, d.account_id, d.state, d.parts, d.keys, d.prepared, d.receipts,
          d.tries, d.lookups, d.progress
"""

_RENEW = """
WITH given AS (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]) AS g(id, fence))
UPDATE deliver_delivery d SET lease_until = clock_timestamp() + %(lease)s::interval
FROM given g
WHERE d.id = g.id AND d.fence = g.fence AND d.lease_until > clock_timestamp()
  AND d.state IN ('claimed', 'sending', 'checking')
RETURNING d.id
"""

# Without an attempt written down nothing can have been sent.
_RETURN_UNSENT = """
UPDATE deliver_delivery
SET state = 'scheduled', fence = fence + 1, lease_until = NULL, worker = ''
WHERE state = 'claimed' AND lease_until < clock_timestamp()
"""

_LOOK_UP_LOST = """
WITH lost AS (
    UPDATE deliver_delivery
    SET state = 'checking', fence = fence + 1, lease_until = NULL, worker = '', lookups = 0,
        ready_at = clock_timestamp() + %(window)s::interval,
        reason_code = 'worker-lost', reason = '', reason_facts = '{}'
    WHERE state = 'sending' AND lease_until < clock_timestamp()
    RETURNING id
)
UPDATE deliver_attempt a
SET outcome = 'unknown', code = 'worker-lost', finished_at = clock_timestamp()
FROM lost WHERE a.delivery_id = lost.id AND a.outcome = 'open'
"""

_HOLD_LATE = """
UPDATE deliver_delivery
SET state = 'held', reason_code = 'too-late', reason = '', reason_facts = '{}'
WHERE state = 'scheduled' AND ready_at <= statement_timestamp()
  AND due_at < statement_timestamp() - %(lateness)s::interval
"""

_NEXT = """
SELECT extract(epoch FROM min(CASE d.state
           WHEN 'scheduled' THEN greatest(d.ready_at, a.waits_until) ELSE d.ready_at END)
       - clock_timestamp())
FROM deliver_delivery d JOIN connections_account a ON a.id = d.account_id
WHERE d.state IN ('scheduled', 'checking')
  AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
"""
