"""The watchdog of this process, and what is known here of troubles without asking anybody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from parvis.watch import ledger
from parvis.watch.clocks import steady_seconds
from parvis.watch.troubles import UNWATCHED, Severity, Trouble
from parvis.watch.watchdog import View, Watchdog

# Looks that may be missing before the watchdog itself is taken for stuck.
MISSED_LOOKS = 6
SECONDS_FOR_A_LOOK = 5.0

_here: Watchdog | None = None


@contextmanager
def watching(dog: Watchdog | None = None) -> Iterator[Watchdog]:
    """A watchdog of this process's own looks and tells until the end of the block."""
    global _here
    stop = threading.Event()
    dog = dog or Watchdog()
    thread = threading.Thread(target=dog.run, args=(stop,), name="watchdog", daemon=True)
    thread.start()
    _here = dog
    try:
        yield dog
    finally:
        _here = None
        stop.set()
        thread.join(timeout=SECONDS_FOR_A_LOOK)
        dog.close()


def view_here() -> View | None:
    """None where no watchdog runs in this process, or it has not looked yet. One that is stuck is
    itself a trouble."""
    view = _here.view if _here else None
    if view is None:
        return None
    stuck_after = MISSED_LOOKS * ledger.look_every(settings.TERMS) + 10.0
    if steady_seconds() - view.looked_at < stuck_after:
        return view
    unwatched = Trouble(code=UNWATCHED, severity=Severity.ERROR)
    return View(looked_at=view.looked_at, troubles=(unwatched, *view.troubles))
