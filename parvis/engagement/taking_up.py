"""Takes up what has gone out, so that it is followed from then on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.engagement.models import Following
from parvis.engagement.pace import Next, Rhythm, first_look
from parvis.engagement.rhythms import rhythms_of

AT_ONCE = 1000


def take_up(since: datetime, now: datetime) -> int:
    """What was settled after `since` and is not followed yet; answers how many parts that was.
    Asks by workspace, since the index of what went out begins with it."""
    taken = 0
    while found := _found(_PUBLISHED, {"since": since, "at_once": AT_ONCE}):
        taken += _follow(found, now)
    return taken


def take_up_given_up(since: datetime, now: datetime) -> int:
    """What was due after `since` and went out in part, the rest being given up."""
    taken = 0
    while found := _found(_GIVEN_UP, {"since": since, "at_once": AT_ONCE}):
        taken += _follow(found, now)
    return taken


def take_up_post(post: Post, now: datetime) -> int:
    return _follow(_found(_OF_POST, {"post": post.pk, "at_once": AT_ONCE}), now)


def _found(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _follow(found: Sequence[tuple[Any, ...]], now: datetime) -> int:
    accounts = Account.objects.filter(pk__in={row[1] for row in found})
    rhythms = rhythms_of(accounts, now.date())
    rows = list(_followings(found, rhythms, now))
    Following.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _followings(
    found: Sequence[tuple[Any, ...]], rhythms: Mapping[int, Rhythm | None], now: datetime
) -> Iterable[Following]:
    for delivery_id, account_id, part, receipt, settled_at in found:
        told = json.loads(receipt) if isinstance(receipt, str) else receipt
        published_at = _moment(told.get("published_at")) or settled_at
        rhythm = rhythms[account_id]
        following = Next(at=None, along_at=None)
        if rhythm is not None:
            following = first_look(rhythm, published_at, now)
        yield Following(
            delivery_id=delivery_id,
            account_id=account_id,
            part=part,
            remote_id=told["remote_id"],
            published_at=published_at,
            next_at=following.at,
            along_at=following.along_at,
        )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


# A first comment is no post of its own: what networks tell of one differs from what they tell of
# posts, and is not asked for.
_UNFOLLOWED = """
SELECT d.id, d.account_id, r.number - 1, r.receipt, coalesce(d.settled_at, d.due_at)
FROM {deliveries}
CROSS JOIN LATERAL jsonb_array_elements(d.receipts) WITH ORDINALITY AS r(receipt, number)
WHERE {which}
  AND r.receipt->>'remote_id' <> ''
  AND NOT coalesce((d.parts->(r.number - 1)::int->>'is_comment')::boolean, false)
  AND NOT EXISTS (
      SELECT 1 FROM engagement_following f
      WHERE f.delivery_id = d.id AND f.part = r.number - 1
  )
LIMIT %(at_once)s
"""
_ANY = "people_workspace w JOIN deliver_delivery d ON d.workspace_id = w.id"
_PUBLISHED = _UNFOLLOWED.format(
    deliveries=_ANY, which="d.state = 'published' AND d.settled_at > %(since)s"
)
_GIVEN_UP = _UNFOLLOWED.format(
    deliveries=_ANY,
    which="d.state = 'cancelled' AND d.due_at > %(since)s AND d.receipts <> '[]'::jsonb",
)
_OF_POST = _UNFOLLOWED.format(
    deliveries="deliver_delivery d",
    which="d.post_id = %(post)s AND d.state IN ('published', 'cancelled')",
)
