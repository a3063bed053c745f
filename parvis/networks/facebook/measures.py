"""A Page's figures and the comments below its posts.

Which fields there are depends on the kind of post, which its id tells: a post's begins with the
Page's own, a comment's with its post's, and a video, a reel or a story has a bare number.

Sources: Meta's field lists (2026-04) for the names; trypostit/trypost PR 320 (2026-08) for which
insights are still known and that reels have `video_insights` instead; the syntax of the summaries
is from memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import Account, Json
from parvis.networks.errors import Reconnect
from parvis.networks.facebook.api import API
from parvis.networks.facebook.comments import read_comments
from parvis.networks.graph.call import can_do_without
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.insights import ask_for, read_values, refuses_a_name
from parvis.networks.http import Http
from parvis.networks.measures import Metric, Metrics, Replies, Standing, told_count

# As many ids as one request may name.
MOST_IDS = 50

_POST = "shares,reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"
_COMMENT = "like_count,comment_count"
_VIDEO = "views,likes.limit(0).summary(true),comments.limit(0).summary(true)"

_POST_INSIGHTS: Mapping[str, Metric] = {
    "post_media_view": Metric.VIEWS,
    "post_total_media_view_unique": Metric.REACH,
    "post_clicks": Metric.CLICKS,
}
# What `video_insights` answers when it is asked for nothing in particular.
_VIDEO_INSIGHTS: Mapping[str, Metric] = {
    "blue_reels_play_count": Metric.VIDEO_VIEWS,
    "post_impressions_unique": Metric.REACH,
    "post_video_likes_by_reaction_type": Metric.REACTIONS,
}

_Counts = dict[Metric, int]


async def read_metrics(
    http: Http, account: Account, remote_ids: Sequence[str]
) -> tuple[Metrics, ...]:
    try:
        found: dict[str, Metrics] = {}
        for fields, ids in _by_kind(account, remote_ids).items():
            for start in range(0, len(ids), MOST_IDS):
                found |= await _read(http, account, fields, ids[start : start + MOST_IDS])
        return tuple(found[remote_id] for remote_id in remote_ids)
    except Reconnect as lack:
        raise can_do_without(lack) from None


def _by_kind(account: Account, remote_ids: Sequence[str]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for remote_id in remote_ids:
        kinds.setdefault(_fields_of(account, remote_id), []).append(remote_id)
    return kinds


def _fields_of(account: Account, remote_id: str) -> str:
    if remote_id.startswith(f"{account.remote_id}_"):
        return _POST
    return _COMMENT if "_" in remote_id else _VIDEO


async def _read(
    http: Http, account: Account, fields: str, ids: Sequence[str]
) -> dict[str, Metrics]:
    """One id that is gone, or one of another kind, fails the request for all: then each is asked
    for alone."""
    answer = await _ask(http, account, ids, fields)
    if not answer.ok and (is_missing(read_fault(answer)) or refuses_a_name(answer)):
        if len(ids) == 1:
            return {ids[0]: _no_figures(ids[0], is_gone=is_missing(read_fault(answer)))}
        alone = [await _read(http, account, fields, [each]) for each in ids]
        return {remote_id: figures for one in alone for remote_id, figures in one.items()}
    told = API.accepted(answer)
    more = await _insights(http, account, fields, ids)
    return {
        remote_id: _metrics(remote_id, read_counts(told.get(remote_id)) | more.get(remote_id, {}))
        for remote_id in ids
    }


async def _ask(http: Http, account: Account, ids: Sequence[str], fields: str) -> Answer:
    return await API.get(
        http,
        account.server,
        "",
        account.tokens.access,
        purpose="read metrics",
        query={"ids": ",".join(ids), "fields": fields},
    )


async def _insights(
    http: Http, account: Account, fields: str, ids: Sequence[str]
) -> dict[str, _Counts]:
    """Insights come on top: where Facebook gives none, the other figures stand."""
    try:
        if fields == _POST:
            return await _post_insights(http, account, ids)
        return await _video_insights(http, account, ids) if fields == _VIDEO else {}
    except Reconnect as lack:
        if lack.code != "scope-missing":
            raise
        return {}


async def _post_insights(http: Http, account: Account, ids: Sequence[str]) -> dict[str, _Counts]:
    async def ask(names: Sequence[str]) -> Answer:
        return await _ask(http, account, ids, f"insights.metric({','.join(names)})")

    answers = await ask_for(tuple(_POST_INSIGHTS), ask)
    return _gathered((API.accepted(answer) for answer in answers), "insights", _POST_INSIGHTS)


async def _video_insights(http: Http, account: Account, ids: Sequence[str]) -> dict[str, _Counts]:
    answer = await _ask(http, account, ids, "video_insights")
    if refuses_a_name(answer):
        return {}
    return _gathered([API.accepted(answer)], "video_insights", _VIDEO_INSIGHTS)


def _gathered(
    answers: Iterable[Json], edge: str, names: Mapping[str, Metric]
) -> dict[str, _Counts]:
    found: dict[str, _Counts] = {}
    for told in answers:
        for remote_id, one in told.items():
            values = read_values(one.get(edge)) if isinstance(one, Mapping) else {}
            counts = {names[name]: value for name, value in values.items() if name in names}
            found.setdefault(remote_id, {}).update(counts)
    return found


def read_counts(told: Any) -> _Counts:
    """The figures among a post's, a comment's or a video's own fields."""
    if not isinstance(told, Mapping):
        return {}
    shares = told.get("shares")
    figures = {
        Metric.REACTIONS: _total(told.get("reactions")),
        Metric.COMMENTS: _total(told.get("comments"), told.get("comment_count")),
        Metric.LIKES: _total(told.get("likes"), told.get("like_count")),
        Metric.VIDEO_VIEWS: told.get("views"),
        # Facebook leaves this out where nobody has shared a post.
        Metric.SHARES: shares.get("count") if isinstance(shares, Mapping) else _no_shares(told),
    }
    return {metric: value for metric, value in figures.items() if isinstance(value, int)}


def _no_shares(told: Mapping[str, Any]) -> int | None:
    return 0 if "reactions" in told else None


def _total(edge: Any, plain: Any = None) -> Any:
    summary = edge.get("summary") if isinstance(edge, Mapping) else None
    return summary.get("total_count") if isinstance(summary, Mapping) else plain


def _metrics(remote_id: str, counts: _Counts) -> Metrics:
    return Metrics(remote_id=remote_id, counts=counts, read_at=present.now())


def _no_figures(remote_id: str, *, is_gone: bool) -> Metrics:
    return Metrics(remote_id=remote_id, counts={}, read_at=present.now(), is_gone=is_gone)


async def read_standing(http: Http, account: Account) -> Standing:
    """A Page tells how many follow it, and not how many posts it has."""
    answer = await API.get(
        http,
        account.server,
        account.remote_id,
        account.tokens.access,
        purpose="read metrics",
        query={"fields": "followers_count"},
    )
    return Standing(followers=told_count(API.accepted(answer), "followers_count"))


async def read_replies(http: Http, account: Account, remote_id: str, cursor: str | None) -> Replies:
    try:
        return await read_comments(http, account, remote_id, cursor)
    except Reconnect as lack:
        raise can_do_without(lack) from None
