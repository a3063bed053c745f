"""What is read: posts, replies, listings, profiles and figures."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.pages import media_url
from parvis.sandbox.records import Json, Media, Post, Token
from parvis.sandbox.threads.answers import (
    bad_parameter,
    error,
    no_such_object,
    parameters,
)
from parvis.sandbox.threads.containers import Containers
from parvis.sandbox.threads.fields import choose, names, pick
from parvis.sandbox.threads.publishing import owner_of
from parvis.sandbox.threads.shown import shortcode, text_of

METRICS = ("views", "likes", "replies", "reposts", "quotes", "shares")
ACCOUNT_METRICS = (
    "views",
    "likes",
    "replies",
    "reposts",
    "quotes",
    "clicks",
    "followers_count",
    "follower_demographics",
)
_KINDS = {
    "TEXT": "TEXT_POST",
    "IMAGE": "IMAGE",
    "VIDEO": "VIDEO",
    "CAROUSEL": "CAROUSEL_ALBUM",
}
_PAGE, _LARGEST_PAGE = 25, 100


class Reading:
    def __init__(self, network: SandboxNetwork, containers: Containers) -> None:
        self._network = network
        self._containers = containers

    async def node(self, request: web.Request) -> web.StreamResponse:
        """A post, a reply or a container, whichever has this id."""
        token = await self._network.token(request, "threads_basic")
        asked = await parameters(request)
        object_id = request.match_info["id"]
        if container := self._containers.find(token, object_id):
            return web.json_response(self._containers.tell(container, names(asked, "id")))
        post = self._post(object_id)
        return web.json_response(self._told(post, token, asked))

    async def profile(self, request: web.Request) -> web.StreamResponse:
        token = await owner_of(self._network, request, "threads_basic")
        person = self._network.person(token.person_id)
        known = {
            "id": person.id,
            "username": person.handle,
            "name": person.name,
            "is_verified": False,
            "threads_profile_picture_url": None,
            "threads_biography": None,
            "recently_searched_keywords": None,
            "is_eligible_for_geo_gating": False,
        }
        return web.json_response(choose(known, await parameters(request), "id"))

    async def posts(self, request: web.Request) -> web.StreamResponse:
        """Without the replies, newest first."""
        token = await owner_of(self._network, request, "threads_basic")
        mine = self._network.shelf.posts.by(token.person_id)
        return await self._listing(request, token, [p for p in mine if not p.parent_id])

    async def replies(self, request: web.Request) -> web.StreamResponse:
        """Of a profile: all that it answered. Of a post: the direct answers to it."""
        token = await self._network.token(request, "threads_read_replies")
        named = request.match_info["id"]
        if named in ("me", token.person_id):
            mine = self._network.shelf.posts.by(token.person_id)
            return await self._listing(request, token, [p for p in mine if p.parent_id])
        answers = self._network.shelf.posts.answers_to(self._post(named).id)
        return await self._listing(request, token, answers, is_below=True)

    async def conversation(self, request: web.Request) -> web.StreamResponse:
        """The answers and the answers to them, flattened."""
        token = await self._network.token(request, "threads_read_replies")
        below = list(self._below(self._post(request.match_info["id"])))
        return await self._listing(request, token, below, is_below=True)

    async def hide(self, request: web.Request) -> web.StreamResponse:
        token = await self._network.token(request, "threads_manage_replies")
        reply = self._post(request.match_info["id"])
        root = self._network.shelf.posts.living(reply.root_id)
        if root is None or root.author_id != token.person_id:
            raise no_such_object(reply.id, "post")
        if reply.parent_id != root.id:
            raise bad_parameter("Only top-level replies can be hidden.")
        hide = (await parameters(request)).get("hide", "").lower()
        if hide not in ("true", "false"):
            raise bad_parameter("Param hide must be true or false.")
        hidden = "HIDDEN" if hide == "true" else "UNHUSHED"
        self._network.shelf.posts.put(_with(reply, hide_status=hidden))
        return web.json_response({"success": True})

    async def insights(self, request: web.Request) -> web.StreamResponse:
        token = await self._network.token(request, "threads_manage_insights")
        post = self._post(request.match_info["id"])
        if post.author_id != token.person_id:
            raise no_such_object(post.id)
        wanted = self._metrics(await parameters(request), METRICS)
        counts = self._network.counts(post)
        values = {
            "views": counts.views,
            "likes": counts.likes,
            "replies": counts.replies,
            "reposts": counts.reposts,
            "quotes": counts.quotes,
            # The sandbox's audience saves, and shares as often.
            "shares": counts.bookmarks,
        }
        data = [
            {
                "name": name,
                "period": "lifetime",
                "values": [{"value": values[name]}],
                "title": name.capitalize(),
                "description": f"The number of {name} of your post.",
                "id": f"{post.id}/insights/{name}/lifetime",
            }
            for name in wanted
        ]
        return web.json_response({"data": data})

    async def account_insights(self, request: web.Request) -> web.StreamResponse:
        token = await owner_of(self._network, request, "threads_manage_insights")
        asked = await parameters(request)
        wanted = self._metrics(asked, ACCOUNT_METRICS)
        if "follower_demographics" in wanted and not asked.get("breakdown"):
            raise bad_parameter("follower_demographics needs a breakdown.")
        return web.json_response({"data": [self._account_metric(token, n) for n in wanted]})

    def _account_metric(self, token: Token, name: str) -> Json:
        posts = self._network.shelf.posts.by(token.person_id)
        counts = [self._network.counts(post) for post in posts]
        told: Json = {"name": name, "period": "day", "title": name}
        told["id"] = f"{token.person_id}/insights/{name}/day"
        if name == "views":
            value = sum(each.profile_clicks for each in counts)
            end = self._network.clock.now().strftime("%Y-%m-%dT07:00:00+0000")
            return told | {"values": [{"value": value, "end_time": end}]}
        if name == "follower_demographics":
            return told | {"total_value": {"breakdowns": []}}
        if name == "followers_count":
            others = [p for p in self._network.shelf.people if not p.is_owner]
            return told | {"total_value": {"value": len(others)}}
        return told | {"total_value": {"value": sum(getattr(each, name) for each in counts)}}

    def _metrics(self, asked: Mapping[str, str], known: Sequence[str]) -> list[str]:
        """One name that is not known fails all of them."""
        wanted = [name for name in asked.get("metric", "").split(",") if name]
        retired = self._network.take_fault(Kind.RETIRED_METRIC, Purpose.METRICS)
        left = [name for name in known if retired is None or name != retired.detail]
        for place, name in enumerate(wanted):
            if name not in left:
                raise Answered(
                    error(
                        f"(#100) metric[{place}] must be one of the following values: "
                        f"{', '.join(left)}",
                        100,
                    )
                )
        if not wanted:
            raise bad_parameter("(#100) The parameter metric is required.")
        return wanted

    # Listings.

    async def _listing(
        self,
        request: web.Request,
        token: Token,
        posts: Sequence[Post],
        *,
        is_below: bool = False,
    ) -> web.Response:
        """Newest first, but answers oldest first when `reverse` is false."""
        asked = await parameters(request)
        is_reversed = not is_below or asked.get("reverse", "true").lower() != "false"
        ordered = sorted(posts, key=lambda p: (p.created_at, p.id), reverse=is_reversed)
        kept = [post for post in ordered if _is_within(post, asked)]
        start, page = _page(kept, asked)
        told: Json = {"data": [self._told(post, token, asked) for post in page]}
        if page:
            told["paging"] = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
            if start + len(page) < len(kept):
                following = request.url.update_query(after=_cursor(page[-1]))
                told["paging"]["next"] = self._network.origin + str(following.relative())
        return web.json_response(told)

    def _below(self, post: Post) -> Iterable[Post]:
        for answer in self._network.shelf.posts.answers_to(post.id):
            yield answer
            yield from self._below(answer)

    def _post(self, post_id: str) -> Post:
        post = self._network.shelf.posts.living(post_id)
        if post is None:
            raise no_such_object(post_id)
        return post

    # One post.

    def _told(self, post: Post, token: Token, asked: Mapping[str, str]) -> Json:
        known = self._post_fields(post) | self._reply_fields(post, token)
        return pick(known, names(asked, "id"), "id")

    def _post_fields(self, post: Post) -> Json:
        media = [m for key in post.media_ids if (m := self._network.shelf.media.get(key))]
        stated = post.extra.get("asked", {})
        kind = post.extra.get("kind", "TEXT")
        return {
            "id": post.id,
            "media_product_type": "THREADS",
            "media_type": _KINDS[kind],
            "media_url": media_url(self._network, media[0]) if len(media) == 1 else None,
            "gif_url": None,
            "permalink": self._network.permalink(post),
            "owner": {"id": post.author_id},
            "username": self._network.person(post.author_id).handle,
            "text": text_of(post) or None,
            "timestamp": post.created_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "shortcode": shortcode(post.id),
            "thumbnail_url": None,
            "children": {"data": [{"id": m.id} for m in media]} if len(media) > 1 else None,
            "is_quote_post": bool(stated.get("quote_post_id")),
            "quoted_post": _linked(stated.get("quote_post_id")),
            "reposted_post": None,
            "has_replies": bool(self._network.shelf.posts.answers_to(post.id)),
            "alt_text": _alt(media),
            "link_attachment_url": stated.get("link_attachment"),
            "poll_attachment": self._poll(post),
            "location_id": stated.get("location_id"),
            "topic_tag": post.extra.get("topic"),
            "is_verified": False,
            "profile_picture_url": None,
        }

    def _reply_fields(self, post: Post, token: Token) -> Json:
        is_own = post.author_id == token.person_id
        control = post.extra.get("asked", {}).get("reply_control", "everyone")
        return {
            "is_reply": bool(post.parent_id),
            "is_reply_owned_by_me": is_own if post.parent_id else None,
            "root_post": _linked(post.root_id),
            "replied_to": _linked(post.parent_id),
            "hide_status": post.extra.get("hide_status", "NOT_HUSHED") if post.parent_id else None,
            "reply_audience": control.upper() if is_own else None,
        }

    def _poll(self, post: Post) -> Json | None:
        poll = post.extra.get("poll")
        if poll is None:
            return None
        votes = self._network.votes(post, len(poll["options"]))
        total = sum(votes) or 1
        told: Json = {}
        for letter, option, count in zip("abcd", poll["options"], votes, strict=False):
            told[f"option_{letter}"] = option
            told[f"option_{letter}_votes_percentage"] = round(count / total, 2)
        ends = datetime.fromisoformat(poll["ends_at"])
        return told | {"expiration_timestamp": ends.strftime("%Y-%m-%dT%H:%M:%S+0000")}


def _with(post: Post, **extra: Any) -> Post:
    return replace(post, extra=post.extra | extra)


def _linked(post_id: str | None) -> Json | None:
    return {"id": post_id} if post_id else None


def _alt(media: Sequence[Media]) -> str | None:
    """Of a carousel, each child has its own."""
    return media[0].alt or None if len(media) == 1 else None


def _is_within(post: Post, asked: Mapping[str, str]) -> bool:
    since, until = _moment(asked.get("since")), _moment(asked.get("until"))
    return (since is None or post.created_at >= since) and (
        until is None or post.created_at <= until
    )


def _moment(stated: str | None) -> datetime | None:
    """A Unix time, or a date and perhaps a time."""
    if not stated:
        return None
    try:
        if stated.isdigit():
            return datetime.fromtimestamp(int(stated), UTC)
        found = datetime.fromisoformat(stated)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise bad_parameter("Params since and until must be a Unix time or a date.") from None


def _page(posts: Sequence[Post], asked: Mapping[str, str]) -> tuple[int, Sequence[Post]]:
    stated = asked.get("limit") or str(_PAGE)
    if not stated.isdigit():
        raise bad_parameter("Param limit must be a number.")
    limit = min(int(stated) or _PAGE, _LARGEST_PAGE)
    if asked.get("after") and asked.get("before"):
        raise bad_parameter("Both before and after cannot be passed at the same time.")
    places = {_cursor(post): place for place, post in enumerate(posts)}
    if after := asked.get("after"):
        start = places.get(after, len(posts)) + 1
    elif before := asked.get("before"):
        start = max(places.get(before, 0) - limit, 0)
    else:
        start = 0
    return start, posts[start : start + limit]


def _cursor(post: Post) -> str:
    return base64.urlsafe_b64encode(f"QVF{post.id}".encode()).decode().rstrip("=")
