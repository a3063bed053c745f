"""The watchdog: looks every few seconds, remembers what it saw, and has it told.

It runs in a thread of a process that does not deliver, so a worker's death cannot touch it. Looking
never waits for a mail server, and telling never for a look: they are two threads.
"""

import logging
import platform
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from os import getpid

from django.conf import settings

from parvis.config.terms import Terms
from parvis.watch import hooks, ledger, letters, notices
from parvis.watch.absence import AbsenceNotices
from parvis.watch.clocks import Clocks, JumpWatch, Reading, moment_of
from parvis.watch.database import Database, DatabaseInTrouble
from parvis.watch.phrases import heading_of
from parvis.watch.space import examine_space
from parvis.watch.troubles import (
    DATABASE_SLOW,
    HOST_CLOCK_JUMPED,
    OF_THE_DATABASE,
    Severity,
    Trouble,
    worst_first,
)
from parvis.watch.work import clock_apart, examine_work

log = logging.getLogger("parvis.watch")

# As long as no look gets through, nobody knows whether what is due is sent.
SLOW_FOR_LONG_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a watchdog saw at its last look. `looked_at` is in steady seconds."""

    looked_at: float
    troubles: tuple[Trouble, ...]


class Watchdog:
    """`look` and `tell` do one round each; `run` does them until it is told to stop."""

    def __init__(
        self,
        *,
        clocks: Clocks | None = None,
        terms: Terms | None = None,
        database: Database | None = None,
        telling_database: Database | None = None,
    ) -> None:
        self.host = platform.node()
        self.name = f"{self.host}:{getpid()}:{secrets.token_hex(4)}"[-120:]
        self.view: View | None = None
        self._clocks = clocks or Clocks()
        self._terms = terms or settings.TERMS
        self._database = database or Database()
        self._telling_database = telling_database or Database()
        self._jumps = JumpWatch(self.host)
        self._absence = AbsenceNotices()
        self._away_since: datetime | None = None
        self._last_through = self._clocks.steady()
        self._looks_in_vain = 0
        self._language = ""

    def look(self) -> View:
        before = self._clocks.steady()
        here = examine_space(settings.INSTALLATION, self.host)
        try:
            troubles = self._seen_with_database(before, here)
            self._absence.hear(None)
            self._away_since = None
            self._last_through, self._looks_in_vain = before, 0
        except DatabaseInTrouble as away:
            troubles = self._seen_without_database(away.trouble, here)
        view = View(looked_at=self._clocks.steady(), troubles=worst_first(troubles))
        self._log_changes(view)
        self.view = view
        return view

    def tell(self) -> None:
        """Sends the notices that are due. What fails is tried again at a later call."""
        for untold in self._absence.due(settings.ALERTS.ways, self._clocks.steady()):
            language = self._language or settings.ALERTS.language or settings.LANGUAGE_CODE
            if not notices.send(untold.way, untold.event, untold.trouble, language):
                self._absence.told(untold, self._clocks.steady())
        try:
            notices.tell_what_is_due(self._telling_database, self._terms)
            letters.write_what_is_due(self._telling_database)
            hooks.call_what_is_due(self._telling_database)
        except DatabaseInTrouble:
            return

    def run(self, stop: threading.Event) -> None:
        """The first look comes after a pause: a worker that starts beside us is not missing yet."""
        telling = threading.Thread(
            target=self._repeat, args=(self.tell, stop), name="notices", daemon=True
        )
        telling.start()
        self._repeat(self.look, stop)

    def close(self) -> None:
        """Lets go of the database, until the next round."""
        self._database.close()
        self._telling_database.close()

    def _repeat(self, round_: Callable[[], object], stop: threading.Event) -> None:
        while not stop.wait(ledger.look_every(self._terms)):
            try:
                round_()
            except Exception:
                # A watchdog that dies of what it sees would be missed the most.
                log.exception("the watchdog met a defect")

    def _seen_with_database(self, before: float, here: list[Trouble]) -> list[Trouble]:
        with self._database.asked() as cursor:
            theirs = ledger.look_recorded(cursor, self.name, self.host).timestamp()
            reading = self._reading(before, theirs)
            seen = [
                *here,
                *self._jumps.hear(reading),
                *clock_apart(self.host, reading.wall - theirs),
                *examine_work(cursor, self._terms),
            ]
            self._language = notices.language_of_notices(cursor)
            return ledger.settle(cursor, seen, self._terms)

    def _seen_without_database(self, trouble: Trouble, here: list[Trouble]) -> list[Trouble]:
        reading = self._reading(self._clocks.steady(), None)
        self._away_since = self._away_since or moment_of(reading.wall)
        self._looks_in_vain += 1
        trouble = replace(
            trouble, since=self._away_since, severity=self._severity_of(trouble, reading)
        )
        self._absence.hear(trouble)
        told = [trouble] if self._is_worth_telling(trouble) else []
        return [*told, *here, *self._jumps.hear(reading), *self._not_known_to_be_over(here)]

    def _is_worth_telling(self, trouble: Trouble) -> bool:
        """A busy machine is slow for a moment: of that, one look says nothing."""
        return trouble.code != DATABASE_SLOW or self._looks_in_vain > 1

    def _severity_of(self, trouble: Trouble, reading: Reading) -> Severity:
        in_vain = reading.steady - self._last_through
        is_long = trouble.code == DATABASE_SLOW and in_vain > SLOW_FOR_LONG_SECONDS
        return Severity.ERROR if is_long else trouble.severity

    def _not_known_to_be_over(self, here: list[Trouble]) -> list[Trouble]:
        """What the database told of before it went away."""
        known = self.view.troubles if self.view else ()
        seen_anew = {trouble.code for trouble in here} | OF_THE_DATABASE | {HOST_CLOCK_JUMPED}
        return [trouble for trouble in known if trouble.code not in seen_anew]

    def _reading(self, before: float, database: float | None) -> Reading:
        wall, steady = self._clocks.wall(), self._clocks.steady()
        return Reading(wall=wall, steady=steady, database=database, blur=steady - before)

    def _log_changes(self, view: View) -> None:
        before = {trouble.key: trouble for trouble in self.view.troubles} if self.view else {}
        now = {trouble.key: trouble for trouble in view.troubles}
        for key in now.keys() - before.keys():
            level = logging.ERROR if now[key].severity == Severity.ERROR else logging.WARNING
            log.log(level, "trouble began: %s", heading_of(now[key]), extra=_facts(now[key]))
        for key in before.keys() - now.keys():
            log.info("trouble is over: %s", heading_of(before[key]), extra=_facts(before[key]))


def _facts(trouble: Trouble) -> dict[str, str]:
    return {"trouble": trouble.code, "subject": trouble.subject, "severity": trouble.severity}
