"""Pages tell the time by the database's clock, which decides what is due: a web process learns how
far this host's is off, as a worker does with every sign of life."""

import logging
import threading
import time

from django.db import Error as DatabaseError
from django.db import connection

from parvis.deliver.verbs import database_now
from parvis.networks.present import set_clock_ahead

log = logging.getLogger("parvis.web")

EVERY_SECONDS = 20.0


def follow_the_databases_clock() -> None:
    """For as long as the process lives, beside what it answers."""
    threading.Thread(target=keep_comparing, name="clock", daemon=True).start()


def keep_comparing(stop: threading.Event | None = None, every: float = EVERY_SECONDS) -> None:
    stop = stop or threading.Event()
    while True:
        _compare_if_it_answers()
        if stop.wait(every):
            return


def compare() -> None:
    """What the way to the database takes is counted half."""
    asked = time.time()
    theirs = database_now().timestamp()
    set_clock_ahead((asked + time.time()) / 2 - theirs)


def _compare_if_it_answers() -> None:
    """What was learnt last holds while the database is away."""
    try:
        compare()
    except (DatabaseError, OSError) as error:
        log.debug("the clocks could not be compared: %s", type(error).__name__)
    finally:
        connection.close()
