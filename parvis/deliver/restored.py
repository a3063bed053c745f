"""After a restore: the backup may be older than what was sent.

What was due, or on its way, when the backup was made may have been published since by the
installation that is gone. Nothing of it is sent again before somebody has made sure.

    looked up   sent at least once with a stored request, and the last part of its post: the network
                can be asked for exactly that request
    held        everything else that was on its way or whose time has come: there is no request to
                ask the network for, so a person decides
    left alone  what is still to come, and what needed a person anyway

A held delivery loses the reason it had: one that was held until its account is connected again may
have gone out since, and must not go out by itself when that happens.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from parvis.deliver.claims import SETTLING_SECONDS

CODE = "restored"
SENTENCE = (
    "It may have been published after the backup was made that this desk was restored from. "
    "Look at the account: if the post is not there, release it; if it is, give it up."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrusted:
    """How many deliveries wait for a person, and how many for a look-up."""

    held: int
    looked_up: int


@transaction.atomic
def distrust_the_past(*, hold_future: bool = False) -> Distrusted:
    """`hold_future` also holds what is still to come, when the other desk may go on working."""
    parameters: dict[str, str | float | bool] = {
        "code": CODE,
        "sentence": SENTENCE,
        "window": SETTLING_SECONDS,
        "hold_future": hold_future,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, parameters)
        looked_up = cursor.rowcount
        cursor.execute(_HOLD, parameters)
        held = cursor.rowcount
        cursor.execute(_CLOSE_ATTEMPTS, parameters)
    return Distrusted(held=held, looked_up=looked_up)


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
"""

_HOLD = """
UPDATE deliver_delivery d
SET state = 'held', fence = d.fence + 1, lease_until = NULL, worker = '',
    reason_code = %(code)s, reason = %(sentence)s, reason_facts = '{}'
WHERE d.state IN ('claimed', 'sending')
   OR (d.state = 'checking' AND d.reason_code <> %(code)s)
   OR (d.state IN ('scheduled', 'held') AND (d.due_at <= clock_timestamp() OR %(hold_future)s))
"""

_CLOSE_ATTEMPTS = """
UPDATE deliver_attempt
SET outcome = 'unknown', code = %(code)s, finished_at = clock_timestamp()
WHERE outcome = 'open'
"""
