"""After a restore: the backup may be older than what was sent.

What was due, or on its way, when the backup was made may have been published since by the
installation that is gone. Nothing of it is sent again before somebody has made sure. This stands
outside the life that `states` draws: the deliveries have lived on where nobody can ask them.

    looked up    sent at least once with a stored request, and the last part of its post: the
                 network can be asked for exactly that request
    to decide    everything else that was on its way or whose time has come, held or not: there is
                 no request to ask the network for, so a person looks
    left alone   what is still to come, and what needed a person anyway
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from parvis.deliver.journal import note
from parvis.deliver.models import Happened

CODE = "restored"
# What the trace says of those that are looked up.
LOOK_UP_CODE = "restored-look-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrusted:
    """How many deliveries a person must decide about, and how many are looked up."""

    to_decide: int
    looked_up: int


@transaction.atomic
def distrust_the_past() -> Distrusted:
    """Call once, before any worker sees what was restored."""
    parameters: dict[str, str | float] = {"code": CODE, "window": settings.TERMS.settling}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, parameters)
        looked_up = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_ASK, parameters)
        to_decide = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_CLOSE_ATTEMPTS, parameters)
    note(looked_up, Happened.WAITS, LOOK_UP_CODE)
    note(to_decide, Happened.WAITS, CODE)
    return Distrusted(to_decide=len(to_decide), looked_up=len(looked_up))


# A post of several parts goes on by itself after a look-up, so only its last part is looked up.
_LOOK_UP = """
UPDATE deliver_delivery d
SET state = 'checking', fence = d.fence + 1, lease_until = NULL, worker = '', lookups = 0,
    ready_at = clock_timestamp() + %(window)s * interval '1 second',
    reason_code = %(code)s, reason = '', reason_facts = '{}'
WHERE d.state IN ('sending', 'checking')
  AND jsonb_array_length(d.parts) = jsonb_array_length(d.receipts) + 1
  AND d.prepared ? jsonb_array_length(d.receipts)::text
  AND EXISTS (
      SELECT 1 FROM deliver_attempt a
      WHERE a.delivery_id = d.id AND a.part = jsonb_array_length(d.receipts) AND a.request ? 'key'
  )
RETURNING d.id
"""

_ASK = """
UPDATE deliver_delivery d
SET state = 'unknown', fence = d.fence + 1, lease_until = NULL, worker = '',
    reason_code = %(code)s, reason = '', reason_facts = '{}', candidates = '[]'
WHERE d.state IN ('claimed', 'sending')
   OR (d.state = 'checking' AND d.reason_code <> %(code)s)
   OR (d.state IN ('scheduled', 'held') AND d.due_at <= clock_timestamp())
RETURNING d.id
"""

_CLOSE_ATTEMPTS = """
UPDATE deliver_attempt
SET outcome = 'unknown', code = %(code)s, finished_at = clock_timestamp()
WHERE outcome = 'open'
"""
