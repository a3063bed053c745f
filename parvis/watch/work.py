"""What the database tells of the work: is somebody at it, is anything left lying, who must decide.

Three statements, none of which reads what is settled: a desk with a million posts behind it is
examined as quickly as a new one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from parvis.config.terms import Terms
from parvis.watch import troubles
from parvis.watch.database import Cursor
from parvis.watch.troubles import Severity, Trouble

CLOCK_APART_SECONDS = 60.0
# A host that was taken away after it had failed is no news for ever; that nobody does its work is.
SILENCE_IS_NEWS = timedelta(days=1)
DOERS = {"clock": troubles.NO_CLOCK, "deliver": troubles.NO_DELIVERER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A worker as its row tells. `is_replaced`: another of the same host and roles began after it
    had fallen silent."""

    name: str
    host: str
    roles: frozenset[str]
    beat_at: datetime
    clock_ahead: float
    has_stopped: bool
    is_silent: bool
    is_replaced: bool

    @property
    def is_alive(self) -> bool:
        return not self.has_stopped and not self.is_silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """`overdue` deliveries could be at work and nobody has taken them, the oldest since
    `overdue_since`. `pending` says whether anything at all is still to be done."""

    now: datetime
    overdue: int
    overdue_since: datetime | None
    pending: bool
    held_late: int
    to_decide: int


def examine_work(cursor: Cursor, terms: Terms) -> list[Trouble]:
    backlog = read_backlog(cursor, terms)
    hands = read_hands(cursor, terms)
    return [
        *_about_overdue(backlog, hands, terms),
        *_about_roles(backlog, hands, terms),
        *_about_silent(backlog, hands),
        *_about_clocks(hands),
        *_about_deciding(backlog),
    ]


def read_hands(cursor: Cursor, terms: Terms) -> list[Hand]:
    cursor.execute(_HANDS, {"silent": timedelta(seconds=terms.silent)})
    return [_hand(row) for row in cursor.fetchall()]


def read_backlog(cursor: Cursor, terms: Terms) -> Backlog:
    cursor.execute(
        _BACKLOG,
        {
            "patience": timedelta(seconds=patience_of(terms)),
            "order": timedelta(seconds=terms.order),
        },
    )
    row = cursor.fetchone()
    assert row is not None
    return Backlog(
        now=row[0],
        overdue=row[1],
        overdue_since=row[2],
        pending=row[3],
        held_late=row[4],
        to_decide=row[5],
    )


def patience_of(terms: Terms) -> float:
    """How long a due delivery may lie, in seconds: a lost worker's work is taken over by then."""
    return terms.silent + 2 * terms.beat


def _about_overdue(backlog: Backlog, hands: Sequence[Hand], terms: Terms) -> Iterator[Trouble]:
    """Workers that are at it and behind are less of a trouble, until they are far behind."""
    if not backlog.overdue or backlog.overdue_since is None:
        return
    far_behind = timedelta(seconds=patience_of(terms) + terms.under_way)
    is_worked_on = {"clock", "deliver"} <= _living_roles(hands)
    waited = backlog.now - backlog.overdue_since
    yield Trouble(
        code=troubles.OVERDUE,
        severity=Severity.WARNING if is_worked_on and waited < far_behind else Severity.ERROR,
        since=backlog.overdue_since,
        facts={"count": backlog.overdue, "seconds": round(waited.total_seconds())},
    )


def _about_roles(backlog: Backlog, hands: Sequence[Hand], terms: Terms) -> Iterator[Trouble]:
    """A worker that is being started again has fallen away for a moment only."""
    missing = {"clock", "deliver", "collect"} - _living_roles(hands)
    for code, roles in _codes_of_missing(missing):
        gone_at = max((hand.beat_at for hand in hands if hand.roles & roles), default=None)
        if gone_at and timedelta(0) <= backlog.now - gone_at < timedelta(seconds=terms.silent):
            continue
        matters = backlog.pending and code != troubles.NO_COLLECTOR
        severity = Severity.ERROR if matters else Severity.WARNING
        yield Trouble(code=code, severity=severity, since=gone_at)


def _codes_of_missing(missing: set[str]) -> Iterator[tuple[str, set[str]]]:
    """Nobody at all is one trouble, not three."""
    if {"clock", "deliver"} <= missing:
        yield troubles.NO_WORKER, {"clock", "deliver"}
        return
    for role in sorted(missing):
        yield DOERS.get(role, troubles.NO_COLLECTOR), {role}


def _about_silent(backlog: Backlog, hands: Sequence[Hand]) -> Iterator[Trouble]:
    alive = _living_roles(hands)
    for hand in hands:
        if not hand.is_silent or hand.is_replaced or backlog.now - hand.beat_at > SILENCE_IS_NEWS:
            continue
        yield Trouble(
            code=troubles.WORKER_SILENT,
            severity=Severity.WARNING if hand.roles <= alive else Severity.ERROR,
            subject=hand.name,
            since=hand.beat_at,
            facts={"host": hand.host, "roles": sorted(hand.roles)},
        )


