"""Lets disasters and the sandbox's faults happen in their time, and undoes them again."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psutil
import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from tests.faults import clocks
from tests.faults.crew import Worker, stop_points
from tests.faults.disasters import Disaster, Kind, Order
from tests.faults.place import Place

_FROZEN_LEASES = 1.5
"""For how many leases a worker stays frozen that has stopped itself."""


class Misfortune:
    """`befallen` counts what has happened."""

    def __init__(
        self,
        *,
        place: Place,
        workers: Sequence[Worker],
        disasters: Sequence[Disaster],
        orders: Sequence[Order],
        seed: int,
    ) -> None:
        self._place = place
        self._workers = workers
        self._disasters = list(reversed(disasters))
        self._orders = list(reversed(orders))
        self._ordered: list[Order] = []
        self._stops = stop_points(seed)
        self._mending: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._asleep: set[str] = set()
        self._unspent: list[dict[str, Any]] = []
        self.befallen: Counter[str] = Counter()

    def begin(self) -> None:
        for worker in self._workers:
            worker.start(next(self._stops))

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
            worker.kill()
            worker.start(next(self._stops))
        elif worker.is_frozen and worker.name not in self._asleep:
            self._put_to_sleep(worker, now, _FROZEN_LEASES * settings.TERMS.lease)

    def _put_to_sleep(self, worker: Worker, now: float, seconds: float) -> None:
        def wake() -> None:
            self._asleep.discard(worker.name)
            worker.wake()

        self._asleep.add(worker.name)
        self._mend(now + seconds, wake)

    def _befall(self, disaster: Disaster, now: float) -> None:
        begun = self._begun(disaster, now)
        if begun:
            self.befallen[disaster.kind] += 1

    def _begun(self, disaster: Disaster, now: float) -> bool:
        worker = None if disaster.worker is None else self._workers[disaster.worker]
        until = now + disaster.seconds
        match disaster.kind:
            case Kind.KILLED if worker:
                worker.kill()
            case Kind.FROZEN if worker:
                if worker.has_ended or worker.name in self._asleep:
                    return False
                worker.freeze()
                self._put_to_sleep(worker, now, disaster.seconds)
            case Kind.CUT if worker:
                worker.link.cut()
                self._mend(until, worker.link.heal)
            case Kind.SILENT if worker:
                worker.link.silence()
                self._mend(until, worker.link.heal)
            case Kind.WORKER_CLOCK if worker:
                worker.set_clock(disaster.by)
                self._mend(until, lambda: worker.set_clock(0.0))
            case Kind.DATABASE_CLOCK:
                self._mend(until, _set_database_right)
                return move_database_clock(disaster.by)
            case Kind.NETWORK_CLOCK:
                self._place.sandbox.advance(disaster.by)
            case _:
                return self._hurt_postgres(disaster.kind)
        return True

    def _hurt_postgres(self, kind: Kind) -> bool:
        postmaster = self._place.postmaster()
        if postmaster is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            if kind is Kind.POSTGRES_RESTARTED:
                postmaster.send_signal(signal.SIGINT)
            elif kind is Kind.POSTGRES_KILLED:
                postmaster.kill()
            else:
                return _kill_backend(postmaster)
            return True
        return False

    def _mend(self, at: float, mend: Callable[[], None]) -> None:
        heapq.heappush(self._mending, (at, next(self._number), mend))


def _kill_backend(postmaster: psutil.Process) -> bool:
    """One that serves a worker: PostgreSQL then throws all of them out and recovers."""
    for child in postmaster.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if " parvis parvis " in " ".join(child.cmdline()):
                child.kill()
                return True
    return False


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
