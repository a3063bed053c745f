"""Clocks that jump: the wall's and the database's, held against one that only goes forward."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parvis.watch.troubles import DATABASE_CLOCK_JUMPED, HOST_CLOCK_JUMPED, Severity, Trouble

# Network time corrects less than this without a word.
JUMP_SECONDS = 5.0
TOLD_FOR_SECONDS = 15 * 60.0


def steady_seconds() -> float:
    """Goes on while the machine sleeps, where the system has such a clock: a laptop that was shut
    has not had its clock moved."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boottime) if boottime is not None else time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Of this machine. Tests wind their own."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = steady_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All clocks at one moment, within `blur` seconds. `database` is None while it is away."""

    wall: float
    steady: float
    database: float | None = None
    blur: float = 0.0


class JumpWatch:
    """Compares each reading with the one before, and keeps telling of a jump for a while."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._before: Reading | None = None
        self._database_before: Reading | None = None
        self._jumps: dict[str, tuple[float, Trouble]] = {}

    def hear(self, now: Reading) -> list[Trouble]:
        for jump in self._jumps_until(now):
            self._jumps[jump.code] = (now.steady, jump)
        self._before = now
        if now.database is not None:
            self._database_before = now
        return [jump for at, jump in self._jumps.values() if now.steady - at < TOLD_FOR_SECONDS]

    def _jumps_until(self, now: Reading) -> Iterator[Trouble]:
        if self._before is not None:
            passed = now.steady - self._before.steady
            yield from self._host_jumped(now.wall, now.wall - self._before.wall - passed)
        before = self._database_before
        if before is not None and before.database is not None and now.database is not None:
            jumped = now.database - before.database - (now.steady - before.steady)
            yield from _database_jumped(now, jumped, before.blur + now.blur)

    def _host_jumped(self, wall: float, seconds: float) -> Iterator[Trouble]:
        if abs(seconds) > JUMP_SECONDS:
            yield Trouble(
                code=HOST_CLOCK_JUMPED,
                severity=Severity.WARNING,
                subject=self._host,
                since=moment_of(wall),
                facts={"host": self._host, "seconds": round(seconds)},
            )


def _database_jumped(now: Reading, seconds: float, blur: float) -> Iterator[Trouble]:
    if abs(seconds) > JUMP_SECONDS + blur:
        yield Trouble(
            code=DATABASE_CLOCK_JUMPED,
            severity=Severity.ERROR,
            since=moment_of(now.database or now.wall),
            facts={"seconds": round(seconds)},
        )


def moment_of(seconds: float) -> datetime:
    """A clock may be set to anything, also to what no calendar has."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(max(seconds, 0), 2.5e11))
