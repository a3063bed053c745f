"""Claims what is due and keeps the claims: one statement for a whole batch each.

An account is the unit: what is due of it is claimed in order, and while one of its deliveries is
under way the later ones wait. So its posts keep their order on any number of machines, and no two
workers speak as the same account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from parvis.deliver.states import Change, State
from parvis.networks.json_text import read_json

# Of one account at a time. More would lie in one worker's hands while its first is slow.
IN_ONE_HAND = 10
# One clock ticks at a time, or two would each see half of an account's queue as the whole.
_TICKING = 7_202_304

_CLAIM = Change(State.SCHEDULED, to=State.CLAIMED)
_HAND_BACK = Change(State.CLAIMED, State.SENDING, to=State.SCHEDULED)


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
    due_at: datetime
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)

    def with_receipt(self, receipt: dict[str, Any] | None) -> "Taken":
        """The next part answers what was posted just now, and the row says that it is sending."""
        if receipt is None:
            return self
        return replace(self, receipts=[*self.receipts, receipt], state="sending")


def may_tick() -> bool:
    """Whether no other clock is claiming; holds until the end of the transaction."""
    let_go_when_stopped()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TICKING])
        return bool(cursor.fetchone()[0])


def let_go_when_stopped() -> None:
    """A process that is stopped in the middle of this transaction loses its locks well before the
    leases of others lapse, which wait for them."""
    milliseconds = str(int(settings.TERMS.lease * 400))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [milliseconds]
        )


def claim_due(limit: int) -> list[Claim]:
    """For whichever worker takes them; in the order of their due times, an account's deliveries
    beside each other."""
    return [one.claim for one in take_due(limit, worker="")]


def take_due(limit: int, worker: str) -> list[Taken]:
    """Claims and takes at once: one statement, and one writing of each row less."""
    given: dict[str, Any] = {"limit": limit, "lease": _lease(), "hand": IN_ONE_HAND}
    given |= {"order": interval(settings.TERMS.order), "worker": worker}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_DUE, {**given, **_CLAIM.parameters})
        return [_taken(row) for row in cursor.fetchall()]


def claim_lookups(limit: int) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_LOOKUPS, {"limit": limit, "lease": _lease()})
        return [Claim(*row) for row in cursor.fetchall()]


def take(claims: Sequence[Claim], worker: str) -> list[Taken]:
    """Makes the claims this worker's own, in their order. What was claimed again is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {**_arrays(claims), "worker": worker, "lease": _lease()})
        taken = {one.claim: one for one in map(_taken, cursor.fetchall())}
    return [taken[claim] for claim in claims if claim in taken]


def renew(claims: Sequence[Claim]) -> set[int]:
    """Extends the leases that are still ours and answers the ids of their deliveries."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {**_arrays(claims), "lease": _lease()})
        return {row[0] for row in cursor.fetchall()}


def hand_back(claims: Sequence[Claim], worker: str, *, tells: bool = False) -> int:
    """Gives up claims of which nothing is under way: whoever claims next goes on where this worker
    stood. `tells` writes it into the trace."""
    with connection.cursor() as cursor:
        given = {**_arrays(claims), "worker": worker, "tells": tells}
        cursor.execute(_GIVE_BACK, {**given, **_HAND_BACK.parameters})
        return int(cursor.fetchone()[0])


def seconds_until_next(at_most: float, since: float | None = None) -> float:
    """Until something becomes due that is not due already. `since` is when the clock last looked,
    by the database's own: what has become due between then and now is not passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"since": since})
        (seconds,) = cursor.fetchone()
    return at_most if seconds is None else min(max(float(seconds), 0.0), at_most)


def interval(seconds: float) -> str:
    """As PostgreSQL reads it."""
    return f"{seconds} seconds"


def _lease() -> str:
    return interval(settings.TERMS.lease)


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
        due_at=row[11],
    )


def _arrays(claims: Sequence[Claim]) -> dict[str, Any]:
    return {
        "ids": [claim.delivery_id for claim in claims],
        "fences": [claim.fence for claim in claims],
    }


def _json(value: Any) -> Any:
    """Django's connection hands raw JSON over as text, because its own fields decode it. Most of
    what a delivery keeps is empty until it is sent."""
    if value == "{}":
        return {}
    if value == "[]":
        return []
    return read_json(value) if isinstance(value, str) else value


