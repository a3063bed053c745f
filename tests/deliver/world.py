"""What stands around the deliveries of a history: time, workers, a clock's guard, and witnesses."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as django
from django.db import connection
from django.db.models import Q

from parvis.config.reach import new_http
from parvis.connections.models import Account
from parvis.deliver import claims, courier, ledger, looking_up, preparing
from parvis.deliver.claims import Claim
from parvis.deliver.clock import Guard
from parvis.deliver.courier import Courier
from parvis.deliver.ledger import Intent
from parvis.deliver.models import Delivery
from parvis.deliver.states import TRANSITIONS, State
from parvis.deliver.sweep import sweep
from parvis.networks.present import seconds_of_this_machine
from tests.deliver.model_network import Killed, ModelNetwork

_KEPT_WITH_A_TIME = {
    "deliver_delivery": ("due_at", "ready_at", "lease_until", "settled_at", "began_at"),
    "deliver_attempt": ("started_at", "finished_at"),
    "deliver_event": ("at",),
    "connections_account": ("waits_until",),
    "connections_allowance": ("reset_at", "seen_at"),
}

# How long something stands still, with a look around after each of them: past its lease, past a
# look-up that comes too soon, or past everything that may be under way and a second sending.
STALLS = ((31.0,), (31.0, 6.0), (31.0, 6.0, 100.0, 6.0))


class World:
    """Witnesses: `overtaken` are pairs of deliveries, the second of which was begun before the
    first; `claimed_too_late` was claimed when it was too late for it, and `begun_while_paused` when
    its account or everything was paused."""

    def __init__(self, accounts: Sequence[Account], patch: pytest.MonkeyPatch) -> None:
        self.accounts = accounts
        self.network = ModelNetwork(keyed=False)
        for room in (courier, looking_up, preparing):
            patch.setattr(room, "all_networks", lambda: {"bluesky": self.network})
        patch.setattr(courier, "seconds_of_this_machine", self._seconds_here)
        self._write_attempts = ledger.write_attempts
        patch.setattr(ledger, "write_attempts", self._write_and_watch)
        _watch_changes()

    def begin(self, *, keyed: bool, takes_no_equals: bool) -> None:
        self.network.__init__(keyed=keyed, takes_no_equals=takes_no_equals)  # type: ignore[misc]
        self.network.stalled = self._go_on
        self.overtaken: list[tuple[int, int]] = []
        self.claimed_too_late: list[int] = []
        self.begun_while_paused: list[int] = []
        self._guard = Guard()
        self._jumped = 0.0
        self._stalls = 0
        self.stalls = STALLS
        self.is_trusted()

    def is_trusted(self) -> bool:
        """Whether the real guard trusts the database's clock, as things are here."""
        here = self.network.passed
        return self._guard.trusts(here + self._jumped, here, here)

    def tick(self, worker: str) -> None:
        """What a clock and a worker do in one turn."""
        for work, claim in ((self.carry, self.claim_due), (self.look_up, self._claim_lookups)):
            if batch := claim(10):
                with suppress(Killed):
                    async_to_sync(work)(worker, batch)

    def claim_due(self, limit: int) -> list[Claim]:
        if not self.sweep():
            return []
        batch = claims.claim_due(limit)
        self.claimed_too_late += _too_late(batch)
        return batch

    def sweep(self) -> bool:
        """Whether the clock may go on after it."""
        trusted = self.is_trusted()
        if trusted:
            sweep()
        return trusted

    def pass_time(self, seconds: float) -> None:
        """Everything that is kept with a time becomes older. What was under way arrives, at
        last."""
        _make_older(seconds)
        self.network.passed += seconds
        for one in self.network.under_way:
            one.age += seconds
        self.network.land_what_is_under_way(older_than=django.TERMS.under_way or 90)

    def jump(self, seconds: float) -> None:
        """The database's clock alone."""
        _make_older(seconds)
        self._jumped += seconds

    async def carry(self, worker: str, batch: list[Claim]) -> None:
        if not batch:
            return
        async with new_http() as http:
            await Courier(http, worker).deliver(batch)

    async def look_up(self, worker: str, batch: list[Claim]) -> None:
        if not batch:
            return
        async with new_http() as http:
            await Courier(http, worker).look_up(batch)

    async def stop_in_the_middle(self, batch: list[Claim], steps: int, hurries: bool) -> None:
        """After so many steps of the loop; in a hurry it leaves what is under way."""
        hurry = asyncio.Event()
        async with new_http() as http:
            stopping = Courier(http, "stopping")
            works = await stopping.take_on(batch)
            for _ in range(steps):
                await asyncio.sleep(0)
            if hurries:
                hurry.set()
            await stopping.finish(hurry)
            await asyncio.gather(*works, return_exceptions=True)

    def undeclared_changes(self) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT before, after FROM observed")
            observed = [(State(before), State(after)) for before, after in cursor.fetchall()]
        return [(before, after) for before, after in observed if after not in TRANSITIONS[before]]

    async def _go_on(self) -> None:
        """While one worker stands still for longer than its lease, its work is taken up: by another
        or, the next time, by itself, as when only one of its tasks stands still."""
        self._stalls += 1
        worker = ("two", "one")[self._stalls % 2]
        for seconds in self.stalls[self._stalls % len(self.stalls)]:
            await sync_to_async(self.pass_time)(seconds)
            batch = await sync_to_async(self.claim_due)(10)
            with suppress(Killed):
                await self.carry(worker, batch)
            lookups = await sync_to_async(self._claim_lookups)(10)
            with suppress(Killed):
                await self.look_up(worker, lookups)

    def _claim_lookups(self, limit: int) -> list[Claim]:
        return claims.claim_lookups(limit) if self.is_trusted() else []

    def _seconds_here(self) -> float:
        return seconds_of_this_machine() + self.network.passed

    def _write_and_watch(self, intents: Sequence[Intent], worker: str) -> dict[Claim, int]:
        written = self._write_attempts(intents, worker)
        begun = [claim.delivery_id for claim in written]
        self.overtaken += _overtaken_by(begun)
        self.begun_while_paused += _paused_of(begun)
        return written


