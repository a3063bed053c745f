"""Checks of the work: is somebody sending, is anything late, does anything wait for a person."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.report.deciding import to_decide
from parvis.report.rail import living_workers
from parvis.upkeep.findings import Finding, fault, fine, warning

# A worker claims what is due within seconds; a look at a busy moment must not cry wolf.
LATE = timedelta(minutes=2)
# A job is a batch whose every call has a time-out; the engine's own sweep comes every 10 minutes.
STUCK = timedelta(minutes=15)


def examine_work() -> list[Finding]:
    return [*_about_workers(), *_about_late(), *_about_jobs(), *_about_deciding()]


def _about_workers() -> Iterator[Finding]:
    alive = living_workers().count()
    if alive:
        yield fine("workers", _("Workers alive: %(count)s."), count=alive)
    else:
        sentence = _("No worker is running: nothing goes out. Start `parvis up` or `parvis work`.")
        yield warning("workers", sentence)


def _about_late() -> Iterator[Finding]:
    waits = Q(account__waits_until__isnull=True) | Q(account__waits_until__lt=Now())
    late = Delivery.objects.filter(
        waits, state__in=(State.SCHEDULED, State.CHECKING), ready_at__lt=Now() - LATE
    ).count()
    if late:
        sentence = _(
            "%(count)s deliveries are late and nobody has taken them. If a worker is running, look "
            "into its log."
        )
        yield fault("late", sentence, count=late)
    else:
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