# The first question costs nothing when nothing is due, and names the accounts where little is. Each
# of them, or of all in a crowd, is asked for the head of its queue, one probe of an index, so that
# neither a backlog of one account nor the history of all makes it slower. An account that a network
# told to wait is passed over, and so are one that a person has paused and one of which a delivery
# is under way. A delivery that waits to be tried again holds later ones back, but not for ever: one
# film that is never worked through must not silence its account. (NOT IN reads what is under way
# once, whatever the planner believes; NOT EXISTS would for each account, since at rest there is
# nothing of it and the statistics say so.)
_CLAIM_DUE = """
WITH ready AS MATERIALIZED (
    SELECT account_id FROM deliver_delivery
    WHERE state = 'scheduled' AND ready_at <= statement_timestamp() LIMIT 1001
), due AS (
    SELECT q.id
    FROM connections_account a CROSS JOIN LATERAL (
        SELECT h.id, h.due_at, min(h.due_at) OVER () AS first,
               bool_and(h.is_ready) OVER (ORDER BY h.due_at, h.id) AS in_turn
        FROM (
            SELECT d.id, d.due_at, d.ready_at <= statement_timestamp() AS is_ready
            FROM deliver_delivery d
            WHERE d.account_id = a.id AND d.state = 'scheduled'
              AND d.due_at <= statement_timestamp()
              AND (d.ready_at <= statement_timestamp() OR d.began_at IS NULL
                   OR d.began_at > statement_timestamp() - %(order)s::interval)
            ORDER BY d.due_at, d.id LIMIT %(hand)s
        ) h
    ) q
    WHERE q.in_turn
      AND (a.id IN (SELECT account_id FROM ready) OR (SELECT count(*) FROM ready) > 1000)
      AND (a.waits_until IS NULL OR a.waits_until <= statement_timestamp())
      AND a.paused_at IS NULL
      AND a.workspace_id NOT IN (SELECT id FROM people_workspace WHERE paused_at IS NOT NULL)
      AND a.id NOT IN (
          SELECT e.account_id FROM deliver_delivery e
          WHERE e.state IN ('claimed', 'sending', 'checking')
            AND (e.began_at IS NULL OR e.began_at > statement_timestamp() - %(order)s::interval)
      )
    ORDER BY q.first, a.id, q.due_at, q.id LIMIT %(limit)s
), claimed AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, fence = d.fence + 1, worker = %(worker)s,
        began_at = coalesce(d.began_at, statement_timestamp()),
        lease_until = statement_timestamp() + %(lease)s::interval
    FROM due
    WHERE d.id = due.id AND d.state = ANY(%(before)s) AND d.ready_at <= statement_timestamp()
    RETURNING d.id, d.fence, d.account_id, d.state, d.parts, d.keys, d.prepared, d.receipts,
              d.tries, d.lookups, d.progress, d.due_at
)
SELECT * FROM claimed ORDER BY due_at, id
"""

_CLAIM_LOOKUPS = """
WITH due AS (
    SELECT d.id FROM deliver_delivery d JOIN connections_account a ON a.id = d.account_id
    WHERE d.state = 'checking' AND d.ready_at <= statement_timestamp()
      AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
      AND (a.waits_until IS NULL OR a.waits_until <= statement_timestamp())
    ORDER BY d.ready_at, d.id LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
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
          d.tries, d.lookups, d.progress, d.due_at
"""

# What is being written or settled at this moment is passed over, for its row is locked: to wait for
# it while others wait for this statement could be a deadlock. There are five renewals to a lease.
_RENEW = """
WITH given AS (SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]) AS g(id, fence)),
held AS (
    SELECT d.id FROM deliver_delivery d JOIN given g ON d.id = g.id AND d.fence = g.fence
    WHERE d.lease_until > clock_timestamp() AND d.state IN ('claimed', 'sending', 'checking')
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE deliver_delivery d SET lease_until = clock_timestamp() + %(lease)s::interval
FROM held WHERE d.id = held.id
RETURNING d.id
"""

# With an open attempt something may be under way: that is looked up once its lease has lapsed.
_GIVE_BACK = """
WITH given AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(fences)s::bigint[]) AS g(id, fence)
), given_back AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, lease_until = NULL, worker = ''
    FROM given g
    WHERE d.id = g.id AND d.fence = g.fence AND d.worker = %(worker)s AND d.state = ANY(%(before)s)
      AND NOT EXISTS (SELECT 1 FROM deliver_attempt t
                      WHERE t.delivery_id = d.id AND t.outcome = 'open')
    RETURNING d.id, jsonb_array_length(d.receipts) AS part
), told AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT id, 'handed back', part, %(worker)s, '', '{}', clock_timestamp()
    FROM given_back WHERE %(tells)s
)
SELECT count(*) FROM given_back
"""

_NEXT = """
SELECT extract(epoch FROM least(
    (SELECT min(ready_at) FROM deliver_delivery
     WHERE state IN ('scheduled', 'checking')
       AND ready_at > coalesce(to_timestamp(%(since)s), statement_timestamp())),
    (SELECT min(waits_until) FROM connections_account
     WHERE waits_until > coalesce(to_timestamp(%(since)s), statement_timestamp()))
) - clock_timestamp())
"""
