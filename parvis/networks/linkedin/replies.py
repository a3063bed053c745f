"""The comments below a post.

LinkedIn names who wrote one by URN alone, so the names are asked for besides; they stay empty
where it does not show them. Answers to comments hang below those and are not read.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import Account
from parvis.networks.http import Answer, Http
from parvis.networks.linkedin.api import NETWORK, failure
from parvis.networks.linkedin.comparing import urn_of_comment
from parvis.networks.linkedin.identity import read_faces
from parvis.networks.linkedin.post import receipt_of_comment
from parvis.networks.linkedin.restli import address, headers
from parvis.networks.measures import Replies, Reply

PAGE_SIZE = 50


async def read_replies(http: Http, account: Account, remote_id: str, cursor: str | None) -> Replies:
    """`cursor` is how many comments were read before."""
    start = int(cursor) if cursor else 0
    answer = await http.get(
        address(
            account.server,
            "/rest/socialActions/{}/comments",
            remote_id,
            start=start,
            count=PAGE_SIZE,
        ),
        network=NETWORK,
        purpose="read replies",
        headers=headers("GET_ALL"),
        bearer=account.tokens.access,
    )
    page = read_page(answer, account, remote_id, start)
    return await _with_names(http, account, page)


async def _with_names(http: Http, account: Account, page: Replies) -> Replies:
    authors = sorted({reply.author_id for reply in page.replies})
    faces = await read_faces(http, account, authors)
    named = (
        replace(reply, author_handle=face.handle, author_name=face.name)
        if (face := faces.get(reply.author_id))
        else reply
        for reply in page.replies
    )
    return replace(page, replies=tuple(named))


def read_page(answer: Answer, account: Account, post: str, start: int) -> Replies:
    if not answer.ok:
        raise failure(answer)
    try:
        said = answer.json_object()
        comments = [_reply(comment, account, post) for comment in said["elements"]]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise answer.unreadable() from None
    comments.sort(key=lambda reply: reply.written_at)
    return Replies(replies=tuple(comments), cursor=_next(said, start, len(comments)))


def _next(said: Mapping[str, Any], start: int, read: int) -> str | None:
    """The total is not always given; then a full page may be followed by another."""
    paging = said.get("paging")
    total = paging.get("total") if isinstance(paging, Mapping) else None
    more = start + read < total if isinstance(total, int) else read >= PAGE_SIZE
    return str(start + read) if more and read else None


def _reply(comment: Mapping[str, Any], account: Account, post: str) -> Reply:
    urn = urn_of_comment(comment)
    return Reply(
        remote_id=urn,
        url=receipt_of_comment(account, post, urn).url,
        parent_id=str(comment.get("parentComment") or post),
        author_id=str(comment["actor"]),
        author_handle="",
        author_name="",
        text=str(comment["message"]["text"]),
        written_at=datetime.fromtimestamp(int(comment["created"]["time"]) / 1000, UTC),
    )
