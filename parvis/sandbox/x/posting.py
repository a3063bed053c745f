"""Making and deleting posts: everything that X looks at before it takes one."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Json, Media, Post, Token
from parvis.sandbox.x import problems
from parvis.sandbox.x.showing import mentions, shown_text
from parvis.sandbox.x.weights import LIMIT, cashtags, weight

# How long X remembers an equal text is not said anywhere.
REMEMBERED = timedelta(hours=24)
# Nobody weighs what is longer: it would hold a server up.
LONGEST = 10_000
_SERVED = ("text", "media", "poll", "reply", "reply_settings", "made_with_ai", "paid_partnership")
# Known to X, and for larger customers than the sandbox's: quotes were taken from the others on
# 2026-04-20.
_WITHHELD = (
    *("quote_tweet_id", "geo", "card_uri", "community_id", "direct_message_deep_link"),
    *("edit_options", "for_super_followers_only", "nullcast", "share_with_followers"),
)
_ALONE = ("media", "poll")
_REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")


class Posting:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network

    async def create(self, request: web.Request, token: Token) -> web.Response:
        asked = await self._read(request)
        text = unicodedata.normalize("NFC", str(asked.get("text") or "")).strip()
        media = self._media(asked, token)
        parent = self._parent(asked, token)
        self._refuse_text(text, media)
        self._refuse_duplicate(text, media, parent, token)
        post = self._network.keep_post(self._made(asked, text, media, parent, token))
        shown = shown_text(self._network, post)
        created = {"id": post.id, "text": shown.text, "edit_history_tweet_ids": [post.id]}
        return web.json_response({"data": created}, status=201)

    async def delete(self, request: web.Request, token: Token) -> web.Response:
        post = self._network.shelf.posts.living(request.match_info["id"])
        if post is None:
            missing = problems.not_found("tweet", "id", request.match_info["id"])
            return web.json_response(missing | {"status": 404}, status=404)
        if post.author_id != token.person_id:
            return problems.forbidden("You are not authorized to delete this Tweet.")
        self._network.delete_post(post)
        return web.json_response({"data": {"deleted": True}})

    async def _read(self, request: web.Request) -> Json:
        asked = await read_object(request)
        for name in asked:
            if name in _WITHHELD:
                raise Answered(problems.not_permitted())
            if name not in _SERVED:
                raise _invalid(name, asked[name], f"$.{name}: is not defined in the schema")
        if not isinstance(asked.get("text", ""), str):
            raise _invalid("text", asked["text"], "$.text: a string was expected")
        if sum(1 for name in _ALONE if asked.get(name)) > 1:
            raise _invalid("media", asked, "$: only one of media and poll is allowed")
        _refuse_poll(asked.get("poll"))
        if asked.get("reply_settings") not in (None, *_REPLY_SETTINGS):
            raise _invalid(
                "reply_settings",
                asked["reply_settings"],
                f"$.reply_settings: is not one of [{', '.join(_REPLY_SETTINGS)}]",
            )
        return asked

    def _media(self, asked: Json, token: Token) -> list[Media]:
        """Of the author, whole, alive and worked through; four images, or one of the others."""
        named = asked.get("media")
        if named is None:
            return []
        ids = named.get("media_ids") if isinstance(named, dict) else None
        if not isinstance(ids, list) or not 1 <= len(ids) <= 4:
            raise _invalid("media.media_ids", ids, "$.media.media_ids: 1 to 4 are allowed")
        found = [self._usable(str(one), token) for one in ids]
        if len(found) > 1 and any(media.extra["kind"] != "photo" for media in found):
            raise _invalid("media.media_ids", ids, "Your media IDs are invalid.")
        return found

    def _usable(self, media_id: str, token: Token) -> Media:
        kept = self._network.shelf.media
        media = kept.get(media_id)
        if (
            media is None
            or media.owner_id != token.person_id
            or media.extra.get("failed")
            or (media.expires_at and media.expires_at <= self._network.clock.now())
            or not self._network.is_ready(kept, media, asked=False)
        ):
            raise _invalid("media.media_ids", media_id, "Your media IDs are invalid.")
        return media

    def _parent(self, asked: Json, token: Token) -> Post | None:
        """Only to oneself, or to who has named one: X's rule for self-serve apps."""
        reply = asked.get("reply")
        if reply is None:
            return None
        parent_id = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
        if not isinstance(parent_id, str):
            message = "$.reply.in_reply_to_tweet_id: is missing but it is required"
            raise _invalid("$.reply", reply, message)
        parent = self._network.shelf.posts.living(parent_id)
        if parent is None:
            raise Answered(problems.parent_gone())
        handle = self._network.person(token.person_id).handle.lower()
        if parent.author_id != token.person_id and handle not in mentions(parent.text):
            raise Answered(problems.reply_not_allowed())
        return parent

    def _refuse_text(self, text: str, media: Iterable[Media]) -> None:
        if not text and not list(media):
            raise _invalid("text", text, "$.text: is missing but it is required")
        if len(text) > LONGEST or weight(text) > LIMIT:
            raise Answered(problems.too_long())
        if cashtags(text) > 1:
            raise Answered(problems.forbidden("Posts are limited to one cashtag."))

    def _refuse_duplicate(
        self, text: str, media: list[Media], parent: Post | None, token: Token
    ) -> None:
        """What X compares besides the text is not said anywhere; here, what is answered, and that
        neither has media."""
        if media or not text or not self._network.quirk("refuses-equal-text"):
            return
        since = self._network.clock.now() - REMEMBERED
        for post in self._network.shelf.posts.by(token.person_id):
            if post.created_at < since:
                return
            answered = parent.id if parent else ""
            if (post.text, post.parent_id, post.media_ids) == (text, answered, ()):
                raise Answered(problems.duplicate())

    def _made(
        self, asked: Json, text: str, media: list[Media], parent: Post | None, token: Token
    ) -> Post:
        post = Post(
            id=self._network.new_id(),
            author_id=token.person_id,
            text=text,
            created_at=self._network.clock.now(),
            media_ids=tuple(one.id for one in media),
            parent_id=parent.id if parent else "",
            root_id=(parent.root_id or parent.id) if parent else "",
            extra={"reply_settings": asked.get("reply_settings") or "everyone"},
        )
        poll = asked.get("poll")
        return replace(post, extra=post.extra | {"poll": _poll(post, poll)}) if poll else post


