"""Finding out whether a post went out: the container knows whether, the listing knows as what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from parvis.networks import present
from parvis.networks.contract import Account, Found, Json, Prepared, Presence
from parvis.networks.errors import NotSent
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.listings import (
    Listed,
    ends_before,
    moment,
    next_cursor,
    rows_of,
    same_text,
)
from parvis.networks.http import Answer, Http
from parvis.networks.instagram.api import API
from parvis.networks.instagram.containers import Status, read_state
from parvis.networks.likeness import Likeness, floor_of, judge

_MEDIA_FIELDS = "id,caption,timestamp,permalink,media_type,children{id}"
_COMMENT_FIELDS = "id,text,timestamp,username,from{id}"
_PAGE_SIZE = "50"
_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What was posted since a moment, each with what else the listing tells of it."""

    rows: tuple[tuple[Listed, Json], ...]
    is_complete: bool


async def look_up(
    http: Http,
    account: Account,
    prepared: Prepared,
    sent_at: datetime,
    others: frozenset[str],
) -> Found:
    if prepared.body["kind"] == "comment":
        return await _find_comment(http, account, prepared, sent_at, others)
    state = await read_state(http, account, prepared.body["container_id"], purpose="look up")
    if state.status is Status.FINISHED:
        return Found(presence=Presence.ABSENT)
    if state.status is Status.IN_PROGRESS:
        raise NotSent(
            "processing",
            "Instagram is still working on the post. Whether it went out is asked again.",
        )
    path = "stories" if prepared.body["kind"] == "story" else "media"
    rows = await _read_back(http, account, f"{account.remote_id}/{path}", _MEDIA_FIELDS, sent_at)
    likeness = {
        listed.as_candidate(): media_likeness(
            listed, told, prepared, is_out=state.status is Status.PUBLISHED
        )
        for listed, told in rows.rows
        if listed.remote_id not in others
    }
    return judge(likeness, is_complete=rows.is_complete and _may_be_absent(state.status))


def _may_be_absent(status: Status) -> bool:
    """Of a published container, a post that is not found is not listed yet, or deleted; of one
    that is hidden, nothing is known."""
    return status in (Status.EXPIRED, Status.ERROR)


def media_likeness(
    listed: Listed, told: Json, prepared: Prepared, *, is_out: bool = True
) -> Likeness:
    """Never the newest as such: the same caption, and as many media of the same kind. Without a
    caption to be known by, as stories are, it is ours only if ours `is_out` for certain."""
    body = prepared.body
    kind = str(told.get("media_type") or body["media_type"])
    if kind != body["media_type"]:
        return Likeness.OTHER
    children = len(rows_of(told.get("children")))
    if kind == "CAROUSEL_ALBUM" and children not in (0, body["media_count"]):
        return Likeness.OTHER
    if not same_text(listed.text, "" if body["kind"] == "story" else prepared.text):
        return Likeness.OTHER
    return Likeness.SAME if is_out or listed.text.strip() else Likeness.ALIKE


async def _find_comment(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    path = f"{prepared.body['post_id']}/comments"
    rows = await _read_back(http, account, path, _COMMENT_FIELDS, sent_at)
    likeness = {
        listed.as_candidate(): Likeness.SAME
        if same_text(listed.text, prepared.text)
        else Likeness.OTHER
        for listed, told in rows.rows
        if listed.remote_id not in others and _is_own(told, account)
    }
    return judge(likeness, is_complete=rows.is_complete)


def _is_own(told: Json, account: Account) -> bool:
    author = told.get("from")
    author_id = str(author.get("id") or "") if isinstance(author, Mapping) else ""
    return author_id == account.remote_id or told.get("username") == account.handle


async def _read_back(
    http: Http, account: Account, path: str, fields: str, sent_at: datetime
) -> Rows:
    """The listing to its end, or to the first page that ends before the post can have begun."""
    rows: list[tuple[Listed, Json]] = []
    query = {"fields": fields, "limit": _PAGE_SIZE}
    for _ in range(_PAGES):
        answer = await API.get(
            http, account.server, path, account.tokens.access, purpose="look up", query=query
        )
        if is_missing(read_fault(answer)):
            return Rows(rows=(), is_complete=False)
        told = API.accepted(answer)
        page = read_page(answer)
        floor = floor_of(sent_at, answer, present.now())
        rows += [row for row in page if row[0].created_at >= floor]
        after = next_cursor(told)
        if after is None or ends_before([listed for listed, _ in page], floor):
            return Rows(rows=tuple(rows), is_complete=True)
        query["after"] = after
    return Rows(rows=tuple(rows), is_complete=False)


def read_page(answer: Answer) -> list[tuple[Listed, Json]]:
    data = answer.json_object().get("data")
    if not isinstance(data, list):
        raise answer.unreadable()
    try:
        return [(_listed(told), told) for told in data]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def _listed(told: Json) -> Listed:
    return Listed(
        remote_id=str(told["id"]),
        url=str(told.get("permalink") or ""),
        text=str(told.get("caption") or told.get("text") or ""),
        created_at=moment(told["timestamp"]),
    )