def _make_older(seconds: float) -> None:
    with connection.cursor() as cursor:
        for table, columns in _KEPT_WITH_A_TIME.items():
            older = ", ".join(f"{c} = {c} - interval '{seconds} seconds'" for c in columns)
            cursor.execute(f"UPDATE {table} SET {older}")


def _too_late(batch: Sequence[Claim]) -> list[int]:
    """A moment may lie between the sweep and the claim."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM deliver_delivery WHERE id = ANY(%s) AND due_at < clock_timestamp()"
            " - (lateness_allowed + 5) * interval '1 second'",
            [[claim.delivery_id for claim in batch]],
        )
        return [row[0] for row in cursor.fetchall()]


def _paused_of(begun: Sequence[int]) -> list[int]:
    paused = Q(account__paused_at__isnull=False) | Q(workspace__paused_at__isnull=False)
    return list(Delivery.objects.filter(paused, pk__in=begun).values_list("pk", flat=True))


def _overtaken_by(begun: Sequence[int]) -> list[tuple[int, int]]:
    order = f"{django.TERMS.order} seconds"
    with connection.cursor() as cursor:
        cursor.execute(_OVERTAKEN, {"begun": list(begun), "order": order})
        return list(cursor.fetchall())


def _watch_changes() -> None:
    """Every change of a delivery's state is kept, whichever statement makes it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_WATCH)


# An earlier one that should have gone first: due, not at its end, and not under way for so long
# that others may pass. What a person or a reconnected account brought back after the later one had
# been claimed comes too late for its turn.
_OVERTAKEN = """
SELECT e.id, w.id
FROM deliver_delivery w JOIN deliver_delivery e ON e.account_id = w.account_id
WHERE w.id = ANY(%(begun)s) AND w.tries = 1
  AND (e.due_at, e.id) < (w.due_at, w.id) AND e.due_at <= clock_timestamp()
  AND e.state IN ('scheduled', 'claimed', 'sending', 'checking')
  AND (e.began_at IS NULL OR e.began_at > clock_timestamp() - %(order)s::interval)
  AND NOT EXISTS (
      SELECT 1 FROM deliver_event v WHERE v.delivery_id = e.id
      AND v.kind IN ('released', 'decided') AND v.at >= w.began_at
  )
"""

_WATCH = """
CREATE TEMP TABLE observed (before text, after text);
CREATE FUNCTION pg_temp.observe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observed VALUES (OLD.state, NEW.state);
    RETURN NULL;
END $$;
CREATE TRIGGER observe AFTER UPDATE ON deliver_delivery FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pg_temp.observe();
"""
