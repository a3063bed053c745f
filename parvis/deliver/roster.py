"""Which workers there are: each tells of itself every few seconds, by the database's clock."""

import json
import platform
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from parvis import __version__
from parvis.deliver.models import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign of life."""

    name: str
    roles: frozenset[str]
    in_hand: int
    counts: dict[str, Any]


def beat(sign: Sign) -> float:
    """Answers by how many seconds this host's clock is ahead of the database's."""
    given: dict[str, str | int | float] = {
        "name": sign.name,
        "host": platform.node(),
        "roles": json.dumps(sorted(sign.roles)),
        "version": __version__,
        "in_hand": sign.in_hand,
        "counts": json.dumps(sign.counts),
    }
    with connection.cursor() as cursor:
        asked = time.time()
        cursor.execute(_BEAT, {**given, "here": asked})
        return float(cursor.fetchone()[0])


def replace_lost(sign: Sign) -> int:
    """A worker that starts stands in for those of its kind that this host has lost. Who stopped in
    good order is forgotten after a day."""
    Worker.objects.filter(stopped_at__lt=Now() - timedelta(days=1)).delete()
    lost = silent_workers().filter(host=platform.node(), roles=sorted(sign.roles))
    return lost.exclude(name=sign.name).delete()[0]


def sign_off(name: str) -> None:
    """It ends in good order, and nobody will miss it."""
    Worker.objects.filter(name=name).update(stopped_at=Now(), in_hand=0)


def present_workers() -> QuerySet[Worker]:
    return Worker.objects.filter(beat_at__gt=_long_ago(), stopped_at=None)


def others_deliver(name: str) -> bool:
    """Whether anybody but this worker would take a batch."""
    return present_workers().filter(roles__contains=["deliver"]).exclude(name=name).exists()


def silent_workers() -> QuerySet[Worker]:
    """Lost, or cut off from the database."""
    return Worker.objects.filter(beat_at__lte=_long_ago(), stopped_at=None)


def _long_ago() -> CombinedExpression:
    return Now() - timedelta(seconds=settings.TERMS.silent)


# The statement's time and the host's are read as near to each other as can be; what the way to the
# database takes is a matter of milliseconds.
_BEAT = """
INSERT INTO deliver_worker
    (name, host, roles, version, started_at, beat_at, clock_ahead, in_hand, counts)
VALUES (%(name)s, %(host)s, %(roles)s::jsonb, %(version)s, clock_timestamp(), clock_timestamp(),
        %(here)s - extract(epoch FROM clock_timestamp()), %(in_hand)s, %(counts)s::jsonb)
ON CONFLICT (name) DO UPDATE
SET beat_at = excluded.beat_at, clock_ahead = excluded.clock_ahead, in_hand = excluded.in_hand,
    counts = excluded.counts, stopped_at = NULL
RETURNING clock_ahead
"""