async def read_object(request: web.Request) -> Json:
    try:
        asked = json.loads(await request.read())
    except ValueError:
        asked = None
    if request.content_type != "application/json" or not isinstance(asked, dict):
        raise _invalid("body", "", "The request body is not a JSON object.")
    return asked


def _refuse_poll(poll: Any) -> None:
    if poll is None:
        return
    options = poll.get("options") if isinstance(poll, dict) else None
    if not isinstance(options, list) or not 2 <= len(options) <= 4:
        raise _invalid("poll.options", options, "$.poll.options: 2 to 4 are allowed")
    if not all(isinstance(option, str) and 1 <= len(option) <= 25 for option in options):
        raise _invalid("poll.options", options, "$.poll.options: 1 to 25 characters are allowed")
    minutes = poll.get("duration_minutes")
    if not isinstance(minutes, int) or not 5 <= minutes <= 10080:
        raise _invalid("poll.duration_minutes", minutes, "$.poll.duration_minutes: 5 to 10080")


def _poll(post: Post, poll: Json) -> Json:
    ends_at = post.created_at + timedelta(minutes=poll["duration_minutes"])
    return {
        "options": poll["options"],
        "minutes": poll["duration_minutes"],
        "ends_at": ends_at.isoformat(),
    }


def _invalid(parameter: str, value: object, message: str) -> Answered:
    return Answered(problems.invalid(parameter, value, message))
