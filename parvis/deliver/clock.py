"""Claims what is due: for the worker that it ticks in as far as that has room, else for the engine,
which hands batches to the others. The future is never enqueued."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction

from parvis.deliver import roster, tasks
from parvis.deliver.claims import Claim, claim_due, claim_lookups, may_tick
from parvis.deliver.queues import AccountQueue
from parvis.deliver.sweep import sweep
from parvis.networks.present import seconds_of_this_machine

log = logging.getLogger("parvis.deliver")

BATCH = 600
# Batches that no worker has begun. More would lie there until their leases lapse.
MOST_WAITING = 2
SWEEP_EVERY_SECONDS = 1.0
# Who has not swept for so long sweeps before claiming: after an outage most of what is due may be
# too late. Else what is due now goes first.
SWEEP_FIRST_AFTER_SECONDS = 4.0
# More than two clocks drift apart between two looks at them.
JUMP_SECONDS = 5.0


class OwnHands(Protocol):
    """The courier beside the clock, where the worker has both roles."""

    name: str

    @property
    def room(self) -> int: ...

    def take_due(self, limit: int) -> list[AccountQueue]: ...


class Clock:
    """One per process. Several may tick on several machines: they take turns. `looked_at` is when
    the last tick began, by the database's clock; `was_passed_over`, whether another clock was
    claiming then; `taken`, what was claimed for the own hands and is to be begun."""

    def __init__(self, hands: OwnHands | None = None) -> None:
        self.looked_at = 0.0
        self.was_passed_over = False
        self.taken: list[AccountQueue] = []
        self._hands = hands
        self._guard = Guard()
        self._is_trusted = False
        self._swept_at = 0.0

    def tick(self) -> int:
        """Answers how many deliveries were claimed or swept; any ask for another tick."""
        return self.claim() + self.look_after()

    def claim(self) -> int:
        """The half of a tick that what is due waits for."""
        self.was_passed_over = False
        asked = seconds_of_this_machine()
        self.looked_at = database_seconds()
        now = seconds_of_this_machine()
        self._is_trusted = self._guard.trusts(self.looked_at, asked, now)
        if not self._is_trusted:
            return 0
        return self._sweep(if_older_than=SWEEP_FIRST_AFTER_SECONDS) + self._claim_due()

    def look_after(self) -> int:
        """The other half, while what was claimed is on its way: what is unknown, and what lost
        workers left."""
        if not self._is_trusted:
            return 0
        looked_up = self._hand_over(claim_lookups, tasks.look_up)
        return looked_up + self._sweep(if_older_than=SWEEP_EVERY_SECONDS)

    def _sweep(self, *, if_older_than: float) -> int:
        now = seconds_of_this_machine()
        if now - self._swept_at <= if_older_than:
            return 0
        self._swept_at = now
        return sweep()

    def _claim_due(self) -> int:
        if self._hands is None:
            return self._hand_over(claim_due, tasks.deliver)
        if room := self._hands.room:
            return self._take(self._hands, min(room, BATCH))
        return (
            self._hand_over(claim_due, tasks.deliver)
            if roster.others_deliver(self._hands.name)
            else 0
        )

    @transaction.atomic
    def _take(self, hands: OwnHands, limit: int) -> int:
        if not self._may_tick():
            return 0
        queues = hands.take_due(limit)
        self.taken += queues
        return sum(len(queue.deliveries) for queue in queues)

    @transaction.atomic
    def _hand_over(self, claim: Callable[[int], list[Claim]], task: Any) -> int:
        """The claim and the job that will work on it are one commit."""
        if not self._may_tick() or _waiting(task.queue) >= MOST_WAITING:
            return 0
        claims: Sequence[Claim] = claim(BATCH)
        if claims:
            task.defer(claims=[[claim.delivery_id, claim.fence] for claim in claims])
        return len(claims)

    def _may_tick(self) -> bool:
        may = may_tick()
        self.was_passed_over |= not may
        return may


class Guard:
    """Watches the database's clock, which decides what is due and which lease has lapsed.

    When it jumps, every lease may seem to have lapsed and every request to be long over. So nothing
    is claimed or taken over until what was under way at that moment is surely over.
    """

    def __init__(self) -> None:
        self._ahead: tuple[float, float] | None = None
        self._distrusted_until = 0.0

    def trusts(self, database: float, asked: float, answered: float) -> bool:
        """In seconds: the database's wall clock, and when it was asked and had answered by this
        machine's, which never jumps. However long the answer took, that alone is no jump."""
        least, most = database - answered, database - asked
        if self._ahead is not None:
            forward, backward = least - self._ahead[1], self._ahead[0] - most
            if max(forward, backward) > JUMP_SECONDS:
                self._distrust(forward if forward > 0 else -backward, answered)
        if self._ahead is None or most - least < JUMP_SECONDS:
            self._ahead = least, most
        return answered >= self._distrusted_until

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


def _waiting(queue: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %s",
            [queue],
        )
        return int(cursor.fetchone()[0])
