"""The troubles that watchdogs have in common: which are open, since when, and which are over.

Each watchdog writes down what it sees. What none has seen for a while is over, so that none needs
to know what another looks at.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from parvis.config.terms import Terms
from parvis.watch.database import Cursor
from parvis.watch.troubles import TOLD_AGAIN_WHEN_MORE, Severity, Trouble

KEPT_DAYS = 30


def look_recorded(cursor: Cursor, watcher: str, host: str) -> datetime:
    """Writes this watchdog's row, which also shows that the database can write. Answers its time.

    Raises what psycopg raises when it cannot.
    """
    cursor.execute(_LOOK, {"name": watcher, "host": host})
    row = cursor.fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def settle(cursor: Cursor, seen: Iterable[Trouble], terms: Terms) -> list[Trouble]:
    """Keeps what was seen, ends what nobody sees any more, and answers what is open now."""
    told = json.dumps([_row(trouble) for trouble in seen])
    cursor.execute(_KEEP, {"seen": told, "counted": list(TOLD_AGAIN_WHEN_MORE)})
    cursor.execute(_END, {"forget": f"{forget_seconds(terms)} seconds"})
    cursor.execute(_TIDY, {"days": KEPT_DAYS})
    return read_open(cursor, terms)


def read_open(cursor: Cursor, terms: Terms) -> list[Trouble]:
    """Without those that were left open when the last watchdog ended."""
    cursor.execute(_OPEN, {"forget": f"{forget_seconds(terms)} seconds"})
    return [
        Trouble(
            code=code,
            subject=subject,
            severity=Severity(severity),
            facts=json.loads(facts),
            since=since,
        )
        for code, subject, severity, facts, since in cursor.fetchall()
    ]


def is_watched(cursor: Cursor, terms: Terms) -> bool:
    """Whether any watchdog has looked of late."""
    cursor.execute(_WATCHED, {"forget": f"{forget_seconds(terms)} seconds"})
    row = cursor.fetchone()
    return bool(row and row[0])


def look_every(terms: Terms) -> float:
    return terms.beat


def forget_seconds(terms: Terms) -> float:
    """Two looks that were missed, and a bit: a look may be slow."""
    return 2.5 * look_every(terms) + 1.0


def _row(trouble: Trouble) -> dict[str, object]:
    return {
        "code": trouble.code,
        "subject": trouble.subject,
        "severity": trouble.severity,
        "facts": dict(trouble.facts),
        "since": trouble.since and trouble.since.isoformat(),
        "count": trouble.facts.get("count", 0),
    }


_LOOK = """
INSERT INTO watch_watcher (name, host, started_at, looked_at)
VALUES (%(name)s, %(host)s, clock_timestamp(), clock_timestamp())
ON CONFLICT (name) DO UPDATE SET looked_at = clock_timestamp()
RETURNING looked_at
"""

# In one order, so that two watchdogs never wait for each other crosswise.
_KEEP = """
INSERT INTO watch_kepttrouble AS t
    (code, subject, severity, facts, since, count, rises, opened_at, seen_at)
SELECT code, subject, severity, facts, coalesce(since, clock_timestamp()), count, 0,
       clock_timestamp(), clock_timestamp()
FROM jsonb_to_recordset(%(seen)s::jsonb)
    AS s(code text, subject text, severity text, facts jsonb, since timestamptz, count int)
ORDER BY code, subject
ON CONFLICT (code, subject) WHERE closed_at IS NULL DO UPDATE
SET seen_at = excluded.seen_at, severity = excluded.severity, facts = excluded.facts,
    since = least(t.since, excluded.since), count = excluded.count,
    rises = t.rises + (
        t.code = ANY(%(counted)s) AND excluded.count > t.count
        OR t.severity = 'warning' AND excluded.severity = 'error')::int
"""

# A time far ahead was written by a clock that has been set back since.
_END = """
UPDATE watch_kepttrouble SET closed_at = clock_timestamp()
WHERE closed_at IS NULL
  AND abs(extract(epoch FROM clock_timestamp() - seen_at))
      > extract(epoch FROM %(forget)s::interval)
"""

_TIDY = """
WITH watchers AS (
    DELETE FROM watch_watcher WHERE looked_at < clock_timestamp() - interval '1 day'
), notices AS (
    DELETE FROM watch_notice n USING watch_kepttrouble t
    WHERE n.trouble_id = t.id AND t.closed_at < clock_timestamp() - make_interval(days => %(days)s)
)
DELETE FROM watch_kepttrouble t
WHERE t.closed_at < clock_timestamp() - make_interval(days => %(days)s)
  AND NOT EXISTS (SELECT 1 FROM watch_notice n WHERE n.trouble_id = t.id)
"""

_OPEN = """
SELECT code, subject, severity, facts::text, since FROM watch_kepttrouble
WHERE closed_at IS NULL AND seen_at > clock_timestamp() - %(forget)s::interval
ORDER BY severity, code, subject
"""

_WATCHED = """
SELECT EXISTS (SELECT 1 FROM watch_watcher
               WHERE looked_at > clock_timestamp() - %(forget)s::interval)
"""
