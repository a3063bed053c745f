"""What a workspace's webhook is told: each thing once, signed, as JSON.

A thing is claimed by one statement before it is sent. What does not arrive is tried again, more and
more seldom, for about a day; whoever receives it may get it twice, under the same `id`.
"""

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils import translation
from yarl import URL

from parvis.config.reach import new_http
from parvis.connections.sealing import CannotUnseal, seal, unseal
from parvis.networks.errors import NetworkError
from parvis.people.models import Workspace
from parvis.watch.database import Cursor, Database
from parvis.watch.letter_words import Thing
from parvis.watch.models import Hook
from parvis.watch.ways import SECONDS, NotTold

log = logging.getLogger("parvis.watch")

SIGNATURE = "X-Parvis-Signature"
AT_ONCE = 10
LEASE_SECONDS = 60
# Each pause is twice the one before, up to two hours: a day in all.
MOST_TRIES = 18
_ADDRESS, _KEY = "hook-address:{}", "hook-key:{}"


class NoAddress(ValueError):
    """Nothing that begins with https:// or http:// and names a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    hook_id: int
    workspace_id: int
    workspace: str
    language: str
    address: bytes
    key: bytes
    what: str
    network: str
    handle: str
    post_id: int | None
    text: str
    code: str
    url: str
    day: str


def set_hook(workspace: Workspace, address: str, wishes: dict[str, bool]) -> Hook:
    """Keeps it under the key that it had, or under a new one. Raises NoAddress."""
    url = _checked(address)
    known = Hook.objects.filter(workspace=workspace).first()
    key = known.key if known else seal(secrets.token_urlsafe(32), purpose=_KEY.format(workspace.pk))
    hook, _made = Hook.objects.update_or_create(
        workspace=workspace,
        defaults={
            "address": seal(str(url), purpose=_ADDRESS.format(workspace.pk)),
            "host": url.host or "",
            "key": key,
            "problem": "",
            **wishes,
        },
    )
    return hook


def change_wishes(hook: Hook, wishes: dict[str, bool]) -> None:
    Hook.objects.filter(pk=hook.pk).update(**wishes)


def remove_hook(workspace: Workspace) -> None:
    Hook.objects.filter(workspace=workspace).delete()


def key_of(hook: Hook) -> str:
    """What signs its messages, for whoever checks them. Raises CannotUnseal."""
    return unseal(bytes(hook.key), purpose=_KEY.format(hook.workspace_id))


def call_what_is_due(database: Database) -> int:
    """Answers how many messages arrived. Raises DatabaseInTrouble."""
    with database.asked() as cursor:
        claimed = _claimed(cursor)
    arrived = 0
    for call in claimed:
        problem = _sent(call, _message(call))
        arrived += not problem
        with database.asked() as cursor:
            cursor.execute(_TOLD, {"hook": call.hook_id, "what": call.what, "problem": problem})
    return arrived


def send_test(hook: Hook) -> str:
    """Why it did not arrive, as a code; empty when it did."""
    workspace = hook.workspace
    told = {"event": "test", "id": "test", "workspace": workspace.name, "text": "Parvis"}
    problem = _posted(workspace.pk, bytes(hook.address), bytes(hook.key), told)
    Hook.objects.filter(pk=hook.pk).update(problem=problem)
    return problem


def _checked(address: str) -> URL:
    try:
        url = URL(address.strip())
    except ValueError:
        raise NoAddress from None
    if url.scheme not in ("https", "http") or not url.host:
        raise NoAddress
    return url


def _claimed(cursor: Cursor) -> list[_Call]:
    cursor.execute(_CLAIM, {"at_once": AT_ONCE, "lease": LEASE_SECONDS, "tries": MOST_TRIES})
    return [_call(row) for row in cursor.fetchall()]


def _call(row: Sequence[Any]) -> _Call:
    return _Call(**dict(zip(_Call.__slots__, row, strict=True)))


def _message(call: _Call) -> dict[str, Any]:
    thing = Thing(
        what=call.what, network=call.network, handle=call.handle, text=call.text, day=call.day
    )
    with translation.override(call.language):
        sentence = thing.sentence
    return {
        "event": _EVENTS[thing.kind],
        "id": call.what,
        "workspace": call.workspace,
        "network": call.network,
        "account": call.handle,
        "post": call.post_id,
        "code": call.code,
        "url": call.url,
        "page": _page(call.post_id),
        "excerpt": call.text,
        # What chat rooms show of a message.
        "text": sentence,
    }


def _page(post_id: int | None) -> str:
    desk = str(settings.INSTALLATION.public_url or settings.INSTALLATION.local_url or "")
    return f"{desk.rstrip('/')}/posts/{post_id}/" if desk and post_id else desk


def _sent(call: _Call, message: dict[str, Any]) -> str:
    problem = _posted(call.workspace_id, call.address, call.key, message)
    if problem:
        told = {"hook": call.hook_id, "what": call.what, "code": problem}
        log.warning("a webhook was not reached", extra=told)
    return problem


def _posted(workspace_id: int, address: bytes, key: bytes, message: dict[str, Any]) -> str:
    try:
        url = URL(unseal(address, purpose=_ADDRESS.format(workspace_id)))
        signing = unseal(key, purpose=_KEY.format(workspace_id))
    except CannotUnseal:
        return "webhook-sealed"
    try:
        async_to_sync(_post)(url, json.dumps(message).encode(), signing.encode())
    except NotTold as error:
        return error.code
    return ""


async def _post(address: URL, body: bytes, key: bytes) -> None:
    """No private address unless the installation allows it: members of a workspace are not those
    who run it."""
    signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    try:
        async with new_http() as http:
            answer = await http.post(
                address,
                network="parvis",
                purpose="webhook",
                body=body,
                content_type="application/json",
                headers={SIGNATURE: f"sha256={signature}"},
                seconds=SECONDS,
            )
    except NetworkError as error:
        raise NotTold(f"webhook-{error.code}") from None
    if not 200 <= answer.status < 300:
        raise NotTold(f"webhook-status-{answer.status}")


_EVENTS = {
    "unknown": "post.unknown",
    "held": "post.held",
    "refused": "post.refused",
    "published": "post.published",
    "lapse": "account.lapsing",
    "reconnect": "account.reconnect",
}

# What a person paused or left aside themselves is not told. Old calls stay: they are what keeps a
# thing from being told twice.
_CLAIM = """
WITH stuck AS (
    SELECT h.id AS hook_id,
           CASE d.state WHEN 'held' THEN 'held:' || d.id || ':' || d.fence
                        WHEN 'unknown' THEN 'unknown:' || d.id || ':' || d.fence
                        ELSE d.state || ':' || d.id END AS what,
           d.account_id, d.post_id, left(coalesce(d.parts -> 0 ->> 'text', ''), 120) AS text,
           d.reason_code AS code, coalesce(d.receipts -> 0 ->> 'url', '') AS url, '' AS day
    FROM watch_hook h JOIN deliver_delivery d ON d.workspace_id = h.workspace_id
    JOIN compose_post p ON p.id = d.post_id AND p.deleted_at IS NULL
    WHERE h.waiting AND (d.state = 'unknown'
               OR d.state = 'held' AND d.reason_code NOT IN ('paused', 'disconnected'))
       OR h.refused AND d.state = 'refused' AND d.set_aside_at IS NULL
          AND d.settled_at > greatest(h.since, clock_timestamp() - interval '7 days')
       OR h.published AND d.state = 'published' AND d.due_at > clock_timestamp() - interval '7 days'
          AND d.settled_at > greatest(h.since, clock_timestamp() - interval '2 days')
), thing AS (
    SELECT * FROM stuck
    UNION ALL
    SELECT h.id, CASE a.state WHEN 'connected' THEN 'lapse:' || a.id || ':' || a.lapses_at::date
                 ELSE 'reconnect:' || a.id || ':'
                      || extract(epoch FROM coalesce(a.refreshed_at, a.connected_at))::bigint END,
           a.id, NULL, '', '', '',
           coalesce(to_char(a.lapses_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '')
    FROM watch_hook h JOIN connections_account a ON a.workspace_id = h.workspace_id
    WHERE h.lapsing AND (a.state = 'needs reconnect'
        OR a.state = 'connected' AND a.lapses_at < clock_timestamp() + interval '10 days')
), wanted AS (
    SELECT g.* FROM thing g LEFT JOIN watch_hookcall c ON (c.hook_id, c.what) = (g.hook_id, g.what)
    WHERE c.id IS NULL OR c.sent_at IS NULL AND c.lease_until < clock_timestamp()
                          AND c.tries < %(tries)s
    ORDER BY c.tries NULLS FIRST, g.hook_id, g.what LIMIT %(at_once)s
), claimed AS (
    INSERT INTO watch_hookcall AS c (hook_id, what, lease_until, tries)
    SELECT hook_id, what, clock_timestamp() + make_interval(secs => %(lease)s), 1 FROM wanted
    ORDER BY hook_id, what
    ON CONFLICT (hook_id, what) DO UPDATE
    SET tries = c.tries + 1,
        lease_until = clock_timestamp()
            + make_interval(secs => %(lease)s * power(2, least(c.tries, 7)))
    WHERE c.sent_at IS NULL AND c.lease_until < clock_timestamp()
    RETURNING c.hook_id, c.what
)
SELECT h.id, h.workspace_id, s.name, s.language, h.address, h.key, w.what, a.network, a.handle,
       w.post_id, w.text, w.code, w.url, w.day
FROM claimed c JOIN wanted w USING (hook_id, what) JOIN watch_hook h ON h.id = c.hook_id
JOIN people_workspace s ON s.id = h.workspace_id JOIN connections_account a ON a.id = w.account_id
ORDER BY h.id, w.what
"""

_TOLD = """
WITH told AS (
    UPDATE watch_hook SET problem = %(problem)s WHERE id = %(hook)s
)
UPDATE watch_hookcall SET sent_at = CASE WHEN %(problem)s = '' THEN clock_timestamp() END
WHERE hook_id = %(hook)s AND what = %(what)s
"""
