"""Finding a post again, and saying how sure that is.

The container tells whether it was published, but not as what: the post itself is found among the
account's posts, or among its replies, which Threads lists apart. Threads returns a text without
the # of the tag that it took as the topic (seen by another client on 2026-08-06: “#NationalParks
#Waterfall” came back as “NationalParks #Waterfall”).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Found, Prepared, Presence
from parvis.networks.errors import NotSent
from parvis.networks.graph.listings import Listed, ends_before, moment, same_text
from parvis.networks.http import Http
from parvis.networks.likeness import Likeness, Listing, floor_of, judge
from parvis.networks.threads.api import API, LABEL
from parvis.networks.threads.containers import Status, read_state
from parvis.networks.threads.post import PUBLISHED_KINDS

_FIELDS = "id,text,timestamp,permalink,media_type,children,replied_to"
_PAGE_SIZE = 100
_PAGES = 10
_MARGIN = timedelta(days=2)
# documentation/threads/posts, "Using an in-text topic tag": up to one of these signs, and no
# whole number.
_TAG = regex.compile(r"#(?!\d+(?:[\s.&@!?,;:#]|$))[^\s.&@!?,;:#]{1,50}")
_NOT_TO_READ = regex.compile(r"[^\p{L}\p{N}]+")


async def find_post(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    """A container that is still FINISHED was not published, for certain."""
    state = await read_state(http, account, prepared.body["creation_id"])
    if state.status is Status.FINISHED:
        return Found(presence=Presence.ABSENT)
    if state.status is Status.IN_PROGRESS:
        raise _still_publishing()
    listing = await _read_back(http, account, prepared, sent_at)
    likeness = {
        row.post.as_candidate(): row.likeness(prepared) for row in listing.without(others).posts
    }
    return judge(likeness, is_complete=listing.is_complete and _may_be_absent(state.status))


def _may_be_absent(status: Status) -> bool:
    """Of a published container, a missing post proves that it was deleted or is not listed yet;
    of one that Threads does not know, nothing at all."""
    return status in (Status.EXPIRED, Status.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One post or reply as Threads lists it."""

    post: Listed
    kind: str
    children: int
    parent_id: str

    @property
    def remote_id(self) -> str:
        return self.post.remote_id

    @classmethod
    def from_json(cls, listed: Mapping[str, Any]) -> "Row":
        """Raises KeyError, TypeError or ValueError when this is no post."""
        children = (listed.get("children") or {}).get("data") or ()
        return cls(
            post=Listed(
                remote_id=str(listed["id"]),
                url=str(listed.get("permalink") or ""),
                text=str(listed.get("text") or ""),
                created_at=moment(listed["timestamp"]),
            ),
            kind=str(listed.get("media_type") or ""),
            children=len(children),
            parent_id=str((listed.get("replied_to") or {}).get("id") or ""),
        )

    def likeness(self, prepared: Prepared) -> Likeness:
        if not self._is_built_like(prepared.body):
            return Likeness.OTHER
        sent, found = prepared.text, self.post.text
        if same_text(found, sent) or same_text(found, without_topic_sign(sent)):
            return Likeness.SAME
        return Likeness.ALIKE if _loosely(found) == _loosely(sent) else Likeness.OTHER

    def _is_built_like(self, sent: Mapping[str, Any]) -> bool:
        """What the listing leaves out counts as fitting."""
        return (
            self.kind in ("", PUBLISHED_KINDS[sent["media_type"]])
            and self.children in (0, sent["children"])
            and self.parent_id in ("", sent["reply_to_id"])
        )


def without_topic_sign(text: str) -> str:
    """As Threads is to return it: the first tag without its #."""
    if found := _TAG.search(text):
        return text[: found.start()] + text[found.start() + 1 :]
    return text


def _loosely(text: str) -> str:
    return _NOT_TO_READ.sub("", text).casefold()


async def _read_back(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime
) -> Listing[Row]:
    """All that was posted since; the last page is the one without rows or without a cursor."""
    path = "me/replies" if prepared.body["reply_to_id"] else "me/threads"
    rows: list[Row] = []
    cursor = ""
    for _ in range(_PAGES):
        answer = await _page(http, account, path, sent_at, cursor)
        page = read_rows(answer)
        floor = floor_of(sent_at, answer, present.now())
        rows += [row for row in page if row.post.created_at >= floor]
        cursor = read_cursor(answer)
        if not page or not cursor or ends_before([row.post for row in page], floor):
            return Listing(posts=tuple(rows), is_complete=True)
    return Listing(posts=tuple(rows), is_complete=False)


async def _page(http: Http, account: Account, path: str, sent_at: datetime, cursor: str) -> Answer:
    """`since` takes a Unix time. Whether it is rounded to days, and whose, is not documented: two
    days more are asked for, and left out here."""
    query = {
        "fields": _FIELDS,
        "since": str(int((sent_at - _MARGIN).timestamp())),
        "limit": str(_PAGE_SIZE),
    }
    return await API.get(
        http,
        account.server,
        path,
        account.tokens.access,
        purpose="look up",
        query=query | ({"after": cursor} if cursor else {}),
    )


def read_rows(answer: Answer) -> list[Row]:
    try:
        return [Row.from_json(listed) for listed in API.accepted(answer)["data"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def read_cursor(answer: Answer) -> str:
    """Where the next page begins; empty at the end. The last page has a cursor too."""
    try:
        return str(answer.json_object()["paging"]["cursors"]["after"])
    except (KeyError, TypeError):
        return ""


def _still_publishing() -> NotSent:
    return NotSent(
        "processing",
        f"{LABEL} is still working on it, and does not tell yet whether it is published. It will "
        "be asked again.",
    )
