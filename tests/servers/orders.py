"""The orders that wait in the proxy for requests they fit."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.servers.exchange import Seen
from tests.servers.fates import Fate


@dataclass(slots=True)
class Order:
    path_part: str
    method: str | None
    left: int | None
    fate: Fate


class Orders:
    """Written by the test's thread, taken by the proxy's."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []
        self._lock = threading.Lock()

    def add(self, path_part: str, method: str | None, times: int | None, fate: Fate) -> None:
        with self._lock:
            self._waiting.append(Order(path_part, method, times, fate))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, seen: Seen) -> Fate | None:
        """The fate of the first order that fits, which then counts one time less."""
        with self._lock:
            for order in self._waiting:
                if seen.fits(order.path_part, order.method):
                    self._use(order)
                    return order.fate
        return None

    def _use(self, order: Order) -> None:
        if order.left is None:
            return
        order.left -= 1
        if order.left <= 0:
            self._waiting.remove(order)
