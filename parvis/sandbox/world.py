"""What all the networks of one sandbox have in common."""

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parvis.sandbox.clock import Clock
from parvis.sandbox.faults import Faults
from parvis.sandbox.shelf import Shelf
from parvis.sandbox.storage import Storage

_EPOCH = datetime(2010, 11, 4, tzinfo=UTC)
_CALLS_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """A request that came to a network. `status` is None when no answer left."""

    network: str
    method: str
    path: str
    purpose: str
    at: datetime
    status: int | None
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


class World:
    def __init__(self, *, seed: int = 1, state: Path | None = None, speed: float = 1.0) -> None:
        self.seed = seed
        self.clock = Clock(speed)
        self.faults = Faults()
        self.calls: deque[SeenCall] = deque(maxlen=_CALLS_KEPT)
        self._speed = speed
        self._storage = Storage(state)
        self._shelves: dict[str, Shelf] = {}
        self._quirks: dict[str, dict[str, bool]] = {}
        self._last_snowflake = 0
        self._take_up()

    def close(self) -> None:
        self._storage.close()

    def shelf(self, network: str) -> Shelf:
        if network not in self._shelves:
            self._shelves[network] = Shelf(self._storage, network)
        return self._shelves[network]

    def reset(self) -> None:
        """Forgets everything that happened. The networks must settle in anew afterwards."""
        self._storage.clear()
        self._quirks = {}
        self.faults.clear()
        self.calls.clear()
        self.clock.reset(self._speed)
        self.keep_clock()
        for shelf in self._shelves.values():
            shelf.load()

    def quirk(self, network: str, name: str, usual: bool) -> bool:
        return self._quirks.get(network, {}).get(name, usual)

    def set_quirk(self, network: str, name: str, on: bool) -> None:
        self._quirks.setdefault(network, {})[name] = on
        self._storage.put("", "quirks", "quirks", self._quirks)

    def keep_clock(self) -> None:
        """Call it after each change of the clock."""
        self._storage.put("", "clock", "clock", self.clock.to_json())

    def next_snowflake(self) -> int:
        """Milliseconds since the end of 2010, 22 bits up: unique and growing, over restarts too
        (the sandbox's clock never goes back)."""
        millis = int((self.clock.now() - _EPOCH).total_seconds() * 1000)
        self._last_snowflake = max(self._last_snowflake + 1, millis << 22)
        return self._last_snowflake

    def _take_up(self) -> None:
        for stored in self._storage.read("", "quirks"):
            self._quirks = stored
        stored_clocks = list(self._storage.read("", "clock"))
        if stored_clocks:
            self.clock.restore(stored_clocks[0])
        else:
            self.keep_clock()
