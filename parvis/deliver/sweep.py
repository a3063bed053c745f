"""Takes over what a lost worker left, and holds what a pause stops or what is too late."""

from typing import Any

from django.conf import settings
from django.db import connection

from parvis.deliver.claims import interval
from parvis.deliver.states import Change, State

_RETURN = Change(State.CLAIMED, to=State.SCHEDULED)
_LOOK_UP = Change(State.SENDING, to=State.CHECKING)
_HOLD = Change(State.SCHEDULED, to=State.HELD)


def sweep() -> int:
    """Answers how many deliveries were moved."""
    settling = {"settling": interval(settings.TERMS.settling)}
    return (
        _changed(_RETURN_UNSENT, _RETURN.parameters)
        + _changed(_LOOK_UP_LOST, {**settling, **_LOOK_UP.parameters})
        + hold_paused()
        + _changed(_HOLD_LATE, _HOLD.parameters)
    )


def hold_paused() -> int:
    """What has become due of paused accounts and workspaces."""
    return _changed(_HOLD_PAUSED, _HOLD.parameters)


def _changed(statement: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])


# Without an attempt written down nothing can have been sent. A claim that no worker had taken yet
# was lost with its job, which is nothing to tell.
_RETURN_UNSENT = """
WITH swept AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, fence = d.fence + 1, lease_until = NULL, worker = ''
    FROM (SELECT id, worker FROM deliver_delivery
          WHERE state = ANY(%(before)s) AND lease_until < clock_timestamp() FOR UPDATE) lost
    WHERE d.id = lost.id
    RETURNING d.id, lost.worker, jsonb_array_length(d.receipts) AS part
), told AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT id, 'taken over', part, worker, 'not-begun', '{}', clock_timestamp()
    FROM swept WHERE worker <> ''
)
SELECT count(*) FROM swept
"""

_LOOK_UP_LOST = """
WITH swept AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, fence = d.fence + 1, lease_until = NULL, worker = '', lookups = 0,
        ready_at = clock_timestamp() + %(settling)s::interval,
        reason_code = 'worker-lost', reason = '', reason_facts = '{}'
    FROM (SELECT id, worker FROM deliver_delivery
          WHERE state = ANY(%(before)s) AND lease_until < clock_timestamp() FOR UPDATE) lost
    WHERE d.id = lost.id
    RETURNING d.id, lost.worker, jsonb_array_length(d.receipts) AS part
), closed AS (
    UPDATE deliver_attempt a
    SET outcome = 'unknown', code = 'worker-lost', finished_at = clock_timestamp()
    FROM swept WHERE a.delivery_id = swept.id AND a.outcome = 'open'
), told AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT id, 'taken over', part, worker, 'worker-lost', '{}', clock_timestamp() FROM swept
)
SELECT count(*) FROM swept
"""

# Before what is too late: a pause is somebody's will, and tells more than that time went by.
_HOLD_PAUSED = """
WITH stopped AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, reason_code = 'paused', reason = '',
        reason_facts = jsonb_build_object('since', p.since)
    FROM (
        SELECT a.id AS account_id, least(a.paused_at, w.paused_at) AS since
        FROM connections_account a JOIN people_workspace w ON w.id = a.workspace_id
        WHERE a.paused_at IS NOT NULL OR w.paused_at IS NOT NULL
    ) p CROSS JOIN LATERAL (
        SELECT id FROM deliver_delivery
        WHERE account_id = p.account_id AND state = 'scheduled' AND due_at <= statement_timestamp()
    ) q
    WHERE d.id = q.id AND d.state = ANY(%(before)s)
    RETURNING d.id, jsonb_array_length(d.receipts) AS part, d.reason_facts
), told AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT id, 'held', part, '', 'paused', reason_facts, clock_timestamp() FROM stopped
)
SELECT count(*) FROM stopped
"""

# Also what waits for a limit that ends too late: then it is known now, and somebody can act.
_HOLD_LATE = """
WITH late AS (
    UPDATE deliver_delivery d
    SET state = %(after)s, reason_code = 'too-late', reason = '',
        reason_facts = jsonb_build_object('allowed', d.lateness_allowed)
    FROM connections_account a CROSS JOIN LATERAL (
        SELECT id FROM deliver_delivery
        WHERE account_id = a.id AND state = 'scheduled' AND due_at <= statement_timestamp()
          AND due_at < greatest(statement_timestamp(), ready_at, a.waits_until)
                       - lateness_allowed * interval '1 second'
    ) q
    WHERE d.id = q.id AND d.state = ANY(%(before)s)
    RETURNING d.id, jsonb_array_length(d.receipts) AS part, d.reason_facts
), told AS (
    INSERT INTO deliver_event (delivery_id, kind, part, worker, code, facts, at)
    SELECT id, 'held', part, '', 'too-late', reason_facts, clock_timestamp() FROM late
)
SELECT count(*) FROM late
"""
