"""The gaps in which a worker can die: between claim, attempt, call and settle, and within."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Gap(StrEnum):
    CLAIMED = "claimed, not handed over"
    HANDED_OVER = "handed over, not taken on"
    TAKEN = "taken on, no attempt yet"
    ABOUT_TO_WRITE = "prepared, no attempt yet"
    WRITTEN = "attempt written, not called"
    CALLING = "within the call"
    ANSWERED = "answered, not settled"
    SETTLED = "settled"
    LOOKING_UP = "before a look-up"
    LOOKED_UP = "looked up, not settled"


class Ill(StrEnum):
    """What a worker does to itself: `freeze` waits for somebody to wake it."""

    DIE = "die"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class StopPoint:
    """`passage` counts from 1: the first one, the second …"""

    gap: Gap
    ill: Ill
    passage: int = 1

    def __str__(self) -> str:
        return f"{self.ill}: {self.gap}"


def stop_at(stop: StopPoint, hits: Path) -> None:
    """From now on; once."""
    _WRAPPING[stop.gap](_Stop(stop, hits))


def read_hits(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


class _Stop:
    def __init__(self, stop: StopPoint, hits: Path) -> None:
        self._stop = stop
        self._hits = hits
        self._left = stop.passage
        self._counting = threading.Lock()

    def is_due(self) -> bool:
        """Counts a passage."""
        with self._counting:
            self._left -= 1
            return self._left == 0

    def strike(self) -> None:
        with self._hits.open("a") as out:
            out.write(f"{self._stop}\n")
        number = signal.SIGKILL if self._stop.ill is Ill.DIE else signal.SIGSTOP
        os.kill(os.getpid(), number)

    def pass_by(self) -> None:
        if self.is_due():
            self.strike()


def _after_claiming(stop: _Stop) -> None:
    from parvis.deliver import claims

    claims.take_due = _then(claims.take_due, stop, only_if_any=True)


def _before_taking(stop: _Stop) -> None:
    """A worker that ticks takes what it claims; what it hands over is taken by others."""
    from parvis.deliver import claims
    from parvis.deliver.courier import Courier

    claims.take = _first(claims.take, stop)
    Courier.begin = _first(Courier.begin, stop)


def _after_taking(stop: _Stop) -> None:
    from parvis.deliver import claims
    from parvis.deliver.courier import Courier

    claims.take = _then(claims.take, stop, only_if_any=True)
    Courier.begin = _then(Courier.begin, stop, only_if_any=True)


def _before_writing(stop: _Stop) -> None:
    from parvis.deliver import ledger

    ledger.write_attempts = _first(ledger.write_attempts, stop)


def _after_writing(stop: _Stop) -> None:
    from parvis.deliver import ledger

    ledger.write_attempts = _then(ledger.write_attempts, stop, only_if_any=True)


def _while_calling(stop: _Stop) -> None:
    """A moment after the call has begun: the request is on its way, or there already."""

    def around(publish: Callable[..., Any]) -> Callable[..., Any]:
        async def wrapped(*given: Any, **named: Any) -> Any:
            if stop.is_due():
                asyncio.get_running_loop().call_later(_MOMENT, stop.strike)
            return await publish(*given, **named)

        return wrapped

    _wrap_networks("publish", around)


def _before_settling(stop: _Stop) -> None:
    from parvis.deliver import ledger

    ledger.settle = _first(ledger.settle, stop)


def _after_settling(stop: _Stop) -> None:
    from parvis.deliver import ledger

    ledger.settle = _then(ledger.settle, stop, only_if_any=True)


def _before_looking_up(stop: _Stop) -> None:
    _wrap_networks("look_up", lambda look_up: _first_async(look_up, stop))


def _after_looking_up(stop: _Stop) -> None:
    _wrap_networks("look_up", lambda look_up: _then_async(look_up, stop))


def _first(done: Callable[..., Any], stop: _Stop) -> Callable[..., Any]:
    def wrapped(*given: Any, **named: Any) -> Any:
        stop.pass_by()
        return done(*given, **named)

    return wrapped


def _then(done: Callable[..., Any], stop: _Stop, *, only_if_any: bool) -> Callable[..., Any]:
    def wrapped(*given: Any, **named: Any) -> Any:
        result = done(*given, **named)
        if result or not only_if_any:
            stop.pass_by()
        return result

    return wrapped


def _first_async(done: Callable[..., Any], stop: _Stop) -> Callable[..., Any]:
    async def wrapped(*given: Any, **named: Any) -> Any:
        stop.pass_by()
        return await done(*given, **named)

    return wrapped


def _then_async(done: Callable[..., Any], stop: _Stop) -> Callable[..., Any]:
    async def wrapped(*given: Any, **named: Any) -> Any:
        result = await done(*given, **named)
        stop.pass_by()
        return result

    return wrapped


def _wrap_networks(name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    from parvis.config.reach import all_networks

    for network in all_networks().values():
        setattr(network, name, around(getattr(network, name)))


_MOMENT = 0.004
_WRAPPING: dict[Gap, Callable[[_Stop], None]] = {
    Gap.CLAIMED: _after_claiming,
    Gap.HANDED_OVER: _before_taking,
    Gap.TAKEN: _after_taking,
    Gap.ABOUT_TO_WRITE: _before_writing,
    Gap.WRITTEN: _after_writing,
    Gap.CALLING: _while_calling,
    Gap.ANSWERED: _before_settling,
    Gap.SETTLED: _after_settling,
    Gap.LOOKING_UP: _before_looking_up,
    Gap.LOOKED_UP: _after_looking_up,
}
