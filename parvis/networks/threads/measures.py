"""A post's figures and its replies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Json
from parvis.networks.errors import Reconnect
from parvis.networks.graph import read_fault
from parvis.networks.graph.call import can_do_without
from parvis.networks.graph.insights import ask_for, read_values
from parvis.networks.graph.listings import moment
from parvis.networks.http import Http
from parvis.networks.measures import Metric, Metrics, Replies, Reply, Standing
from parvis.networks.threads.api import API, is_gone
from parvis.networks.threads.finding import read_cursor

# documentation/threads/insights; "shares" by the Postman collection of 2026-01.
_METRICS = {
    "views": Metric.VIEWS,
    "likes": Metric.LIKES,
    "replies": Metric.REPLIES,
    "reposts": Metric.REPOSTS,
    "quotes": Metric.QUOTES,
    "shares": Metric.SHARES,
}
_REPLY_FIELDS = "id,text,timestamp,permalink,username,replied_to,hide_status"
_SHOWN = frozenset({"", "NOT_HUSHED", "UNHUSHED"})


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    """One request for each post: Threads has none for several."""
    return tuple([await _metrics_of(http, account, remote_id) for remote_id in remote_ids])


async def _metrics_of(http: Http, account: Account, remote_id: str) -> Metrics:
    async def ask(names: Sequence[str]) -> Answer:
        return await API.get(
            http,
            account.server,
            f"{remote_id}/insights",
            account.tokens.access,
            purpose="read metrics",
            query={"metric": ",".join(names)},
        )

    return interpret_metrics(remote_id, await ask_for(list(_METRICS), ask))


def interpret_metrics(remote_id: str, answers: Iterable[Answer]) -> Metrics:
    counts: dict[Metric, int] = {}
    is_gone_now = False
    for answer in answers:
        if is_gone(read_fault(answer)):
            is_gone_now = True
            continue
        values = read_values(_accepted(answer))
        counts |= {_METRICS[name]: value for name, value in values.items() if name in _METRICS}
    return Metrics(remote_id=remote_id, counts=counts, read_at=present.now(), is_gone=is_gone_now)


async def read_standing(http: Http, account: Account) -> Standing:
    """documentation/threads/insights: `followers_count` of the account; of posts it tells none."""
    answer = await API.get(
        http,
        account.server,
        f"{account.remote_id}/threads_insights",
        account.tokens.access,
        purpose="read metrics",
        query={"metric": "followers_count"},
    )
    return Standing(followers=read_values(_accepted(answer)).get("followers_count"))


async def read_replies(http: Http, account: Account, remote_id: str, cursor: str | None) -> Replies:
    """All answers at any depth, flattened, oldest first."""
    query = {"fields": _REPLY_FIELDS, "reverse": "false"}
    answer = await API.get(
        http,
        account.server,
        f"{remote_id}/conversation",
        account.tokens.access,
        purpose="read replies",
        query=query | ({"after": cursor} if cursor else {}),
    )
    return interpret_replies(answer, remote_id)


def interpret_replies(answer: Answer, remote_id: str) -> Replies:
    try:
        replies = tuple(_reply(told, remote_id) for told in _accepted(answer)["data"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
    return Replies(replies=replies, cursor=(read_cursor(answer) or None) if replies else None)


def _reply(told: Mapping[str, Any], remote_id: str) -> Reply:
    """Of somebody else's account Threads tells the username alone, and of a private one not even
    that."""
    handle = str(told.get("username") or "")
    return Reply(
        remote_id=str(told["id"]),
        url=str(told.get("permalink") or ""),
        parent_id=str((told.get("replied_to") or {}).get("id") or remote_id),
        author_id=handle,
        author_handle=handle,
        author_name=handle,
        text=str(told.get("text") or ""),
        written_at=moment(told["timestamp"]),
        is_hidden=str(told.get("hide_status") or "") not in _SHOWN,
    )


def _accepted(answer: Answer) -> Json:
    """An account that may not measure may still post."""
    try:
        return API.accepted(answer)
    except Reconnect as lacking:
        raise can_do_without(lacking) from None
