"""Lets disasters and the sandbox's faults happen in their time, and undoes them again."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psutil
import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.db.models import Q

from parvis.deliver.models import Delivery, Happened
from parvis.deliver.states import FINAL, LEASED
from parvis.deliver.verbs import database_now
from tests.faults import clocks
from tests.faults.crew import Worker
from tests.faults.disasters import Disaster, Kind, Order
from tests.faults.gaps import StopPoint
from tests.faults.place import Place

FROZEN_LEASES = (1.2, 1.8)
"""For how many leases a worker stays frozen that has stopped itself: at least, and at most while
others have not brought to its end what it had in its hands."""


class Misfortune:
    """`befallen` counts what has happened."""

    def __init__(
        self,
        *,
        place: Place,
        workers: Sequence[Worker],
        disasters: Sequence[Disaster],
        orders: Sequence[Order],
        stops: Iterator[StopPoint | None],
        frozen_leases: tuple[float, float] = FROZEN_LEASES,
    ) -> None:
        self._place = place
        self._workers = workers
        self._disasters = list(reversed(disasters))
        self._orders = list(reversed(orders))
        self._ordered: list[Order] = []
        self._stops = stops
        self._frozen_leases = frozen_leases
        self._stopped_itself: dict[str, float] = {}
        self._mending: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._asleep: set[str] = set()
        self._unspent: list[dict[str, Any]] = []
        self.befallen: Counter[str] = Counter()

    def begin(self) -> None:
        for worker in self._workers:
            worker.start(next(self._stops))
        for worker in self._workers:
            worker.wait_until_at_work()

    def strike(self, now: float) -> None:
        """Everything whose time has come; `now` is in seconds from the start."""
        while self._mending and self._mending[0][0] <= now:
            heapq.heappop(self._mending)[2]()
        while self._orders and self._orders[-1].at <= now:
            self._order(self._orders.pop())
        while self._disasters and self._disasters[-1].at <= now:
            self._befall(self._disasters.pop(), now)
        for worker in self._workers:
            self._look_after(worker, now)

    def keep_alive(self) -> None:
        for worker in self._workers:
            if worker.has_ended:
                worker.refuse_to_go_on()
                worker.kill()
                worker.start()

    def end(self) -> None:
        """From here on everything works."""
        while self._mending:
            heapq.heappop(self._mending)[2]()
        self._unspent = self._place.sandbox.standing_orders()
        self._place.sandbox.forget_orders()
        for worker in self._workers:
            worker.link.heal()
            worker.wake()
            if worker.has_orders or worker.has_ended:
                worker.kill()
                worker.start()

    def faults(self) -> Counter[str]:
        """What the sandbox was told to let happen, and requests came by for."""
        told: Counter[str] = Counter()
        for each in self._ordered:
            told[f"{each.fault} on {each.on}"] += each.more["times"]
        for left in self._unspent:
            told[f"{left['fault']} on {left['on']}"] -= left["times"] - left["befallen"]
        return +told

    def _order(self, order: Order) -> None:
        self._place.sandbox.order(order.network, order.fault, order.on, **order.more)
        self._ordered.append(order)

    def _look_after(self, worker: Worker, now: float) -> None:
        if worker.has_ended:
            self._asleep.discard(worker.name)
            self._stopped_itself.pop(worker.name, None)
            worker.kill()
            worker.start(next(self._stops))
        elif worker.is_frozen and worker.name not in self._asleep:
            self._wake_in_time(worker, now, self._stopped_itself.setdefault(worker.name, now))

    def _wake_in_time(self, worker: Worker, now: float, since: float) -> None:
        least, most = (each * settings.TERMS.lease for each in self._frozen_leases)
        if now > since + most or (now > since + least and not _is_left_lying()):
            del self._stopped_itself[worker.name]
            worker.wake()

    def _wake_later(self, worker: Worker, at: float) -> None:
        def wake() -> None:
            self._asleep.discard(worker.name)
            worker.wake()

        self._asleep.add(worker.name)
        self._mend(at, wake)

    def _befall(self, disaster: Disaster, now: float) -> None:
        if self._begun(disaster, now):
            self.befallen[disaster.kind] += 1

    def _begun(self, disaster: Disaster, now: float) -> bool:
        """False when there was nothing to hurt: it is away already."""
        until = now + disaster.seconds
        if disaster.worker is not None:
            return self._befall_worker(self._workers[disaster.worker], disaster, until)
        if disaster.kind is Kind.DATABASE_CLOCK:
            self._mend(until, _set_database_right)
            return move_database_clock(disaster.by)
        if disaster.kind is Kind.NETWORK_CLOCK:
            self._place.sandbox.advance(disaster.by)
            return True
        postmaster = self._place.postmaster()
        return postmaster is not None and _hurt_postgres(postmaster, disaster.kind)

    def _befall_worker(self, worker: Worker, disaster: Disaster, until: float) -> bool:
        if worker.has_ended or worker.name in self._asleep:
            return False
        if disaster.kind is Kind.FROZEN:
            worker.freeze()
            self._wake_later(worker, until)
            return True
        begin, mend = _ON_A_WORKER[disaster.kind]
        begin(worker, disaster)
        if mend:
            self._mend(until, lambda: mend(worker))
        return True

    def _mend(self, at: float, mend: Callable[[], None]) -> None:
        heapq.heappush(self._mending, (at, next(self._number), mend))


_ON_A_WORKER: dict[
    Kind, tuple[Callable[[Worker, Disaster], None], Callable[[Worker], None] | None]
] = {
    Kind.KILLED: (lambda worker, _: worker.kill(), None),
    Kind.CUT: (lambda worker, _: worker.link.cut(), lambda worker: worker.link.heal()),
    Kind.SILENT: (lambda worker, _: worker.link.silence(), lambda worker: worker.link.heal()),
    Kind.WORKER_CLOCK: (
        lambda worker, disaster: worker.set_clock(disaster.by),
        lambda worker: worker.set_clock(0.0),
    ),
}


def _hurt_postgres(postmaster: psutil.Process, kind: Kind) -> bool:
    try:
        if kind is Kind.BACKEND_KILLED:
            return _kill_backend(postmaster)
        ending = signal.SIGINT if kind is Kind.POSTGRES_RESTARTED else signal.SIGKILL
        postmaster.send_signal(ending)
    except psutil.NoSuchProcess:
        return False
    return True


def _kill_backend(postmaster: psutil.Process) -> bool:
    """One that serves a worker: PostgreSQL then throws all of them out and recovers."""
    for child in postmaster.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if " parvis parvis " in " ".join(child.cmdline()):
                child.kill()
                return True
    return False


def _is_left_lying() -> bool:
    """Whether something of a lost worker has not been brought to its end by another."""
    taken_over = Q(events__kind=Happened.TAKEN_OVER) & ~Q(state__in=FINAL)
    try:
        lapsed = Q(state__in=LEASED, lease_until__lt=database_now())
        return Delivery.objects.filter(lapsed | taken_over).exists()
    except (DatabaseError, psycopg.Error):
        close_old_connections()
        return True


def move_database_clock(wrong_by: float) -> bool:
    """Whether the database was there to be told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(clocks.MOVE_DATABASE, [wrong_by])
    except (DatabaseError, psycopg.Error):
        close_old_connections()
        return False
    return True


def _set_database_right() -> None:
    deadline = time.monotonic() + 30.0
    while not move_database_clock(0.0) and time.monotonic() < deadline:
        time.sleep(0.2)
