"""What time it is now, where a host's clock may be minutes off.

Whoever knows a better clock says by how much this host's is ahead of it: a worker compares with
the database's. Deadlines within one process are counted by `seconds_of_this_machine`, which no
change of the date touches.
"""

import time
from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    return datetime.now(UTC) - _ahead


def set_clock_ahead(seconds: float) -> None:
    global _ahead
    _ahead = timedelta(seconds=seconds)


def seconds_of_this_machine() -> float:
    """Counts on while the machine sleeps, as the leases in a database elsewhere do."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
