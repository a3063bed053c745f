"""What the server tells of statuses: figures and replies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from parvis.networks import present
from parvis.networks.contract import Account
from parvis.networks.errors import Refused
from parvis.networks.http import Answer, Http
from parvis.networks.mastodon.api import NETWORK, failure, is_gone
from parvis.networks.mastodon.comparing import read_html
from parvis.networks.mastodon.permission import ask_own_account
from parvis.networks.measures import Metric, Metrics, Replies, Reply, Standing, told_count

# REST::StatusSerializer; `quotes_count` since 4.5. The server counts what has reached it: what
# happened on servers that did not tell it is missing.
_COUNTS = {
    "favourites_count": Metric.LIKES,
    "reblogs_count": Metric.REPOSTS,
    "replies_count": Metric.REPLIES,
    "quotes_count": Metric.QUOTES,
}
# DEFAULT_STATUSES_LIMIT of api/base_controller.rb; more is refused with 422.
BATCH = 20

Shown = Mapping[str, Any]


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    """In the order of `remote_ids`."""
    shown: dict[str, Shown] = {}
    for start in range(0, len(remote_ids), BATCH):
        shown |= await _shown_together(http, account, remote_ids[start : start + BATCH])
    missing = [one for one in remote_ids if one not in shown]
    shown |= await _shown_one_by_one(http, account, missing)
    if any(one not in shown for one in missing):
        # To a dead token the server shows public statuses alone.
        await ask_own_account(http, account.server, account.tokens)
    return tuple(_metrics(remote_id, shown.get(remote_id)) for remote_id in remote_ids)


async def _shown_together(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> dict[str, Shown]:
    """GET /api/v1/statuses?id[]=… is Mastodon's since 4.3; elsewhere it is unknown, or known by
    other words. What it leaves out is asked for by itself, so nothing hangs on the version."""
    if len(remote_ids) < 2:
        return {}
    asked = urlencode([("id[]", remote_id) for remote_id in remote_ids])
    answer = await _ask(http, account, f"/api/v1/statuses?{asked}", "read metrics")
    if answer.status in (400, 404, 405, 422):
        return {}
    if not answer.ok:
        raise failure(answer, account.tokens)
    listed = answer.json()
    if not isinstance(listed, list):
        raise answer.unreadable()
    return {str(one["id"]): one for one in listed if isinstance(one, Mapping) and "id" in one}


async def _shown_one_by_one(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> dict[str, Shown]:
    shown: dict[str, Shown] = {}
    for remote_id in remote_ids:
        answer = await _ask(http, account, f"/api/v1/statuses/{remote_id}", "read metrics")
        if is_gone(answer):
            continue
        if not answer.ok:
            raise failure(answer, account.tokens)
        shown[remote_id] = answer.json_object()
    return shown


def _metrics(remote_id: str, shown: Shown | None) -> Metrics:
    counts = {
        metric: shown[name]
        for name, metric in _COUNTS.items()
        if shown is not None and isinstance(shown.get(name), int)
    }
    return Metrics(remote_id=remote_id, counts=counts, read_at=present.now(), is_gone=shown is None)


async def read_standing(http: Http, account: Account) -> Standing:
    """CredentialAccount: `statuses_count` counts boosts and replies as well."""
    told = (await ask_own_account(http, account.server, account.tokens)).json_object()
    return Standing(
        followers=told_count(told, "followers_count"), posts=told_count(told, "statuses_count")
    )


async def read_replies(http: Http, account: Account, remote_id: str) -> Replies:
    """All of them at once: to a signed-in account Mastodon shows 4,096 descendants. Those to
    replies are among them, and so are later parts of the account's own thread."""
    answer = await _ask(http, account, f"/api/v1/statuses/{remote_id}/context", "read replies")
    if is_gone(answer):
        raise Refused(
            "post-gone",
            f"{answer.host} no longer has this post. The replies that were read before are kept.",
            host=answer.host,
        )
    if not answer.ok:
        raise failure(answer, account.tokens)
    try:
        replies = [_reply(listed, account) for listed in answer.json_object()["descendants"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
    return Replies(replies=tuple(sorted(replies, key=lambda reply: reply.written_at)))


def _reply(listed: Mapping[str, Any], account: Account) -> Reply:
    author = listed["account"]
    warning, text = str(listed.get("spoiler_text") or ""), read_html(str(listed["content"]))
    return Reply(
        remote_id=str(listed["id"]),
        url=str(listed.get("url") or listed.get("uri") or ""),
        parent_id=str(listed["in_reply_to_id"]),
        author_id=str(author["id"]),
        author_handle=_whole_handle(str(author["acct"]), account),
        author_name=str(author.get("display_name") or author["acct"]),
        text=f"{warning}\n\n{text}" if warning else text,
        written_at=datetime.fromisoformat(listed["created_at"]),
    )


def _whole_handle(acct: str, account: Account) -> str:
    """`acct` names the server for people of other servers only."""
    return acct if "@" in acct else f"{acct}@{account.handle.partition('@')[2]}"


async def _ask(http: Http, account: Account, path: str, purpose: str) -> Answer:
    return await http.get(
        f"{account.server}{path}",
        network=NETWORK,
        purpose=purpose,
        bearer=account.tokens.access,
    )
