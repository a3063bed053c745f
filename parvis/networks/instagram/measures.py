"""A post's figures and the comments below it.

Sources: Meta's field lists (2026-04); bufferapp/facebook-api-wrapper PR 38, trypostit/trypost PR
319 and 362, exileum/meta-mcp PR 174 (2026-05) for which names are refused for which media.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Json
from parvis.networks.errors import Reconnect, Refused
from parvis.networks.graph.call import can_do_without
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.insights import ask_for, read_values
from parvis.networks.graph.listings import moment, next_cursor
from parvis.networks.http import Http
from parvis.networks.instagram.api import API, site_of
from parvis.networks.measures import Metric, Metrics, Replies, Reply, Standing, told_count

# Known for every kind of media; the others are asked for apart, so that one of them that is
# refused does not make these be asked for twice.
_SAFE: Mapping[str, Metric] = {"views": Metric.VIEWS, "reach": Metric.REACH}
_MORE: Mapping[str, Metric] = {
    "saved": Metric.SAVES,
    "shares": Metric.SHARES,
    "total_interactions": Metric.ENGAGEMENTS,
}
_FIELDS: Mapping[str, Metric] = {"like_count": Metric.LIKES, "comments_count": Metric.COMMENTS}

_COMMENT = "id,text,timestamp,username,hidden,from{id,username}"
_COMMENT_FIELDS = f"{_COMMENT},media{{id,permalink}},replies{{{_COMMENT},parent_id}}"
_PAGE_SIZE = "50"

# Instagram's codes for figures that are not there: older than the professional account, or a
# story that too few have seen.
_NO_FIGURES = (10, 100)


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    """One post at a time: that Instagram's own server answers for several ids is not
    documented."""
    try:
        return tuple([await _metrics(http, account, remote_id) for remote_id in remote_ids])
    except Reconnect as lack:
        raise can_do_without(lack) from None


async def _metrics(http: Http, account: Account, remote_id: str) -> Metrics:
    answer = await _ask(http, account, remote_id, {"fields": ",".join(_FIELDS)})
    if is_missing(read_fault(answer)):
        return Metrics(remote_id=remote_id, counts={}, read_at=present.now(), is_gone=True)
    told = API.accepted(answer)
    counts = {metric: told[name] for name, metric in _FIELDS.items() if _is_count(told.get(name))}
    for names in (_SAFE, _MORE):
        counts |= await _insights(http, account, remote_id, names)
    return Metrics(remote_id=remote_id, counts=counts, read_at=present.now())


def _is_count(told: Any) -> bool:
    return isinstance(told, int) and not isinstance(told, bool)


async def _insights(
    http: Http, account: Account, remote_id: str, known: Mapping[str, Metric]
) -> dict[Metric, int]:
    async def ask(names: Sequence[str]) -> Answer:
        return await _ask(http, account, f"{remote_id}/insights", {"metric": ",".join(names)})

    found: dict[Metric, int] = {}
    for answer in await ask_for(tuple(known), ask):
        fault = read_fault(answer)
        if fault is not None and fault.code in _NO_FIGURES:
            continue
        values = read_values(API.accepted(answer))
        found |= {known[name]: value for name, value in values.items() if name in known}
    return found


async def _ask(http: Http, account: Account, path: str, query: dict[str, str]) -> Answer:
    return await API.get(
        http, account.server, path, account.tokens.access, purpose="read metrics", query=query
    )


async def read_standing(http: Http, account: Account) -> Standing:
    answer = await _ask(http, account, account.remote_id, {"fields": "followers_count,media_count"})
    told = API.accepted(answer)
    return Standing(
        followers=told_count(told, "followers_count"), posts=told_count(told, "media_count")
    )


async def read_replies(http: Http, account: Account, remote_id: str, cursor: str | None) -> Replies:
    query = {"fields": _COMMENT_FIELDS, "limit": _PAGE_SIZE}
    answer = await API.get(
        http,
        account.server,
        f"{remote_id}/comments",
        account.tokens.access,
        purpose="read replies",
        query=query | ({"after": cursor} if cursor else {}),
    )
    if is_missing(read_fault(answer)):
        raise Refused("post-gone", "Instagram no longer has this post. Nothing was changed here.")
    try:
        return read_comments(API.accepted(answer), account, remote_id)
    except Reconnect as lack:
        raise can_do_without(lack) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def read_comments(told: Json, account: Account, remote_id: str) -> Replies:
    """Comments, each followed by the answers to it. Raises KeyError, TypeError, ValueError or
    AttributeError when they cannot be read."""
    found: list[Reply] = []
    for one in told["data"]:
        page = str((one.get("media") or {}).get("permalink") or f"{site_of(account.server)}/")
        found.append(_reply(one, remote_id, page))
        answers = (one.get("replies") or {}).get("data") or ()
        found += [_reply(answer, str(one["id"]), page) for answer in answers]
    found.sort(key=lambda reply: reply.written_at)
    return Replies(replies=tuple(found), cursor=next_cursor(told))


def _reply(told: Mapping[str, Any], parent_id: str, page: str) -> Reply:
    """A comment has no address of its own in the API; the post's, with the comment's id, leads to
    it [from memory]."""
    author = told.get("from") or {}
    username = str(told.get("username") or author.get("username") or "")
    return Reply(
        remote_id=str(told["id"]),
        url=f"{page.rstrip('/')}/c/{told['id']}/",
        parent_id=parent_id,
        author_id=str(author.get("id") or ""),
        author_handle=username,
        author_name=username,
        text=str(told.get("text") or ""),
        written_at=moment(told["timestamp"]),
        is_hidden=told.get("hidden") is True,
    )