def _about_clocks(hands: Sequence[Hand]) -> Iterator[Trouble]:
    """One for each host, whichever of its workers is furthest off."""
    furthest: dict[str, float] = {}
    for hand in hands:
        if hand.is_alive and abs(hand.clock_ahead) > abs(furthest.get(hand.host, 0.0)):
            furthest[hand.host] = hand.clock_ahead
    for host, seconds in furthest.items():
        yield from clock_apart(host, seconds)


def clock_apart(host: str, seconds: float) -> Iterator[Trouble]:
    if abs(seconds) > CLOCK_APART_SECONDS:
        facts = {"host": host, "seconds": round(seconds)}
        code, severity = troubles.CLOCK_APART, Severity.WARNING
        yield Trouble(code=code, severity=severity, subject=host, facts=facts)


def _about_deciding(backlog: Backlog) -> Iterator[Trouble]:
    for code, count in (
        (troubles.HELD_LATE, backlog.held_late),
        (troubles.TO_DECIDE, backlog.to_decide),
    ):
        if count:
            yield Trouble(code=code, severity=Severity.WARNING, facts={"count": count})


def _living_roles(hands: Sequence[Hand]) -> frozenset[str]:
    return frozenset(role for hand in hands if hand.is_alive for role in hand.roles)


def _hand(row: tuple[Any, ...]) -> Hand:
    return Hand(
        name=row[0],
        host=row[1],
        roles=frozenset(row[2]),
        beat_at=row[3],
        clock_ahead=row[4],
        has_stopped=row[5],
        is_silent=row[6],
        is_replaced=row[7],
    )


# A worker that stopped in good order counts for when its role was last seen, for a day.
_HANDS = """
WITH told AS (
    SELECT w.*, w.stopped_at IS NULL AND w.beat_at < clock_timestamp() - %(silent)s AS is_silent
    FROM deliver_worker w
)
SELECT w.name, w.host, ARRAY(SELECT jsonb_array_elements_text(w.roles)),
       greatest(w.beat_at, w.stopped_at), w.clock_ahead, w.stopped_at IS NOT NULL, w.is_silent,
       w.is_silent AND EXISTS (
           SELECT 1 FROM told n
           WHERE n.host = w.host AND n.roles = w.roles AND n.stopped_at IS NULL AND NOT n.is_silent
             AND n.started_at > w.beat_at)
FROM told w
WHERE w.stopped_at IS NULL OR w.stopped_at > clock_timestamp() - interval '1 day'
ORDER BY w.name
"""

# Of an account, one delivery goes after the other: those that wait for one that is being worked on
# or looked up lie rightly, for as long as an order is kept. A lease that has lapsed keeps nobody.
# The least of an index is asked for where EXISTS would be tempted to read the table until it finds.
_BACKLOG = """
WITH now AS MATERIALIZED (
    SELECT statement_timestamp() AS at, statement_timestamp() - %(patience)s AS late
), waiting AS (
    SELECT d.ready_at AS since
    FROM deliver_delivery d JOIN connections_account a ON a.id = d.account_id, now
    WHERE d.state IN ('scheduled', 'checking') AND d.ready_at < now.late
      AND (d.lease_until IS NULL OR d.lease_until < now.late)
      AND a.state = 'connected' AND (a.waits_until IS NULL OR a.waits_until < now.late)
      AND NOT (d.state = 'scheduled' AND EXISTS (
          SELECT 1 FROM deliver_delivery b
          WHERE b.account_id = d.account_id AND b.state IN ('checking', 'claimed', 'sending')
            AND (b.lease_until > now.late OR b.state = 'checking' AND b.ready_at > now.late)
            AND coalesce(b.began_at, b.due_at) > now.at - %(order)s))
), left_behind AS (
    SELECT d.lease_until AS since FROM deliver_delivery d, now
    WHERE d.state IN ('claimed', 'sending') AND d.lease_until < now.late
), overdue AS (
    SELECT since FROM waiting UNION ALL SELECT since FROM left_behind
)
SELECT (SELECT at FROM now), (SELECT count(*) FROM overdue), (SELECT min(since) FROM overdue),
       coalesce(
           (SELECT min(ready_at) FROM deliver_delivery WHERE state IN ('scheduled', 'checking')),
           (SELECT min(lease_until) FROM deliver_delivery WHERE state IN ('claimed', 'sending'))
       ) IS NOT NULL,
       (SELECT count(*) FROM deliver_delivery
        WHERE state IN ('held', 'refused', 'unknown') AND state = 'held'
          AND reason_code = 'too-late'),
       (SELECT count(*) FROM deliver_delivery
        WHERE state IN ('held', 'refused', 'unknown') AND state = 'unknown')
"""
