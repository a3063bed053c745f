"""Containers: what POST /me/threads makes and GET /{container} tells of."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from aiohttp import web

from parvis.sandbox.fetching import NotFetched
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Item, Media, Token
from parvis.sandbox.shelf import Collection
from parvis.sandbox.threads import counting
from parvis.sandbox.threads.answers import (
    MEDIA_NOT_FETCHED,
    TOPIC_NOT_PERMITTED,
    UNUSABLE,
    bad_parameter,
    error,
    no_such_object,
    nonexisting_field,
    parameters,
)
from parvis.sandbox.threads.fetching import Fetched, Unfit, fetch_image, fetch_video

TEXT_LIMIT = 500
ALT_LIMIT = 1000
LINKS = 5
CHILDREN = range(2, 21)
OPTIONS = range(2, 5)
OPTION_LIMIT = 25
_LIVES = timedelta(hours=24)
# How many of the containers the race befalls where it is on by itself, and for how long.
_RACED, _RACE = 0.3, timedelta(seconds=30)

REPLY_CONTROLS = (
    "everyone",
    "accounts_you_follow",
    "mentioned_only",
    "parent_post_author_only",
    "followers_only",
)
# documentation/threads/reference/publishing (2026-04) and the collection. The real one passes over
# what it does not know; here that is an error, so that a misspelt name shows.
KNOWN = frozenset(
    {
        "access_token",
        "allowlisted_country_codes",
        "alt_text",
        "auto_publish_text",
        "children",
        "crossreshare_to_ig",
        "enable_reply_approvals",
        "gif_attachment",
        "image_url",
        "is_carousel_item",
        "is_ghost_post",
        "is_spoiler_media",
        "link_attachment",
        "location_id",
        "media_type",
        "poll_attachment",
        "quote_post_id",
        "reply_control",
        "reply_to_id",
        "text",
        "text_attachment",
        "text_entities",
        "topic_tag",
        "video_url",
    }
)
_ATTACHMENTS = ("link_attachment", "text_attachment", "gif_attachment", "poll_attachment")


class Status(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


class Containers:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network

    @property
    def _kept(self) -> Collection[Item]:
        return self._network.shelf.items("container")

    async def create(self, request: web.Request) -> Item:
        """A new container, of sound parameters; its media fetched."""
        token = await self._network.token(request, "threads_content_publish")
        asked = await parameters(request)
        if unknown := asked.keys() - KNOWN:
            raise bad_parameter(f"Unknown parameters: {', '.join(sorted(unknown))}")
        self._check(asked)
        made = await _MAKERS[asked["media_type"]](self, token, asked)
        return self._keep(token, asked, made)

    def _check(self, asked: dict[str, str]) -> None:
        if asked.get("media_type") not in _MAKERS:
            raise bad_parameter(f"Param media_type must be one of {', '.join(_MAKERS)}.")
        _check_text(asked)
        _check_choices(asked)
        for name in ("reply_to_id", "quote_post_id"):
            if asked.get(name) and self._network.shelf.posts.living(asked[name]) is None:
                raise no_such_object(asked[name])
        if asked["media_type"] != "TEXT" and any(asked.get(name) for name in _ATTACHMENTS):
            raise bad_parameter("Attachments are only available for media_type TEXT.")

    async def _make_text(self, _token: Token, asked: dict[str, str]) -> dict[str, Any]:
        if not asked.get("text") and not any(asked.get(name) for name in _ATTACHMENTS):
            raise bad_parameter("Param text is required for media_type TEXT.")
        if asked.get("poll_attachment"):
            if asked.get("link_attachment"):
                raise bad_parameter("A poll is not compatible with a link attachment.")
            return {"poll": {"options": _poll_options(asked["poll_attachment"])}}
        return {}

    async def _make_image(self, token: Token, asked: dict[str, str]) -> dict[str, Any]:
        """What is wrong with an image shows at once, as it does on Threads."""
        try:
            fetched = await fetch_image(_required(asked, "image_url"))
        except (NotFetched, Unfit) as trouble:
            raise Answered(
                error(
                    "An unknown error occurred",
                    1,
                    MEDIA_NOT_FETCHED,
                    title="Media download has failed",
                    told=f"The media could not be fetched from this URI: {trouble}",
                )
            ) from None
        return {"media": [self._shelve(token, asked, fetched).id]}

    async def _make_video(self, token: Token, asked: dict[str, str]) -> dict[str, Any]:
        """What is wrong with a video shows in the container's status."""
        try:
            fetched = await fetch_video(_required(asked, "video_url"))
        except NotFetched:
            return {"error": "FAILED_DOWNLOADING_VIDEO"}
        except Unfit as unfit:
            return {"error": unfit.reason}
        return {"media": [self._shelve(token, asked, fetched).id]}

    async def _make_carousel(self, token: Token, asked: dict[str, str]) -> dict[str, Any]:
        children = [each.strip() for each in asked.get("children", "").split(",") if each.strip()]
        if len(children) not in CHILDREN:
            raise bad_parameter(
                f"Param children must have at least {CHILDREN[0]} and no more than "
                f"{CHILDREN[-1]} elements."
            )
        items = [self._finished_item(token, each) for each in children]
        return {"media": [media for item in items for media in item.extra["media"]]}

    def _finished_item(self, token: Token, container_id: str) -> Item:
        item = self.find(token, container_id)
        if item is None or not item.extra["is_item"]:
            raise no_such_object(container_id)
        if self.status(item) is not Status.FINISHED:
            raise bad_parameter(f"The carousel item {container_id} is not ready.")
        return item

    def _shelve(self, token: Token, asked: dict[str, str], fetched: Fetched) -> Media:
        shelf = self._network.shelf
        return shelf.media.put(
            Media(
                id=self._network.new_id(),
                owner_id=token.person_id,
                media_type=fetched.media_type,
                size=len(fetched.content),
                sha256=shelf.blobs.keep(fetched.content),
                created_at=self._network.clock.now(),
                alt=asked.get("alt_text", ""),
            )
        )

    def _keep(self, token: Token, asked: dict[str, str], made: dict[str, Any]) -> Item:
        now = self._network.clock.now()
        container = Item(
            id=self._network.new_id(),
            created_at=now,
            owner_id=token.person_id,
            expires_at=now + _LIVES,
            extra={
                "asked": {name: asked[name] for name in asked if name != "access_token"},
                "is_item": _is_true(asked, "is_carousel_item"),
                "media": [],
                **made,
            },
        )
        return self._kept.put(self._network.in_processing(container))

    def find(self, token: Token, container_id: str) -> Item | None:
        found = self._kept.get(container_id)
        return found if found is not None and found.owner_id == token.person_id else None

    def status(self, container: Item, *, asked: bool = False) -> Status:
        """`asked` counts as one of the questions that slow processing takes."""
        if container.extra.get("published_as"):
            return Status.PUBLISHED
        if not self._network.is_ready(self._kept, container, asked=asked):
            return Status.IN_PROGRESS
        if container.extra.get("error"):
            return Status.ERROR
        if container.expires_at is not None and container.expires_at <= self._network.clock.now():
            return Status.EXPIRED
        return Status.FINISHED

    def tell(self, container: Item, fields: list[str]) -> dict[str, str]:
        """An unpublished container has `id`, `status` and `error_message`. A published one turned
        into a post and has no status any more (exileum/meta-mcp issue 143), though the
        documentation names PUBLISHED as one."""
        status = self.status(container, asked=True)
        if status is Status.PUBLISHED and self._network.quirk("published-has-no-status"):
            raise nonexisting_field(next((f for f in fields if f != "id"), "status"))
        told = {"id": container.id}
        for field in fields:
            if field not in ("id", "status", "error_message"):
                raise nonexisting_field(field)
        if "status" in fields:
            told["status"] = status
        if "error_message" in fields and status is Status.ERROR:
            told["error_message"] = container.extra["error"]
        return told

    def is_raced(self, container: Item) -> bool:
        """Whether publishing is not to find it yet, where the race is on by itself."""
        if not self._network.quirk("container-race"):
            return False
        chance = random.Random(f"{self._network.world.seed}/{container.id}")  # noqa: S311
        age = self._network.clock.now() - container.created_at
        return chance.random() < _RACED and age < _RACE

    def mark_published(self, container: Item, post_id: str) -> None:
        self._kept.put(replace(container, extra=container.extra | {"published_as": post_id}))


