"""The figures that the metrics are made of, as the database has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parvis.config.terms import Terms
from parvis.watch.database import Cursor

UNSETTLED = ("scheduled", "claimed", "sending", "checking", "held", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`states` counts the deliveries that are not settled, `due` those whose time has come."""

    states: Mapping[str, int]
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """`bounds` are upper bounds in seconds with how many were not later, cumulative."""

    count: int = 0
    sum: float = 0.0
    bounds: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFigures:
    """What a worker told of itself; `outcomes` and `lateness` since its process began."""

    name: str
    host: str
    roles: tuple[str, ...]
    has_stopped: bool
    is_alive: bool
    beat_age: float
    in_hand: int
    clock_ahead: float
    outcomes: Mapping[str, int]
    lateness: Lateness


def read_counts(cursor: Cursor) -> Counts:
    cursor.execute(_STATES)
    states = {**dict.fromkeys(UNSETTLED, 0), **dict(cursor.fetchall())}
    cursor.execute(_DUE)
    row = cursor.fetchone()
    return Counts(states=states, due=row[0] if row else 0)


def read_worker_figures(cursor: Cursor, terms: Terms) -> list[WorkerFigures]:
    """Those that are there or lost, and those that stopped a moment ago, so that their last counts
    are still heard."""
    cursor.execute(_WORKERS, {"silent": f"{terms.silent} seconds"})
    return [_figures(row) for row in cursor.fetchall()]


def read_database_figures(cursor: Cursor) -> tuple[int, float]:
    """Its size in bytes, and its time in seconds since 1970."""
    cursor.execute(_DATABASE)
    row = cursor.fetchone()
    assert row is not None
    return row[0], row[1]


def _figures(row: tuple[Any, ...]) -> WorkerFigures:
    counts: dict[str, Any] = json.loads(row[8])
    lateness = counts.pop("lateness", {})
    return WorkerFigures(
        name=row[0],
        host=row[1],
        roles=tuple(row[2]),
        has_stopped=row[3],
        is_alive=row[4],
        beat_age=row[5],
        in_hand=row[6],
        clock_ahead=row[7],
        outcomes=counts,
        lateness=_lateness(lateness),
    )


def _lateness(told: Mapping[str, Any]) -> Lateness:
    bounds = {float(name): told[name] for name in told if name not in ("count", "sum")}
    return Lateness(
        count=told.get("count", 0),
        sum=told.get("sum", 0.0),
        bounds=tuple(sorted(bounds.items())),
    )


# One part for each partial index: none of them holds what is published.
_STATES = """
SELECT state, count(*) FROM deliver_delivery
WHERE state IN ('scheduled', 'checking') GROUP BY state
UNION ALL
SELECT state, count(*) FROM deliver_delivery
WHERE state IN ('claimed', 'sending') GROUP BY state
UNION ALL
SELECT state, count(*) FROM deliver_delivery
WHERE state IN ('held', 'refused', 'unknown') AND state <> 'refused' GROUP BY state
"""

_DUE = """
SELECT count(*) FROM deliver_delivery
WHERE state IN ('scheduled', 'checking') AND ready_at <= statement_timestamp()
"""

_WORKERS = """
SELECT name, host, ARRAY(SELECT jsonb_array_elements_text(roles)), stopped_at IS NOT NULL,
       stopped_at IS NULL AND beat_at > clock_timestamp() - %(silent)s::interval,
       extract(epoch FROM clock_timestamp() - beat_at)::float8, in_hand, clock_ahead, counts::text
FROM deliver_worker
WHERE stopped_at IS NULL OR stopped_at > clock_timestamp() - interval '10 minutes'
ORDER BY name
"""

_DATABASE = """
SELECT pg_database_size(current_database()), extract(epoch FROM clock_timestamp())::float8
"""
