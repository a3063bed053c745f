"""One look without a watchdog: for the doctor, for cron, and for a process that has none."""

import platform
import time

from django.conf import settings

from parvis.watch import ledger
from parvis.watch.database import DatabaseInTrouble, database_asked
from parvis.watch.space import examine_space
from parvis.watch.troubles import Trouble, worst_first
from parvis.watch.work import clock_apart, examine_work


def look_once() -> tuple[Trouble, ...]:
    """What is wrong now, and what watchdogs noticed that one look cannot. Changes nothing."""
    host = platform.node()
    here = examine_space(settings.INSTALLATION, host)
    try:
        return _merged(_asked(host), here)
    except DatabaseInTrouble as away:
        return _merged([away.trouble], here)


def _asked(host: str) -> list[Trouble]:
    with database_asked() as cursor:
        noticed = ledger.read_open(cursor, settings.TERMS)
        seen = examine_work(cursor, settings.TERMS)
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        row = cursor.fetchone()
        ahead = time.time() - (row[0] if row else time.time())
        return [*noticed, *seen, *clock_apart(host, ahead)]


def _merged(*several: list[Trouble]) -> tuple[Trouble, ...]:
    """Of the same trouble, what was seen last."""
    return worst_first({trouble.key: trouble for one in several for trouble in one}.values())
