"""Finding out whether a post went out, by the surest sign that each kind leaves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parvis.networks import present
from parvis.networks.contract import Account, Found, Json, Prepared, Presence, Published
from parvis.networks.errors import NotSent
from parvis.networks.facebook.api import API, url_of
from parvis.networks.facebook.post import video_published
from parvis.networks.facebook.reels import (
    is_broken,
    is_in_work,
    is_published,
    is_unsent,
    read_status,
)
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.listings import (
    Listed,
    ends_before,
    moment,
    next_cursor,
    recent,
    rows_of,
    same_text,
)
from parvis.networks.http import Answer, Http
from parvis.networks.likeness import Likeness, Listing, floor_of, judge

# Meta refuses an answer that would be too large ("Please reduce the amount of data").
_PAGE_SIZE = "25"
_PAGES = 20
_POST_FIELDS = (
    "id,message,created_time,permalink_url,"
    "attachments{media_type,target{id},subattachments.limit(50){target{id}}}"
)
_COMMENT_FIELDS = "id,message,created_time,permalink_url,from{id},attachment{target{id}}"
_STORY_FIELDS = "post_id,media_id,creation_time,url,status"


async def look_up(
    http: Http,
    account: Account,
    prepared: Prepared,
    sent_at: datetime,
    others: frozenset[str],
) -> Found:
    body = prepared.body
    if video_id := body.get("video_id"):
        return await _find_video(http, account, str(video_id))
    if body["kind"] == "photo-story":
        return await _find_story(http, account, str(body["photo_ids"][0]))
    if body["kind"] == "comment":
        listing = await _comments(http, account, str(body["post_id"]), sent_at)
    else:
        listing = await _posts(http, account, sent_at)
    listing = listing.without(others)
    return judge(
        {post.as_candidate(): likeness(post, prepared) for post in listing.posts},
        is_complete=listing.is_complete,
    )


async def _find_video(http: Http, account: Account, video_id: str) -> Found:
    """The id of a video is known before it is published, and so its fate is. That Facebook does
    not show it proves nothing: it has denied what was there."""
    status = await read_status(http, account, video_id, purpose="look up")
    if status is None:
        return Found(presence=Presence.CANNOT_TELL)
    if is_published(status):
        return Found(
            presence=Presence.PRESENT, published=video_published(account, video_id, status)
        )
    if is_in_work(status) and not is_broken(status):
        raise NotSent(
            "processing",
            "Facebook is still working on the video. Whether the post went out is asked again.",
        )
    gone = is_broken(status) or is_unsent(status)
    return Found(presence=Presence.ABSENT if gone else Presence.CANNOT_TELL)


def likeness(post: Listed, prepared: Prepared) -> Likeness:
    """Photos are uploaded for one post only, so the same photos are the same post. The same text
    with as many other photos is for a person to tell: that a photo keeps its id for ever is not
    documented."""
    sent = frozenset(prepared.body.get("photo_ids", ()))
    if sent and sent == post.media_ids:
        return Likeness.SAME
    if len(sent) != post.media_count or not same_text(post.text, _sent_text(prepared)):
        return Likeness.OTHER
    return Likeness.ALIKE if sent else Likeness.SAME


def _sent_text(prepared: Prepared) -> str:
    return str(prepared.body["form"].get("message", ""))


async def _posts(http: Http, account: Account, sent_at: datetime) -> Listing[Listed]:
    path = f"{account.remote_id}/published_posts"
    return await _listing(http, account, path, {"fields": _POST_FIELDS}, sent_at)


async def _comments(
    http: Http, account: Account, post_id: str, sent_at: datetime
) -> Listing[Listed]:
    query = {"fields": _COMMENT_FIELDS, "filter": "stream", "order": "reverse_chronological"}
    return await _listing(http, account, f"{post_id}/comments", query, sent_at)


async def _listing(
    http: Http, account: Account, path: str, query: Mapping[str, str], sent_at: datetime
) -> Listing[Listed]:
    """The listing to its end, or to the first page that ends before the post can have begun."""
    posts: list[Listed] = []
    asked = {**query, "limit": _PAGE_SIZE}
    for _ in range(_PAGES):
        answer = await API.get(
            http,
            account.server,
            path,
            account.tokens.access,
            purpose="look up",
            query=asked,
        )
        if is_missing(read_fault(answer)):
            return Listing(posts=(), is_complete=False)
        told = API.accepted(answer)
        page = read_page(answer, account)
        floor = floor_of(sent_at, answer, present.now())
        posts += page
        after = next_cursor(told)
        if after is None or ends_before(page, floor):
            return Listing(posts=recent(posts, floor), is_complete=True)
        asked["after"] = after
    return Listing(posts=tuple(posts), is_complete=False)


def read_page(answer: Answer, account: Account) -> list[Listed]:
    """The account's own posts or comments; what others wrote below a post is left out."""
    data = answer.json_object().get("data")
    if not isinstance(data, list):
        raise answer.unreadable()
    try:
        return [_listed(one, account) for one in data if _is_own(one, account)]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def _is_own(told: Json, account: Account) -> bool:
    author = told.get("from")
    return not isinstance(author, Mapping) or str(author.get("id")) == account.remote_id


def _listed(told: Json, account: Account) -> Listed:
    shown = _shown(told)
    return Listed(
        remote_id=str(told["id"]),
        url=str(told.get("permalink_url") or url_of(account.server, str(told["id"]))),
        text=str(told.get("message") or ""),
        created_at=moment(told["created_time"]),
        media_ids=frozenset(_targets(shown)),
        media_count=len(shown),
    )


def _shown(told: Json) -> list[Mapping[str, Any]]:
    """The photos that a post shows, be it one or an album; a link's card is none."""
    shown: list[Mapping[str, Any]] = []
    for one in rows_of(told.get("attachments")):
        inner = rows_of(one.get("subattachments"))
        if inner:
            shown += inner
        elif one.get("media_type") == "photo":
            shown.append(one)
    return shown


def _targets(shown: list[Mapping[str, Any]]) -> list[str]:
    targets = (one.get("target") for one in shown)
    return [str(one["id"]) for one in targets if isinstance(one, Mapping) and one.get("id")]


async def _find_story(http: Http, account: Account, photo_id: str) -> Found:
    """Stories are listed only while the Page keeps an archive of them: a listing that shows any
    works, an empty one proves nothing."""
    told = await API.read(
        http,
        account.server,
        f"{account.remote_id}/stories",
        account.tokens.access,
        purpose="look up",
        query={"fields": _STORY_FIELDS, "limit": _PAGE_SIZE},
    )
    stories = rows_of(told)
    for story in stories:
        if str(story.get("media_id")) == photo_id:
            return Found(presence=Presence.PRESENT, published=_story(story, account, photo_id))
    return Found(presence=Presence.ABSENT if stories else Presence.CANNOT_TELL)


def _story(told: Mapping[str, Any], account: Account, photo_id: str) -> Published:
    post_id = str(told.get("post_id") or photo_id)
    return Published(remote_id=post_id, url=str(told.get("url") or url_of(account.server, post_id)))
