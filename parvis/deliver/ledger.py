"""Writes attempts before the network is called and settles them after it has answered.

Both are one statement for as many deliveries as are waiting for it, and both hold only for the
worker that still has the claim: a row with a higher fence is not touched.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from parvis.deliver.claims import Claim, interval
from parvis.deliver.models import Happened, Outcome
from parvis.deliver.states import Change, State, check
from parvis.networks.json_text import write_json


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
    code, where `code` tells what the delivery waits for. `event` is what the trace tells of it
    where no attempt does."""

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
    event: Happened | None = None
    event_code: str = ""

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
            _WRITE,
            {
                "rows": write_json(rows).decode(),
                "worker": worker,
                "lease": interval(settings.TERMS.lease),
                **_BEGIN.parameters,
            },
        )
        return {Claim(row[0], row[1]): row[2] for row in cursor.fetchall()}


def settle(settlements: Sequence[Settlement], worker: str) -> set[Claim]:
    """Answers the claims that were settled. An attempt's outcome is kept in any case."""
    rows = [_row(settlement) for settlement in settlements]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"rows": write_json(rows).decode(), "worker": worker})
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
    row = {name: getattr(settlement, name) for name in _KEPT_AS_THEY_ARE}
    claim, ready_at = settlement.claim, settlement.ready_at
    return {
        **row,
        "id": claim.delivery_id,
        "fence": claim.fence,
        "ready_at": ready_at and ready_at.isoformat(),
    }


_KEPT_AS_THEY_ARE = tuple(
    each.name for each in fields(Settlement) if each.name not in ("claim", "ready_at")
)
_BEGIN = Change(State.CLAIMED, State.SENDING, to=State.SENDING)

# An account that was disconnected, paused or told to wait since the claim gets no attempt, and so
# no post.
_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS g(id bigint, fence bigint, part int, prepared jsonb)
), held AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, tries = d.tries + 1,
        lease_until = clock_timestamp() + %(lease)s::interval,
        prepared = d.prepared || jsonb_build_object(g.part::text, g.prepared)
    FROM given g, connections_account a
    WHERE d.id = g.id AND d.fence = g.fence AND d.worker = %(worker)s
      AND d.state = ANY(%(before)s) AND d.lease_until > clock_timestamp()
      AND a.id = d.account_id AND a.state = 'connected'
      AND (a.waits_until IS NULL OR a.waits_until <= clock_timestamp())
      AND a.paused_at IS NULL
      AND a.workspace_id NOT IN (SELECT id FROM people_workspace WHERE paused_at IS NOT NULL)
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
        receipt jsonb, candidates jsonb, ready_in float8, ready_at timestamptz, forgets boolean,
        event text, event_code text)
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
), traced AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT s.id, g.event, g.part, %(worker)s, g.event_code,
           g.facts || jsonb_build_object('sentence', g.sentence), clock_timestamp()
    FROM settled s JOIN given g ON g.id = s.id
    WHERE g.event IS NOT NULL
)
SELECT id, fence FROM settled
"""
