"""Who is told what: each beginning and each end once by every way, whoever noticed it.

The row of a notice is claimed before it is sent, by one statement. A watchdog that dies in between
leaves a lease behind that lapses, and another tells it: rather twice than never.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from parvis.config.terms import Terms
from parvis.watch.database import Cursor, Database
from parvis.watch.ledger import look_every
from parvis.watch.messages import Event, Message
from parvis.watch.troubles import MAY_BE_STARTING, Severity, Trouble
from parvis.watch.ways import NotTold, tell

log = logging.getLogger("parvis.watch")

# Longer than all that is claimed at once may take: AT_ONCE times the time-out of a way.
LEASE_SECONDS = 60
AT_ONCE = 4
LONGEST_PAUSE_SECONDS = 15 * 60
REPEATED_HOURS = 24
MORE_IS_TOLD_AFTER_MINUTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A notice that is ours to send."""

    notice_id: int
    way: str
    event: Event
    trouble: Trouble


def tell_what_is_due(database: Database, terms: Terms) -> int:
    """Answers how many notices were sent. Raises DatabaseInTrouble."""
    if not settings.ALERTS.ways:
        return 0
    with database.asked() as cursor:
        language = language_of_notices(cursor)
        due = list(claim(cursor, settings.ALERTS.ways, terms))
    problems = [send(each.way, each.event, each.trouble, language) for each in due]
    if due:
        with database.asked() as cursor:
            for each, problem in zip(due, problems, strict=True):
                _write_down(cursor, each, problem, terms)
    return problems.count("")


def claim(cursor: Cursor, ways: tuple[str, ...], terms: Terms) -> Iterator[Due]:
    cursor.execute(
        _CLAIM,
        {
            "ways": list(ways),
            "held": f"{look_every(terms) * 0.8} seconds",
            "starting": list(MAY_BE_STARTING),
            "started": f"{terms.silent} seconds",
            "repeated": f"{REPEATED_HOURS} hours",
            "more": f"{MORE_IS_TOLD_AFTER_MINUTES} minutes",
            "lease": f"{LEASE_SECONDS} seconds",
            "limit": AT_ONCE,
        },
    )
    for row in cursor.fetchall():
        yield Due(
            notice_id=row[0],
            way=row[1],
            event=Event(row[2]),
            trouble=Trouble(
                code=row[3],
                subject=row[4],
                severity=Severity(row[5]),
                facts=json.loads(row[6]),
                since=row[7],
            ),
        )


def language_of_notices(cursor: Cursor) -> str:
    """The one that was set, else the desk's."""
    if settings.ALERTS.language:
        return str(settings.ALERTS.language)
    cursor.execute("SELECT language FROM people_workspace ORDER BY id LIMIT 1")
    row = cursor.fetchone()
    return str(row[0]) if row else str(settings.LANGUAGE_CODE)


def send(way: str, event: Event, trouble: Trouble, language: str) -> str:
    """Answers why it did not get there, as a code; empty when it did."""
    message = Message(event=event, trouble=trouble, desk=_desk())
    about = {"way": way, "notice": event.value, "trouble": trouble.code}
    try:
        with translation.override(language):
            tell(way, message, settings.ALERTS)
    except NotTold as error:
        log.warning("a notice did not arrive", extra={**about, "code": error.code})
        return error.code
    log.info("a notice was sent", extra=about)
    return ""


def failures(cursor: Cursor) -> list[tuple[str, str]]:
    """The ways whose last notice has not got there, with the code of why."""
    cursor.execute(_FAILURES)
    return [(way, problem) for way, problem in cursor.fetchall()]


def _desk() -> str:
    return str(settings.INSTALLATION.public_url or settings.INSTALLATION.local_url)


def _write_down(cursor: Cursor, due: Due, problem: str, terms: Terms) -> None:
    if problem:
        pause = {"first": look_every(terms), "longest": LONGEST_PAUSE_SECONDS}
        cursor.execute(_FAILED, {"id": due.notice_id, "problem": problem, **pause})
    else:
        cursor.execute(_SENT, {"id": due.notice_id})


# A beginning is told once two looks have seen it, or once a worker would have started; an end only
# to those who heard of the beginning.
_CLAIM = """
WITH due AS (
    SELECT id, 'opened' AS event, 0 AS number, opened_at AS at FROM watch_kepttrouble
    WHERE closed_at IS NULL AND seen_at >= opened_at
        + CASE WHEN code = ANY(%(starting)s) THEN %(started)s ELSE %(held)s END::interval
    UNION ALL
    SELECT id, 'still', number, opened_at FROM (
        SELECT t.*, t.rises + CASE WHEN t.severity = 'error' THEN
            floor(extract(epoch FROM clock_timestamp() - t.opened_at)
                  / extract(epoch FROM %(repeated)s::interval))::int ELSE 0 END AS number
        FROM watch_kepttrouble t WHERE t.closed_at IS NULL) t
    WHERE number > 0
    UNION ALL
    SELECT id, 'closed', 0, closed_at FROM watch_kepttrouble
    WHERE closed_at > clock_timestamp() - %(repeated)s::interval
), wanted AS (
    SELECT d.*, w.way FROM due d CROSS JOIN unnest(%(ways)s::text[]) AS w(way)
    LEFT JOIN watch_notice n
        ON (n.trouble_id, n.event, n.number, n.way) = (d.id, d.event, d.number, w.way)
    WHERE (n.id IS NULL OR n.sent_at IS NULL AND n.lease_until < clock_timestamp())
      AND (d.event = 'opened' OR EXISTS (
          SELECT 1 FROM watch_notice o WHERE o.trouble_id = d.id AND o.event = 'opened'
            AND o.way = w.way AND o.sent_at IS NOT NULL))
      AND (d.event <> 'still' OR NOT EXISTS (
          SELECT 1 FROM watch_notice o WHERE o.trouble_id = d.id AND o.way = w.way
            AND (o.event, o.number) <> ('still', d.number)
            AND o.sent_at > clock_timestamp() - %(more)s::interval))
    ORDER BY d.at, d.id, d.event, w.way LIMIT %(limit)s
), claimed AS (
    INSERT INTO watch_notice AS n (trouble_id, event, number, way, lease_until, tries, problem)
    SELECT id, event, number, way, clock_timestamp() + %(lease)s::interval, 1, '' FROM wanted
    ORDER BY id, event, number, way
    ON CONFLICT (trouble_id, event, number, way) DO UPDATE
    SET lease_until = excluded.lease_until, tries = n.tries + 1
    WHERE n.sent_at IS NULL AND n.lease_until < clock_timestamp()
    RETURNING n.id, n.way, n.event, n.trouble_id
)
SELECT c.id, c.way, c.event, t.code, t.subject, t.severity, t.facts::text, t.since
FROM claimed c JOIN watch_kepttrouble t ON t.id = c.trouble_id
ORDER BY c.id
"""

_SENT = "UPDATE watch_notice SET sent_at = clock_timestamp(), problem = '' WHERE id = %(id)s"

# Again with the next look, then more seldom.
_FAILED = """
UPDATE watch_notice
SET problem = %(problem)s, lease_until = clock_timestamp() + make_interval(
        secs => least(%(first)s * (power(2, least(tries, 20) - 1) - 0.5), %(longest)s))
WHERE id = %(id)s
"""

_FAILURES = """
SELECT way, problem FROM (
    SELECT DISTINCT ON (way) way, problem, sent_at FROM watch_notice
    WHERE problem <> '' OR sent_at IS NOT NULL
    ORDER BY way, coalesce(sent_at, lease_until) DESC) last
WHERE sent_at IS NULL ORDER BY way
"""
