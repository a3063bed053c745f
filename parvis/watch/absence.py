"""Notices while the database is away: what could not be written down is told from memory."""

import threading
from dataclasses import dataclass, field

from parvis.watch.messages import Event
from parvis.watch.notices import REPEATED_HOURS
from parvis.watch.troubles import Severity, Trouble


@dataclass(slots=True)
class _Absence:
    trouble: Trouble
    looks: int = 1
    told: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    way: str
    event: Event
    trouble: Trouble


class AbsenceNotices:
    """Of one process alone: several watchdogs that lose the database each tell of it. Times are
    steady seconds."""

    def __init__(self) -> None:
        self._current: _Absence | None = None
        self._over: list[Untold] = []
        # One thread looks and another tells.
        self._lock = threading.Lock()

    def hear(self, trouble: Trouble | None) -> None:
        """What a look has found the database in; None when it does what it should."""
        with self._lock:
            current = self._current
            if current is None:
                self._current = _Absence(trouble) if trouble else None
            elif trouble is None:
                self._over += [_end_of(current, way) for way in current.told]
                self._current = None
            else:
                if _is_worse(trouble, current.trouble):
                    current.told.clear()
                current.trouble, current.looks = trouble, current.looks + 1

    def due(self, ways: tuple[str, ...], now: float) -> list[Untold]:
        """A beginning once two looks have seen it, and again every day; an end to whom it was
        told."""
        with self._lock:
            current = self._current
            if current is None or current.looks < 2:
                return list(self._over)
            beginnings = [_beginning_of(current, way, now) for way in ways]
            return [*self._over, *filter(None, beginnings)]

    def told(self, untold: Untold, now: float) -> None:
        with self._lock:
            if untold.event is Event.CLOSED:
                self._over = [each for each in self._over if each is not untold]
            elif self._current is not None:
                self._current.told[untold.way] = now
            else:
                # It ended while the beginning was on its way.
                self._over.append(
                    Untold(way=untold.way, event=Event.CLOSED, trouble=untold.trouble)
                )


def _beginning_of(absence: _Absence, way: str, now: float) -> Untold | None:
    told_at = absence.told.get(way)
    if told_at is None:
        return Untold(way=way, event=Event.OPENED, trouble=absence.trouble)
    if now - told_at >= REPEATED_HOURS * 3600:
        return Untold(way=way, event=Event.STILL, trouble=absence.trouble)
    return None


def _is_worse(now: Trouble, before: Trouble) -> bool:
    """Then it is told anew."""
    return now.severity == Severity.ERROR and before.severity != Severity.ERROR


def _end_of(absence: _Absence, way: str) -> Untold:
    return Untold(way=way, event=Event.CLOSED, trouble=absence.trouble)
