"""Writes attempts before the network is called and settles them after it has answered.

Both are one statement for as many deliveries as are waiting for it, and both hold only for the
worker that still has the claim: a row with a higher fence is not touched.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from parvis.deliver.claims import LEASE_SECONDS, Claim, interval
from parvis.deliver.models import Outcome
from parvis.deliver.states import State, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a worker is about to send: stored whole before it is sent."""

    claim: Claim
    part: int
    prepared: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of one try. `ready_in` is seconds from now; `ready_at`, if set, wins over it.
    `forgets` throws away what was prepared of the part: it will never do. `cause` is the try's own
    code, where `code` tells what the delivery waits for."""

    claim: Claim
    before: State
    after: State
    part: int = 0
    attempt_id: int | None = None
    outcome: Outcome | None = None
    code: str = ""
    cause: str = ""
    sentence: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    receipt: dict[str, Any] | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    ready_in: float | None = None
    ready_at: datetime | None = None
    forgets: bool = False

    def __post_init__(self) -> None:
        check(self.before, self.after)


def write_attempts(intents: Sequence[Intent], worker: str) -> dict[Claim, int]:
    """Answers the attempt's id for each claim that is still ours. The others must not be sent."""
    rows = [
        {
            "id": intent.claim.delivery_id,
            "fence": intent.claim.fence,
            "part": intent.part,
            "prepared": intent.prepared,
        }
        for intent in intents
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE, {"rows": json.dumps(rows), "worker": worker, "lease": interval(LEASE_SECONDS)}
        )
        return {Claim(row[0], row[1]): row[2] for row in cursor.fetchall()}


def settle(settlements: Sequence[Settlement], worker: str) -> set[Claim]:
    """Answers the claims that were settled. An attempt's outcome is kept in any case."""
    rows = [_row(settlement) for settlement in settlements]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"rows": json.dumps(rows), "worker": worker})
        return {Claim(row[0], row[1]) for row in cursor.fetchall()}


def keep_step(claim: Claim, worker: str, *, part: int, step: str, value: dict[str, Any]) -> bool:
    """How far the preparing of a part has come. False when the claim is no longer this worker's."""
    given: dict[str, int | str] = {
        "id": claim.delivery_id,
        "fence": claim.fence,
        "worker": worker,
        "part": str(part),
        "step": step,
        "value": json.dumps(value),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_STEP, given)
        return bool(cursor.rowcount == 1)


def _row(settlement: Settlement) -> dict[str, Any]:
    row = asdict(settlement)
    row |= {"id": settlement.claim.delivery_id, "fence": settlement.claim.fence}
    row["ready_at"] = settlement.ready_at and settlement.ready_at.isoformat()
    del row["claim"]
    return row


_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS g(id bigint, fence bigint, part int, prepared jsonb)
), held AS (
    UPDATE deliver_delivery d
    SET state = 'sending', tries = d.tries + 1,
        lease_until = clock_timestamp() + %(lease)s::interval,
        prepared = d.prepared || jsonb_build_object(g.part::text, g.prepared)
    FROM given g
    WHERE d.id = g.id AND d.fence = g.fence AND d.worker = %(worker)s
      AND d.state IN ('claimed', 'sending') AND d.lease_until > clock_timestamp()
    RETURNING d.id, d.fence, d.tries, g.part, g.prepared
)
INSERT INTO deliver_attempt
    (delivery_id, part, number, fence, worker, request, outcome, code, answer, started_at)
SELECT id, part, tries, fence, %(worker)s, prepared, 'open', '', '{}', clock_timestamp()
FROM held
RETURNING delivery_id, fence, id
"""

_KEEP_STEP = """
UPDATE deliver_delivery
SET progress = jsonb_set(progress, ARRAY[%(part)s],
    coalesce(progress -> %(part)s, '{}') || jsonb_build_object(%(step)s::text, %(value)s::jsonb))
WHERE id = %(id)s AND fence = %(fence)s AND worker = %(worker)s
  AND state IN ('claimed', 'sending') AND lease_until > clock_timestamp()
"""

# `ready_in` counts from the database's clock, so that workers' clocks may disagree.
# A try that ended before an attempt was written is kept too, for the reader of the trace; and an
# attempt whose outcome was unknown tells what the look-up has shown.
_SETTLE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g(
        id bigint, fence bigint, before text, after text, part int, attempt_id bigint,
        outcome text, code text, cause text, sentence text, facts jsonb, answer jsonb,
        receipt jsonb, candidates jsonb, ready_in float8, ready_at timestamptz, forgets boolean)
), settled AS (
    UPDATE deliver_delivery d
    SET state = g.after,
        ready_at = coalesce(g.ready_at,
            clock_timestamp() + g.ready_in * interval '1 second', d.ready_at),
        receipts = CASE WHEN g.receipt IS NULL THEN d.receipts
                        ELSE d.receipts || jsonb_build_array(g.receipt) END,
        tries = d.tries + CASE WHEN g.attempt_id IS NULL AND g.before <> 'checking'
                                    AND g.outcome IS NOT NULL THEN 1 ELSE 0 END,
        lookups = CASE WHEN g.before = 'sending' THEN 0 ELSE d.lookups END,
        reason_code = g.code, reason = g.sentence, reason_facts = g.facts,
        candidates = g.candidates,
        prepared = CASE WHEN g.forgets THEN d.prepared - g.part::text ELSE d.prepared END,
        progress = CASE WHEN g.forgets THEN d.progress - g.part::text ELSE d.progress END,
        lease_until = CASE WHEN g.after = 'sending' THEN d.lease_until END,
        worker = CASE WHEN g.after = 'sending' THEN d.worker ELSE '' END,
        settled_at = CASE WHEN g.after IN ('published', 'refused') THEN clock_timestamp() END
    FROM given g
    WHERE d.id = g.id AND d.fence = g.fence AND d.state = g.before
    RETURNING d.id, d.fence, d.tries
), told AS (
    UPDATE deliver_attempt a
    SET finished_at = clock_timestamp(), outcome = g.outcome, answer = g.answer,
        code = coalesce(nullif(g.cause, ''), g.code)
    FROM given g WHERE a.id = g.attempt_id AND g.outcome IS NOT NULL
), looked_up AS (
    UPDATE deliver_attempt a SET outcome = g.outcome
    FROM given g JOIN settled s ON s.id = g.id
    WHERE g.before = 'checking' AND g.outcome IS NOT NULL
      AND a.delivery_id = g.id AND a.part = g.part AND a.outcome = 'unknown'
), never_sent AS (
    INSERT INTO deliver_attempt
        (delivery_id, part, number, fence, worker, request, outcome, code, answer,
         started_at, finished_at)
    SELECT s.id, g.part, s.tries, s.fence, %(worker)s, '{}', g.outcome,
           coalesce(nullif(g.cause, ''), g.code), g.answer, clock_timestamp(), clock_timestamp()
    FROM settled s JOIN given g ON g.id = s.id
    WHERE g.attempt_id IS NULL AND g.before <> 'checking' AND g.outcome IS NOT NULL
)
SELECT id, fence FROM settled
"""
