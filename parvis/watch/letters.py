"""What single people asked to be told of by e-mail: each thing once, in their own language.

A thing is claimed for a person by one statement before the letter leaves. A letter that does not
arrive is tried again, more and more seldom. Whoever was written to a moment ago is not written to
again at once: what happens meanwhile is gathered.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.utils import translation

from parvis.watch.database import Cursor, Database
from parvis.watch.letter_words import Letter, Thing
from parvis.watch.ways import NotTold, send_letter

log = logging.getLogger("parvis.watch")

GATHERED_MINUTES = 10
PEOPLE_AT_ONCE = 4
THINGS_AT_ONCE = 500
LEASE_SECONDS = 60
SETTINGS_PAGE = "/settings/notifications/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    user_id: int
    email: str
    name: str
    language: str


def write_what_is_due(database: Database) -> int:
    """Answers how many letters left. Raises DatabaseInTrouble."""
    if settings.ALERTS.mail_server is None:
        return 0
    with database.asked() as cursor:
        claimed = list(_claimed(cursor))
    sent = [reader for reader, things in claimed if _sent(reader, things)]
    if sent:
        with database.asked() as cursor:
            _write_down(cursor, [(r, things) for r, things in claimed if r in sent])
    return len(sent)


def _claimed(cursor: Cursor) -> Iterable[tuple[Reader, tuple[Thing, ...]]]:
    cursor.execute(
        _CLAIM,
        {
            "gathered": f"{GATHERED_MINUTES} minutes",
            "people": PEOPLE_AT_ONCE,
            "things": THINGS_AT_ONCE,
            "lease": LEASE_SECONDS,
        },
    )
    rows = [
        (Reader(**dict(zip(_READER, row, strict=False))), _thing(row)) for row in cursor.fetchall()
    ]
    for reader, of_one in groupby(rows, key=lambda row: row[0]):
        yield reader, tuple(thing for _, thing in of_one)


def _thing(row: Sequence[object]) -> Thing:
    what, network, handle, text, moment, out, coming, waiting = row[len(_READER) :]
    return Thing(
        what=str(what),
        network=str(network),
        handle=str(handle),
        text=str(text),
        day=str(moment),
        went_out=int(str(out)),
        coming=int(str(coming)),
        waiting=int(str(waiting)),
    )


def _sent(reader: Reader, things: tuple[Thing, ...]) -> bool:
    desk = str(settings.INSTALLATION.public_url or settings.INSTALLATION.local_url)
    page = f"{desk}{SETTINGS_PAGE}" if desk else ""
    try:
        with translation.override(reader.language):
            letter = Letter(name=reader.name, things=things, desk=desk, settings_page=page)
            send_letter(
                settings.ALERTS, [reader.email], letter.subject, letter.body, unsubscribe=page
            )
    except NotTold as error:
        log.warning("a letter did not arrive", extra={"user": reader.user_id, "code": error.code})
        return False
    return True


def _write_down(cursor: Cursor, sent: Iterable[tuple[Reader, tuple[Thing, ...]]]) -> None:
    for reader, things in sent:
        told = {"user": reader.user_id, "whats": [thing.what for thing in things]}
        cursor.execute(_SENT, told)


_READER = ("user_id", "email", "name", "language")

# What a person did themselves, as a pause, is not told to them. Old rows of `told` stay: they are
# what keeps a thing from being told twice.
_CLAIM = """
WITH reader AS (
    SELECT u.id, u.email, u.name, u.language, w.waiting, w.refused, w.lapsing, w.daily_hour,
           m.workspace_id, clock_timestamp() AT TIME ZONE s.time_zone AS local
    FROM people_mailwishes w
    JOIN people_user u ON u.id = w.user_id AND u.is_active
    JOIN people_membership m ON m.user_id = u.id
    JOIN people_workspace s ON s.id = m.workspace_id
    WHERE NOT EXISTS (SELECT 1 FROM people_told t
                      WHERE t.user_id = u.id
                        AND t.sent_at > clock_timestamp() - %(gathered)s::interval)
), stuck AS (
    SELECT d.id, d.workspace_id, d.state, d.fence, d.reason_code, d.account_id,
           coalesce(d.parts -> 0 ->> 'text', '') AS text
    FROM deliver_delivery d JOIN compose_post p ON p.id = d.post_id
    WHERE d.state IN ('held', 'refused', 'unknown') AND p.deleted_at IS NULL
      AND NOT (d.state = 'refused' AND (d.set_aside_at IS NOT NULL
               OR d.settled_at < clock_timestamp() - interval '7 days'))
      AND NOT (d.state = 'held' AND d.reason_code IN ('paused', 'disconnected'))
), thing AS (
    SELECT r.id AS user_id,
           CASE d.state WHEN 'refused' THEN 'refused:' || d.id
                        ELSE d.state || ':' || d.id || ':' || d.fence END AS what,
           a.network, a.handle, left(d.text, 120) AS text, '' AS day,
           0 AS went_out, 0 AS coming, 0 AS waiting
    FROM reader r JOIN stuck d ON d.workspace_id = r.workspace_id
    JOIN connections_account a ON a.id = d.account_id
    WHERE CASE d.state WHEN 'refused' THEN r.refused ELSE r.waiting END
    UNION ALL
    SELECT r.id, CASE a.state WHEN 'connected' THEN 'lapse:' || a.id || ':' || a.lapses_at::date
                 ELSE 'reconnect:' || a.id || ':'
                      || extract(epoch FROM coalesce(a.refreshed_at, a.connected_at))::bigint END,
           a.network, a.handle, '',
           coalesce(to_char(a.lapses_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), ''), 0, 0, 0
    FROM reader r JOIN connections_account a ON a.workspace_id = r.workspace_id
    WHERE r.lapsing AND (a.state = 'needs reconnect'
        OR a.state = 'connected' AND a.lapses_at < clock_timestamp() + interval '10 days')
    UNION ALL
    SELECT r.id, 'day:' || r.local::date, '', '', '', r.local::date::text,
           (SELECT count(*) FROM deliver_delivery d WHERE d.workspace_id = r.workspace_id
              AND d.state = 'published' AND d.due_at > clock_timestamp() - interval '2 days'
              AND d.settled_at > clock_timestamp() - interval '1 day'),
           (SELECT count(*) FROM deliver_delivery d WHERE d.workspace_id = r.workspace_id
              AND d.state = 'scheduled' AND d.due_at < clock_timestamp() + interval '1 day'),
           (SELECT count(*) FROM stuck d WHERE d.workspace_id = r.workspace_id)
    FROM reader r
    WHERE extract(hour FROM r.local) = r.daily_hour AND NOT EXISTS (
        SELECT 1 FROM people_told t WHERE t.user_id = r.id AND t.what = 'day:' || r.local::date
          AND (t.sent_at IS NOT NULL OR t.lease_until > clock_timestamp()))
), wanted AS (
    SELECT g.* FROM thing g
    LEFT JOIN people_told t ON (t.user_id, t.what) = (g.user_id, g.what)
    WHERE (t.id IS NULL OR t.sent_at IS NULL AND t.lease_until < clock_timestamp())
    ORDER BY g.user_id, g.what LIMIT %(things)s
), first AS (
    SELECT * FROM wanted
    WHERE user_id IN (SELECT DISTINCT user_id FROM wanted ORDER BY user_id LIMIT %(people)s)
), claimed AS (
    INSERT INTO people_told AS t (user_id, what, lease_until, tries)
    SELECT user_id, what, clock_timestamp() + make_interval(secs => %(lease)s), 1 FROM first
    ORDER BY user_id, what
    ON CONFLICT (user_id, what) DO UPDATE
    SET tries = t.tries + 1,
        lease_until = clock_timestamp()
            + make_interval(secs => %(lease)s * power(2, least(t.tries, 6)))
    WHERE t.sent_at IS NULL AND t.lease_until < clock_timestamp()
    RETURNING t.user_id, t.what
)
SELECT u.id, u.email, u.name, u.language, f.what, f.network, f.handle, f.text, f.day,
       f.went_out, f.coming, f.waiting
FROM claimed c JOIN first f USING (user_id, what) JOIN people_user u ON u.id = c.user_id
ORDER BY u.id, f.what
"""

_SENT = """
UPDATE people_told SET sent_at = clock_timestamp()
WHERE user_id = %(user)s AND what = ANY(%(whats)s)
"""
