"""The comments below a post, as replies."""

from collections.abc import Mapping
from typing import Any

from parvis.networks.contract import Account
from parvis.networks.errors import Refused
from parvis.networks.facebook.api import API, url_of
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.listings import moment, next_cursor
from parvis.networks.http import Http
from parvis.networks.measures import Replies, Reply

_FIELDS = "id,message,created_time,permalink_url,is_hidden,from{id,name},parent{id}"
_PAGE_SIZE = "50"


async def read_comments(
    http: Http, account: Account, remote_id: str, cursor: str | None
) -> Replies:
    """All comments below a post, answers to comments among them."""
    query = {
        "fields": _FIELDS,
        "filter": "stream",
        "order": "chronological",
        "limit": _PAGE_SIZE,
        **({"after": cursor} if cursor else {}),
    }
    answer = await API.get(
        http,
        account.server,
        f"{remote_id}/comments",
        account.tokens.access,
        purpose="read replies",
        query=query,
    )
    if is_missing(read_fault(answer)):
        raise gone(API.label)
    told = API.accepted(answer)
    try:
        replies = tuple(_reply(one, account, remote_id) for one in told["data"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
    return Replies(replies=replies, cursor=next_cursor(told))


def gone(label: str) -> Refused:
    return Refused("post-gone", f"{label} no longer has this post. Nothing was changed here.")


def _reply(told: Mapping[str, Any], account: Account, remote_id: str) -> Reply:
    """Facebook names the author only to who may read what people write on the Page."""
    author = told.get("from") or {}
    parent = told.get("parent") or {}
    name = str(author.get("name") or "")
    return Reply(
        remote_id=str(told["id"]),
        url=str(told.get("permalink_url") or url_of(account.server, str(told["id"]))),
        parent_id=str(parent.get("id") or remote_id),
        author_id=str(author.get("id") or ""),
        author_handle=name,
        author_name=name,
        text=str(told.get("message") or ""),
        written_at=moment(told["created_time"]),
        is_hidden=told.get("is_hidden") is True,
    )
