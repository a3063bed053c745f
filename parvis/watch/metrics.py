"""The figures of an installation in Prometheus' format, read from the database when asked for.

Counters are kept per worker process and carry its name, which is never used twice: a process that
starts anew begins a new series at zero, and `rate` and `increase` are right without our adding
anything up. What is settled is never counted from the table of deliveries.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from parvis import __version__
from parvis.watch.database import Cursor, DatabaseInTrouble, database_asked
from parvis.watch.figures import (
    WorkerFigures,
    read_counts,
    read_database_figures,
    read_worker_figures,
)
from parvis.watch.here import view_here
from parvis.watch.troubles import DATABASE_SLOW, Trouble
from parvis.watch.work import read_backlog

# Counts of a huge backlog take longer than a watchdog's look.
PATIENCE_SECONDS = 5.0
ROLES = ("clock", "deliver", "collect")


def exposition(accept: str) -> tuple[str, str]:
    """The content type that suits the asker, and the text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Installation())
    encode, content_type = choose_encoder(accept)
    return content_type, encode(registry).decode()


class _Installation(Collector):
    """Without the database there is little to tell, and that little is told."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("parvis_info", "The version of these pages.", {__version__: 1}, "version")
        try:
            with database_asked(PATIENCE_SECONDS) as cursor:
                families = list(_from_the_database(cursor))
        except DatabaseInTrouble as met:
            answers = int(met.trouble.code == DATABASE_SLOW)
            yield _single("parvis_database_up", "Whether the database answers.", answers)
        else:
            yield _single("parvis_database_up", "Whether the database answers.", 1)
            yield from families
        if view := view_here():
            yield _troubles(view.troubles)


def _from_the_database(cursor: Cursor) -> Iterator[Metric]:
    yield from _about_deliveries(cursor)
    yield from _about_workers(cursor)
    size, theirs = read_database_figures(cursor)
    yield _single("parvis_database_size_bytes", "Size of the database on its disk.", size)
    yield _single(
        "parvis_clock_ahead_seconds",
        "How far this host's clock is ahead of the database's.",
        time.time() - theirs,
    )


def _about_deliveries(cursor: Cursor) -> Iterator[Metric]:
    counts = read_counts(cursor)
    yield _gauge("parvis_deliveries", "Deliveries that are not settled.", counts.states, "state")
    yield _single("parvis_deliveries_due", "Deliveries whose time has come.", counts.due)
    backlog = read_backlog(cursor, settings.TERMS)
    waited = backlog.now - (backlog.overdue_since or backlog.now)
    yield _single(
        "parvis_deliveries_overdue",
        "Deliveries that nobody has taken for longer than usual, though nothing keeps them.",
        backlog.overdue,
    )
    yield _single(
        "parvis_overdue_seconds", "How long the oldest of them waits.", waited.total_seconds()
    )
    yield _single(
        "parvis_deliveries_held_late", "Held, because they would have been late.", backlog.held_late
    )


def _about_workers(cursor: Cursor) -> Iterator[Metric]:
    told = read_worker_figures(cursor, settings.TERMS)
    here = [worker for worker in told if not worker.has_stopped]
    yield _gauge("parvis_workers", "Workers that are alive.", _living_by_role(here), "role")
    yield _per_worker(
        "beat_age_seconds", "Seconds since its last sign of life.", here, lambda w: w.beat_age
    )
    yield _per_worker("in_hand", "Deliveries that it works on.", here, lambda w: w.in_hand)
    yield _per_worker(
        "clock_ahead_seconds",
        "How far its host's clock is ahead of the database's.",
        here,
        lambda w: w.clock_ahead,
    )
    yield _outcomes(told)
    yield _lateness(told)


def _living_by_role(workers: Iterable[WorkerFigures]) -> dict[str, int]:
    counts = dict.fromkeys(ROLES, 0)
    for worker in workers:
        for role in worker.roles if worker.is_alive else ():
            counts[role] = counts.get(role, 0) + 1
    return counts


def _outcomes(workers: Iterable[WorkerFigures]) -> Metric:
    family = CounterMetricFamily(
        "parvis_outcomes", "What became of attempts and look-ups.", labels=["worker", "outcome"]
    )
    for worker in workers:
        for outcome, count in worker.outcomes.items():
            family.add_metric([worker.name, outcome], count)
    return family


def _lateness(workers: Iterable[WorkerFigures]) -> Metric:
    family = HistogramMetricFamily(
        "parvis_lateness_seconds",
        "From the due time of a delivery to its first attempt.",
        labels=["worker"],
    )
    for worker in workers:
        if worker.lateness.bounds:
            buckets = [(str(bound), count) for bound, count in worker.lateness.bounds]
            buckets.append(("+Inf", worker.lateness.count))
            family.add_metric([worker.name], buckets, worker.lateness.sum)
    return family


def _troubles(troubles: Iterable[Trouble]) -> Metric:
    family = GaugeMetricFamily(
        "parvis_troubles", "What is wrong, by its code.", labels=["code", "severity"]
    )
    counts = Counter((trouble.code, trouble.severity.value) for trouble in troubles)
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family


def _per_worker(
    name: str,
    told: str,
    workers: Iterable[WorkerFigures],
    value: Callable[[WorkerFigures], float],
) -> Metric:
    family = GaugeMetricFamily(f"parvis_worker_{name}", told, labels=["worker", "host"])
    for worker in workers:
        family.add_metric([worker.name, worker.host], value(worker))
    return family


def _gauge(name: str, told: str, values: Mapping[str, float], label: str) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)
