"""Checks of the work: what a watchdog would tell, and whether somebody would hear it."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from parvis.deliver.roster import present_workers
from parvis.people.models import Workspace
from parvis.report.deciding import to_decide
from parvis.upkeep.findings import Finding, Weight, fine, warning
from parvis.watch import ledger, notices, troubles
from parvis.watch.once import look_once
from parvis.watch.phrases import heading_of, sentence_of
from parvis.watch.troubles import Severity, Trouble

# A job is a batch whose every call has a time-out; the engine's own sweep comes every 10 minutes.
STUCK = timedelta(minutes=15)

# What the doctor finds by himself: he looks deeper, or without the database.
TOLD_ELSEWHERE = frozenset({troubles.LITTLE_SPACE, troubles.TO_DECIDE})
_CHECKS = {
    troubles.NO_WORKER: "workers",
    troubles.NO_CLOCK: "workers",
    troubles.NO_DELIVERER: "workers",
    troubles.NO_COLLECTOR: "workers",
    troubles.WORKER_SILENT: "workers",
    troubles.OVERDUE: "late",
    troubles.HELD_LATE: "late",
}


def examine_work() -> list[Finding]:
    found = [_found(trouble) for trouble in look_once() if trouble.code not in TOLD_ELSEWHERE]
    return [
        *found,
        *_what_is_well(found),
        *_about_jobs(),
        *_about_deciding(),
        *_about_watching(),
        *_about_notices(),
    ]


def _found(trouble: Trouble) -> Finding:
    weight = Weight.FAULT if trouble.severity == Severity.ERROR else Weight.WARNING
    return Finding(
        check=_CHECKS.get(trouble.code, trouble.code),
        weight=weight,
        template="%(heading)s. %(sentence)s",
        facts={
            "heading": heading_of(trouble),
            "sentence": sentence_of(trouble),
            "code": trouble.code,
            "since": trouble.since,
            **trouble.facts,
        },
    )


def _what_is_well(found: Iterable[Finding]) -> Iterator[Finding]:
    wrong = {finding.check for finding in found}
    if "workers" not in wrong:
        yield fine("workers", _("Workers alive: %(count)s."), count=present_workers().count())
    if "late" not in wrong:
        yield fine("late", _("Nothing is late."))


def _about_jobs() -> Iterator[Finding]:
    """Deliveries do not depend on such a job: their lease lapses and another worker takes them."""
    stuck = (
        ProcrastinateJob.objects.filter(status="doing")
        .filter(Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - STUCK))
        .count()
    )
    if stuck:
        sentence = _(
            "%(count)s jobs were left behind by lost workers. A running worker clears them within "
            "ten minutes."
        )
        yield warning("stuck-jobs", sentence, count=stuck)
    else:
        yield fine("stuck-jobs", _("No job was left behind."))


def _about_deciding() -> Iterator[Finding]:
    waiting = sum(to_decide(workspace).count() for workspace in Workspace.objects.all())
    if waiting:
        sentence = _(
            "%(count)s deliveries wait for a person: `parvis posts --state to-decide` lists them."
        )
        yield warning("to-decide", sentence, count=waiting)
    else:
        yield fine("to-decide", _("Nothing waits for a person."))


def _about_watching() -> Iterator[Finding]:
    """Nothing to warn of while nothing runs: then `workers` says so."""
    with connection.cursor() as cursor:
        is_watched = ledger.is_watched(cursor, settings.TERMS)
    if is_watched:
        yield fine("watchdog", _("A watchdog looks every few seconds."))
    elif present_workers().exists():
        sentence = _(
            "Workers run and no watchdog looks after them. `parvis up` and `parvis web` have one; "
            "elsewhere run `parvis watch`."
        )
        yield warning("watchdog", sentence)
    else:
        yield fine("watchdog", _("No watchdog runs, and no worker either."))


def _about_notices() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        failures = notices.failures(cursor)
    for way, problem in failures:
        sentence = _(
            "The last notice by %(way)s did not arrive (%(problem)s). `parvis watch --test` tries "
            "every way that is set up."
        )
        yield warning("notices", sentence, way=way, problem=problem)
    if not failures:
        ways = ", ".join(settings.ALERTS.ways)
        told = _("Troubles are told by: %(ways)s.") if ways else _NOBODY_IS_TOLD
        yield fine("notices", told, ways=ways)


_NOBODY_IS_TOLD = _(
    "Troubles show on the pages alone. PARVIS_ALERT_EMAIL or PARVIS_ALERT_WEBHOOK has them told."
)
