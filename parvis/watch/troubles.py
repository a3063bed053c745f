"""What can be wrong with an installation, as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# What the database itself is in for. While it lasts nothing can be kept in it.
DATABASE_AWAY = "database-away"
DATABASE_SLOW = "database-slow"
DATABASE_REFUSES = "database-refuses"
DATABASE_FULL = "database-full"
DATABASE_READ_ONLY = "database-read-only"
OTHER_TABLES = "other-tables"
OF_THE_DATABASE = frozenset(
    {
        DATABASE_AWAY,
        DATABASE_SLOW,
        DATABASE_REFUSES,
        DATABASE_FULL,
        DATABASE_READ_ONLY,
        OTHER_TABLES,
    }
)

OVERDUE = "overdue"
NO_WORKER = "no-worker"
NO_CLOCK = "no-clock"
NO_DELIVERER = "no-deliverer"
NO_COLLECTOR = "no-collector"
WORKER_SILENT = "worker-silent"
CLOCK_APART = "clock-apart"
HOST_CLOCK_JUMPED = "host-clock-jumped"
DATABASE_CLOCK_JUMPED = "database-clock-jumped"
LITTLE_SPACE = "little-space"
HELD_LATE = "held-late"
TO_DECIDE = "to-decide"
UNWATCHED = "unwatched"
# A person must act on each of their deliveries: one more is told anew.
TOLD_AGAIN_WHEN_MORE = frozenset({HELD_LATE, TO_DECIDE})
# Over within seconds when a machine starts: nobody is called before that time is up.
MAY_BE_STARTING = frozenset({NO_WORKER, NO_CLOCK, NO_DELIVERER, NO_COLLECTOR})


class Severity(StrEnum):
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`code` is stable, and with `subject` (which host, which worker) names the trouble. `facts`
    are plain JSON and name no account. `since` is None where only the noticing has a time."""

    code: str
    severity: Severity
    subject: str = ""
    since: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.subject


def worst_first(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    return tuple(sorted(troubles, key=lambda each: (each.severity != Severity.ERROR, each.key)))


def status_of(troubles: Iterable[Trouble]) -> str:
    """ "ok", or the severity of the worst."""
    severities = {trouble.severity for trouble in troubles}
    if Severity.ERROR in severities:
        return "error"
    return "warning" if severities else "ok"
