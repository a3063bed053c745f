"""Record keys: TIDs, 13 characters of sortable base32 (AT Protocol, "Record Key" and "TID")."""

import secrets
import threading
import time

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_LENGTH = 13
_CLOCK_BITS = 10


class KeyClock:
    """Makes keys that never repeat in this process: 53 bits of microseconds, 10 bits of chance.

    The chance tells processes apart that make a key in the same microsecond.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new_key(self) -> str:
        moment = self._next_microsecond()
        return _encode(moment << _CLOCK_BITS | secrets.randbelow(1 << _CLOCK_BITS))

    def _next_microsecond(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            return self._last


def _encode(number: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
