"""What the frame around every page tells: how much waits for a person, and whether anyone sends."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateWorker

from parvis.people.models import Workspace
from parvis.report.deciding import to_decide, to_reconnect

# A worker tells the database every 10 seconds that it is there.
SILENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """`to_decide` counts deliveries and accounts that wait for a person."""

    to_decide: int
    somebody_sends: bool


def rail_of(workspace: Workspace) -> Rail:
    waiting = to_decide(workspace).count() + to_reconnect(workspace).count()
    return Rail(to_decide=waiting, somebody_sends=somebody_sends())


def somebody_sends() -> bool:
    return living_workers().exists()


def living_workers() -> QuerySet[ProcrastinateWorker]:
    """Those that have shown a sign of life within the last minute."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - SILENCE)