_Maker = Callable[[Containers, Token, dict[str, str]], Awaitable[dict[str, Any]]]
_MAKERS: dict[str, _Maker] = {
    "TEXT": Containers._make_text,
    "IMAGE": Containers._make_image,
    "VIDEO": Containers._make_video,
    "CAROUSEL": Containers._make_carousel,
}


def _check_text(asked: dict[str, str]) -> None:
    text = asked.get("text", "")
    if counting.length(text) > TEXT_LIMIT:
        raise bad_parameter(f"Param text must be at most {TEXT_LIMIT} characters long.")
    attached = {asked["link_attachment"]} if asked.get("link_attachment") else set()
    if len(counting.links(text) | attached) > LINKS:
        raise bad_parameter("THREADS_API__LINK_LIMIT_EXCEEDED: 5 or fewer links are allowed.")
    if len(asked.get("alt_text", "")) > ALT_LIMIT:
        raise bad_parameter(f"Param alt_text must be at most {ALT_LIMIT} characters long.")
    if "topic_tag" in asked and not counting.is_topic(asked["topic_tag"]):
        raise Answered(
            error(
                "Invalid parameter",
                UNUSABLE,
                TOPIC_NOT_PERMITTED,
                title="Topic Tag Not Permitted",
                told="The topic tag is not permitted.",
            )
        )


def _check_choices(asked: dict[str, str]) -> None:
    if asked.get("reply_control") and asked["reply_control"] not in REPLY_CONTROLS:
        raise bad_parameter(f"Param reply_control must be one of {', '.join(REPLY_CONTROLS)}.")
    if _is_true(asked, "is_carousel_item") and asked["media_type"] not in ("IMAGE", "VIDEO"):
        raise bad_parameter("A carousel item must be an IMAGE or a VIDEO.")
    if _is_true(asked, "auto_publish_text") and asked["media_type"] != "TEXT":
        raise bad_parameter("auto_publish_text is only available for media_type TEXT.")


def _poll_options(attachment: str) -> list[str]:
    try:
        told = json.loads(attachment)
        named = [told.get(f"option_{letter}") for letter in "abcd"]
    except (ValueError, AttributeError, TypeError):
        raise bad_parameter("Param poll_attachment must be a JSON object.") from None
    options = [str(option) for option in named if option]
    if len(options) not in OPTIONS or not named[0] or not named[1]:
        raise bad_parameter("A poll must have at least 2 and no more than 4 options.")
    if any(not 1 <= counting.length(option) <= OPTION_LIMIT for option in options):
        raise bad_parameter("Each option of a poll must be 1 to 25 characters long.")
    return options


def _required(asked: dict[str, str], name: str) -> str:
    if not asked.get(name):
        raise bad_parameter(f"Param {name} is required for media_type {asked['media_type']}.")
    return asked[name]


def is_auto_published(container: Item) -> bool:
    return _is_true(container.extra["asked"], "auto_publish_text")


def _is_true(asked: dict[str, str], name: str) -> bool:
    return asked.get(name, "").lower() in ("true", "1")
