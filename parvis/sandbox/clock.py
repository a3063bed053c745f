"""The sandbox's own time: posts, tokens, containers, limits and audience read no other clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

FASTEST = 100_000.0


class Clock:
    """Runs `speed` times as fast as the real one and can be put forward, never back.

    What it shows depends only on the real time and on what was set, so a sandbox that is started
    again with the same state finds its clock run on as if it had never stopped.
    """

    def __init__(self, speed: float = 1.0, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self.reset(speed)

    def reset(self, speed: float = 1.0) -> None:
        self._speed = _checked(speed)
        self._real_anchor = self._shown_anchor = self._wall()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._shown(), UTC)

    def advance(self, by: timedelta) -> None:
        if by < timedelta(0):
            raise ValueError("The clock of the sandbox only goes forward.")
        self._anchor(self._shown() + by.total_seconds(), self._speed)

    def set_speed(self, speed: float) -> None:
        self._anchor(self._shown(), _checked(speed))

    def to_json(self) -> dict[str, float]:
        return {
            "speed": self._speed,
            "real_anchor": self._real_anchor,
            "shown_anchor": self._shown_anchor,
        }

    def restore(self, stored: dict[str, Any]) -> None:
        self._speed = _checked(float(stored["speed"]))
        self._real_anchor = float(stored["real_anchor"])
        self._shown_anchor = float(stored["shown_anchor"])

    def _shown(self) -> float:
        return self._shown_anchor + (self._wall() - self._real_anchor) * self._speed

    def _anchor(self, shown: float, speed: float) -> None:
        self._real_anchor, self._shown_anchor, self._speed = self._wall(), shown, speed


def _checked(speed: float) -> float:
    if not 0 < speed <= FASTEST:
        raise ValueError(f"The speed must be more than 0 and at most {FASTEST:,.0f}.")
    return speed
