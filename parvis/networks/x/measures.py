"""What X tells of posts after they went out: their figures and their replies."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from parvis.networks import present
from parvis.networks.contract import Account
from parvis.networks.http import Answer, Http
from parvis.networks.measures import Metric, Metrics, Replies, Reply, Standing, told_count
from parvis.networks.x.api import (
    NETWORK,
    failure,
    kind_of,
    moment_of,
    problems,
    url_of,
)
from parvis.networks.x.comparing import expanded, parent_of

BATCH = 100
# X's “non-public” figures are for the author alone, and end 30 days after the post.
_PRIVATE_DAYS = timedelta(days=29, hours=23)
_WITHHELD = (400, 403)
_PUBLIC_FIELDS = "attachments,created_at,public_metrics"
_PRIVATE_FIELDS = f"{_PUBLIC_FIELDS},non_public_metrics"

# X names the reposts anew to who asks with `post.fields` (OpenAPI 2.167); the older name is read
# too, which answers of 2026 still have at third parties.
_PUBLIC: Mapping[str, Metric] = {
    "impression_count": Metric.IMPRESSIONS,
    "like_count": Metric.LIKES,
    "reply_count": Metric.REPLIES,
    "repost_count": Metric.REPOSTS,
    "retweet_count": Metric.REPOSTS,
    "quote_count": Metric.QUOTES,
    "bookmark_count": Metric.BOOKMARKS,
}
_PRIVATE: Mapping[str, Metric] = {
    "url_link_clicks": Metric.LINK_CLICKS,
    "user_profile_clicks": Metric.PROFILE_CLICKS,
    "engagements": Metric.ENGAGEMENTS,
}


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    """X may answer a post whose private figures it withholds with an error alone: its public ones
    are then asked for by themselves."""
    now = present.now()
    recent = [one for one in remote_ids if _is_recent(one, now)]
    read = await _read_all(http, account, recent, _PRIVATE_FIELDS)
    rest = [one for one in remote_ids if one not in read]
    read |= await _read_all(http, account, rest, _PUBLIC_FIELDS)
    return tuple(read[one] for one in remote_ids if one in read)


async def read_standing(http: Http, account: Account) -> Standing:
    """User, `public_metrics`: `tweet_count` counts reposts and replies as well."""
    answer = await http.get(
        f"{account.server}/2/users/me",
        network=NETWORK,
        purpose="read metrics",
        query={"user.fields": "public_metrics"},
        bearer=account.tokens.access,
    )
    if not answer.ok:
        raise failure(answer, account)
    person = answer.json_object().get("data")
    figures = person.get("public_metrics") if isinstance(person, Mapping) else None
    if not isinstance(figures, Mapping):
        raise answer.unreadable()
    return Standing(
        followers=told_count(figures, "followers_count"), posts=told_count(figures, "tweet_count")
    )


async def read_replies(http: Http, account: Account, remote_id: str, cursor: str | None) -> Replies:
    """Of the last seven days, which is as far as X's recent search goes. A part in the middle of
    a thread has no conversation of its own, so what answers it directly is asked for as well."""
    query = {
        "query": f"conversation_id:{remote_id} OR in_reply_to_tweet_id:{remote_id}",
        "max_results": str(BATCH),
        # Who wrote and what is answered are told with an expansion, and not as fields.
        "post.fields": "created_at,entities",
        "expansions": "author_id,referenced_posts",
        "user.fields": "name,username",
    }
    if cursor:
        query["next_token"] = cursor
    answer = await http.get(
        f"{account.server}/2/tweets/search/recent",
        network=NETWORK,
        purpose="read replies",
        query=query,
        bearer=account.tokens.access,
    )
    if not answer.ok:
        raise failure(answer, account)
    return read_found_replies(answer, account, remote_id)


def read_found_replies(answer: Answer, account: Account, remote_id: str) -> Replies:
    told = answer.json_object()
    try:
        people = {str(one["id"]): one for one in told.get("includes", {}).get("users", ())}
        replies = [
            _reply(listed, people, account.server)
            for listed in told.get("data") or ()
            if str(listed["id"]) != remote_id
        ]
        token = told["meta"].get("next_token")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
    replies.sort(key=lambda reply: reply.written_at)
    return Replies(replies=tuple(replies), cursor=str(token) if token else None)


def _reply(listed: Mapping[str, Any], people: Mapping[str, Any], server: str) -> Reply:
    author = people.get(str(listed["author_id"]), {})
    handle = str(author.get("username") or "")
    return Reply(
        remote_id=str(listed["id"]),
        url=url_of(server, handle or "i", str(listed["id"])),
        parent_id=parent_of(listed),
        author_id=str(listed["author_id"]),
        author_handle=handle,
        author_name=str(author.get("name") or ""),
        text=expanded(str(listed["text"]), listed.get("entities") or {}),
        written_at=datetime.fromisoformat(listed["created_at"]),
    )


def _is_recent(remote_id: str, now: datetime) -> bool:
    moment = moment_of(remote_id)
    return moment is not None and now - moment < _PRIVATE_DAYS


async def _read_all(
    http: Http, account: Account, remote_ids: Sequence[str], fields: str
) -> dict[str, Metrics]:
    read: dict[str, Metrics] = {}
    for start in range(0, len(remote_ids), BATCH):
        batch = remote_ids[start : start + BATCH]
        answer = await _ask(http, account, batch, fields)
        if answer.ok:
            read |= read_figures(answer, batch)
        elif fields == _PUBLIC_FIELDS or answer.status not in _WITHHELD:
            raise failure(answer, account)
    return read


async def _ask(http: Http, account: Account, batch: Sequence[str], fields: str) -> Answer:
    return await http.get(
        f"{account.server}/2/tweets",
        network=NETWORK,
        purpose="read metrics",
        query={
            "ids": ",".join(batch),
            "post.fields": fields,
            "expansions": "attachments.media_keys",
            "media.fields": "public_metrics",
        },
        bearer=account.tokens.access,
    )


def read_figures(answer: Answer, asked: Iterable[str]) -> dict[str, Metrics]:
    """By id. A post that X neither shows nor calls gone is left out."""
    told = answer.json_object()
    now = present.now()
    try:
        media = {one["media_key"]: one for one in told.get("includes", {}).get("media", ())}
        shown = {str(post["id"]): _counts(post, media) for post in told.get("data") or ()}
        gone = {
            str(problem.get("resource_id") or problem.get("value"))
            for problem in problems(told)
            if kind_of(problem) == "resource-not-found"
        }
    except (KeyError, TypeError, AttributeError):
        raise answer.unreadable() from None
    return {
        one: Metrics(
            remote_id=one, counts=shown.get(one, {}), read_at=now, is_gone=one not in shown
        )
        for one in asked
        if one in shown or one in gone
    }


def _counts(post: Mapping[str, Any], media: Mapping[str, Any]) -> dict[Metric, int]:
    counts = _known(post.get("public_metrics"), _PUBLIC)
    counts |= _known(post.get("non_public_metrics"), _PRIVATE)
    keys = (post.get("attachments") or {}).get("media_keys") or ()
    views = [
        figures["view_count"]
        for key in keys
        if isinstance((figures := media.get(key, {}).get("public_metrics") or {}), Mapping)
        and isinstance(figures.get("view_count"), int)
    ]
    return counts | ({Metric.VIDEO_VIEWS: sum(views)} if views else {})


def _known(figures: Any, names: Mapping[str, Metric]) -> dict[Metric, int]:
    if not isinstance(figures, Mapping):
        return {}
    return {
        metric: figures[name]
        for name, metric in names.items()
        if isinstance(figures.get(name), int) and not isinstance(figures[name], bool)
    }
