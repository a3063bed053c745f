"""Claims what is due and hands it to the engine in batches. The future is never enqueued."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from parvis.deliver import tasks
from parvis.deliver.claims import Claim, claim_due, claim_lookups, may_tick
from parvis.deliver.sweep import sweep
from parvis.networks.present import seconds_of_this_machine

log = logging.getLogger("parvis.deliver")

BATCH = 200
# Batches that no worker has begun. More would lie there until their leases lapse.
MOST_WAITING = 3
SWEEP_EVERY_SECONDS = 1.0
# Between two looks at the clocks; a stopped process or a busy database takes no longer than this.
JUMP_SECONDS = 5.0


class Clock:
    """One per process. Several may tick on several machines: they take turns."""

    def __init__(self) -> None:
        self._guard = Guard()
        self._swept_at = 0.0

    def tick(self) -> int:
        """Answers how many deliveries were claimed; a full batch asks for another tick."""
        now = seconds_of_this_machine()
        if not self._guard.trusts(database_seconds(), now):
            return 0
        claimed = _hand_over(claim_due, tasks.deliver) + _hand_over(claim_lookups, tasks.look_up)
        if now - self._swept_at > SWEEP_EVERY_SECONDS:
            self._swept_at = now
            claimed += sweep()
        return claimed


class Guard:
    """Watches the database's clock, which decides what is due and which lease has lapsed.

    When it jumps, every lease may seem to have lapsed and every request to be long over. So nothing
    is claimed or taken over until what was under way at that moment is surely over.
    """

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._distrusted_until = 0.0

    def trusts(self, database: float, here: float) -> bool:
        """Both in seconds: the database's wall clock, and this machine's, which never jumps."""
        if self._last is not None:
            jumped = (database - self._last[0]) - (here - self._last[1])
            if abs(jumped) > JUMP_SECONDS:
                self._distrust(jumped, here)
        self._last = (database, here)
        return here >= self._distrusted_until

    def _distrust(self, jumped: float, here: float) -> None:
        pause = settings.TERMS.under_way
        self._distrusted_until = here + pause
        log.error(
            "the database's clock jumped by %+.0f s: nothing is claimed for the next %.0f s, until "
            "what is under way is surely over",
            jumped,
            pause,
        )


def database_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


@transaction.atomic
def _hand_over(claim: Callable[[int], list[Claim]], task: Any) -> int:
    """The claim and the job that will work on it are one commit."""
    if not may_tick() or _waiting(task.queue) >= MOST_WAITING:
        return 0
    claims: Sequence[Claim] = claim(BATCH)
    if claims:
        task.defer(claims=[[claim.delivery_id, claim.fence] for claim in claims])
    return len(claims)


def _waiting(queue: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %s",
            [queue],
        )
        return int(cursor.fetchone()[0])
