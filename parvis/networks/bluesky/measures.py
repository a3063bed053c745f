"""Reading a post's figures and replies from an AppView, which gathers them from all servers.

An account's own server passes such questions on to the AppView that it works with. If that one
is out of reach it answers 502 `UpstreamFailure` (seen on the reference PDS), and 400 if it works
with none (read in its source); then the public AppView is asked, which needs no permission.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from parvis.networks import present
from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.post import page_of
from parvis.networks.contract import Account, Json
from parvis.networks.errors import NetworkError, NotSent, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.measures import Metric, Metrics, Replies, Reply, Standing, told_count

# app.bsky.feed.getPosts: `uris` has maxLength 25.
POSTS_AT_ONCE = 25
# app.bsky.feed.getPostThread: depth may be 1,000; the AppView leaves out what it finds too deep.
THREAD_DEPTH = 100
# There are no impressions. app.bsky.feed.defs#postView.
_COUNTS: Mapping[str, Metric] = {
    "likeCount": Metric.LIKES,
    "repostCount": Metric.REPOSTS,
    "replyCount": Metric.REPLIES,
    "quoteCount": Metric.QUOTES,
    "bookmarkCount": Metric.BOOKMARKS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """`public` is the origin to ask where the account's own server has no AppView; empty where
    there is none."""

    public: str

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        found: list[Metrics] = []
        for start in range(0, len(remote_ids), POSTS_AT_ONCE):
            some = remote_ids[start : start + POSTS_AT_ONCE]
            seen = await self._read_posts(http, account, some)
            found += [seen.get(one) or await _unseen(http, account, one) for one in some]
        return tuple(found)

    async def read_replies(self, http: Http, account: Account, remote_id: str) -> Replies:
        """All of them at once, those of replies as well. Raises Refused when the post is gone."""
        asked = [("uri", remote_id), ("depth", str(THREAD_DEPTH)), ("parentHeight", "0")]
        answer = await self._ask(http, account, "getPostThread", "read replies", asked)
        if not answer.ok and xrpc.error_of(answer)[0] == "NotFound":
            raise await _why_unseen(http, account, remote_id)
        return read_thread(answer, account.server)

    async def read_standing(self, http: Http, account: Account) -> Standing:
        """app.bsky.actor.defs#profileViewDetailed; `postsCount` counts replies as well."""
        asked = [("actor", account.remote_id)]
        told = xrpc.read(await self._ask(http, account, "getProfile", "read metrics", asked))
        return Standing(
            followers=told_count(told, "followersCount"), posts=told_count(told, "postsCount")
        )

    async def _read_posts(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> dict[str, Metrics]:
        asked = [("uris", one) for one in remote_ids]
        answer = await self._ask(http, account, "getPosts", "read metrics", asked)
        return read_posts(answer, present.now())

    async def _ask(
        self, http: Http, account: Account, method: str, purpose: str, asked: list[tuple[str, str]]
    ) -> Answer:
        room = "actor" if method == "getProfile" else "feed"
        path = f"/xrpc/app.bsky.{room}.{method}?{urlencode(asked)}"
        answer = await http.get(
            account.server + path,
            network=xrpc.NETWORK,
            purpose=purpose,
            bearer=account.tokens.access,
        )
        public = xrpc.service_of(account, self.public)
        if not public or xrpc.is_served(answer):
            return answer
        return await http.get(public + path, network=xrpc.NETWORK, purpose=purpose)


def read_posts(answer: Answer, read_at: datetime) -> dict[str, Metrics]:
    """By URI. Posts that the AppView does not show are left out of its answer."""
    posts = xrpc.read(answer).get("posts")
    if not isinstance(posts, list):
        raise answer.unreadable()
    return {
        post["uri"]: Metrics(remote_id=post["uri"], counts=read_counts(post), read_at=read_at)
        for post in posts
        if isinstance(post, dict) and isinstance(post.get("uri"), str)
    }


def read_counts(post: Json) -> dict[Metric, int]:
    return {
        metric: post[name] for name, metric in _COUNTS.items() if isinstance(post.get(name), int)
    }


async def _unseen(http: Http, account: Account, remote_id: str) -> Metrics:
    is_gone = await _is_gone(http, account, remote_id)
    return Metrics(remote_id=remote_id, counts={}, read_at=present.now(), is_gone=is_gone)


async def _why_unseen(http: Http, account: Account, remote_id: str) -> NetworkError:
    return _no_such_post() if await _is_gone(http, account, remote_id) else _not_shown_yet()


async def _is_gone(http: Http, account: Account, remote_id: str) -> bool:
    """A post that the AppView does not show is gone only if the account's own server says so: the
    AppView may lag behind, or hide it."""
    answer = await xrpc.get_record(http, account.server, remote_id, "look for post")
    is_gone = xrpc.is_record_missing(answer)
    if not answer.ok and not is_gone:
        raise xrpc.failure(answer)
    return is_gone


def read_thread(answer: Answer, server: str) -> Replies:
    """What getPostThread answered, flattened. Blocked and vanished replies have no text to show."""
    said = xrpc.read(answer)
    thread = said.get("thread")
    if not isinstance(thread, dict) or "post" not in thread:
        raise _no_such_post()
    try:
        hidden = _hidden_in(said)
        replies = [_reply(post, server, hidden) for post in _posts_below(thread)]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
    return Replies(replies=tuple(sorted(replies, key=lambda reply: reply.written_at)))


def _posts_below(thread: Json) -> Iterator[Json]:
    waiting = [thread]
    while waiting:
        for below in waiting.pop().get("replies") or ():
            if isinstance(below, dict) and isinstance(below.get("post"), dict):
                yield below["post"]
                waiting.append(below)


def _hidden_in(said: Json) -> frozenset[str]:
    """What the author has hidden: app.bsky.feed.threadgate, `hiddenReplies`."""
    gate: Any = said.get("threadgate") or {}
    hidden = (gate.get("record") or {}).get("hiddenReplies") or ()
    return frozenset(uri for uri in hidden if isinstance(uri, str))


def _reply(post: Json, server: str, hidden: frozenset[str]) -> Reply:
    author, record = post["author"], post["record"]
    return Reply(
        remote_id=post["uri"],
        url=page_of(server, post["uri"]),
        parent_id=record["reply"]["parent"]["uri"],
        author_id=author["did"],
        author_handle=author["handle"],
        author_name=author.get("displayName") or "",
        text=record["text"],
        written_at=_written_at(post),
        is_hidden=post["uri"] in hidden,
    )


def _written_at(post: Json) -> datetime:
    """The author's word for it, unless it lies in the future of when the AppView saw it."""
    return min(_moment(post["record"]["createdAt"]), _moment(post["indexedAt"]))


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _no_such_post() -> Refused:
    return Refused("post-gone", "Bluesky no longer shows this post. What was read of it is kept.")


def _not_shown_yet() -> NotSent:
    return NotSent(
        "not-shown-yet",
        "Bluesky does not show this post, though it is there. Nothing was lost; its replies can be "
        "read later.",
    )
