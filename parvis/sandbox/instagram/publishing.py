"""What a POST does on Instagram: containers, publishing, comments."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.fetching import NotFetched, TooLarge, fetch
from parvis.sandbox.graph.faults import bad_parameter, missing
from parvis.sandbox.graph.media import Unreadable, look_into_picture, look_into_video
from parvis.sandbox.graph.network import Asked
from parvis.sandbox.instagram.faults import (
    bad_carousel,
    bad_shape,
    builder_gone,
    caption_too_long,
    limit_reached,
    media_not_found,
    not_fetched,
    not_jpeg,
    not_ready,
    too_large,
)
from parvis.sandbox.records import Item, Media, Post, Token

if TYPE_CHECKING:
    from parvis.sandbox.instagram.network import Instagram

PUBLISHING = ("instagram_business_content_publish", "instagram_content_publish")
COMMENTING = ("instagram_business_manage_comments", "instagram_manage_comments")

MB = 1024 * 1024
_IMAGE_BYTES = 8 * MB
_VIDEO_BYTES = 300 * MB
_CAPTION = 2_200
_HASHTAGS = 30
_MENTIONS = 20
_COMMENT = 300
_COMMENT_HASHTAGS = 4
_NARROWEST, _WIDEST = 0.8, 1.91
_REEL_SECONDS = (3.0, 900.0)
_STORY_SECONDS = (3.0, 60.0)
_LIFE = timedelta(hours=24)

Told = dict[str, Any]


class Status(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"


class Publishing:
    """One request of one token."""

    def __init__(self, network: "Instagram", asked: Asked, token: Token) -> None:
        self._network = network
        self._shelf = network.shelf
        self._asked = asked
        self._token = token

    async def act(self) -> Told:
        path = self._asked.path
        if len(path) == 1:
            return self._hide(path[0])
        edges: Mapping[str, Callable[[str], Awaitable[Told]]] = {
            "media": self._contain,
            "media_publish": self._publish,
            "comments": self._comment,
            "replies": self._comment,
        }
        if len(path) != 2 or path[1] not in edges:
            raise missing("/".join(path), "post")
        return await edges[path[1]](path[0])

    def _be_the_account(self, node_id: str) -> None:
        if node_id not in ("me", self._token.person_id):
            raise missing(node_id, "post")
        self._network.demand_one(self._token, PUBLISHING)

    # Containers.

    async def _contain(self, node_id: str) -> Told:
        self._be_the_account(node_id)
        self._refuse_long_caption(self._asked.word("caption"))
        kind = self._asked.word("media_type")
        if kind == "CAROUSEL":
            return self._keep([], self._children(), "")
        if self._asked.word("video_url"):
            self._refuse_bare_video(kind)
            media, trouble = await self._video(self._asked.word("video_url"), kind)
            return self._keep([media] if media else [], [], trouble)
        if url := self._asked.word("image_url"):
            return self._keep([await self._image(url, is_story=kind == "STORIES")], [], "")
        raise bad_parameter("The parameter image_url is required", subcode=2207023)

    def _refuse_bare_video(self, kind: str) -> None:
        is_child = self._asked.is_true("is_carousel_item", False)
        if kind not in ("REELS", "STORIES") and not (kind == "VIDEO" and is_child):
            raise bad_parameter(
                "The VIDEO value for media_type is no longer supported. Use the REELS media type "
                "to publish a video to your Instagram feed",
                subcode=2207023,
            )

    def _refuse_long_caption(self, caption: str) -> None:
        """In UTF-16 units; that Instagram counts so is a guess."""
        if (
            len(caption.encode("utf-16-le")) // 2 > _CAPTION
            or len(re.findall(r"#\w", caption)) > _HASHTAGS
            or len(re.findall(r"(?<!\w)@\w", caption)) > _MENTIONS
        ):
            raise caption_too_long()

    async def _image(self, url: str, *, is_story: bool) -> Media:
        try:
            content = await fetch(url, _IMAGE_BYTES)
            picture = await look_into_picture(content)
        except NotFetched:
            raise not_fetched(url) from None
        except TooLarge:
            raise too_large() from None
        except Unreadable:
            raise not_jpeg() from None
        if picture.media_type != "image/jpeg":
            raise not_jpeg()
        if not is_story and not _NARROWEST <= picture.width / picture.height <= _WIDEST:
            raise bad_shape()
        return self._kept_media(content, "image/jpeg")

    async def _video(self, url: str, kind: str) -> tuple[Media | None, str]:
        """A video is fetched after the container was answered, so its trouble shows there."""
        shortest, longest = _STORY_SECONDS if kind == "STORIES" else _REEL_SECONDS
        try:
            content = await fetch(url, _VIDEO_BYTES)
            found = await look_into_video(content)
        except NotFetched:
            return None, "Error: Media upload has failed with error code 2207052"
        except TooLarge:
            return None, "Error: The video is too large, error code 2207026"
        except Unreadable:
            return None, "Error: Unsupported video format, error code 2207026"
        if not shortest <= found.seconds <= longest:
            return None, f"Error: The video must be {shortest:g} to {longest:g} seconds long"
        return self._kept_media(content, found.media_type), ""

    def _kept_media(self, content: bytes, media_type: str) -> Media:
        return self._shelf.media.put(
            Media(
                id=self._network.new_id(),
                owner_id=self._token.person_id,
                media_type=media_type,
                size=len(content),
                sha256=self._shelf.blobs.keep(content),
                created_at=self._network.clock.now(),
                alt=self._asked.word("alt_text") if media_type == "image/jpeg" else "",
            )
        )

    def _children(self) -> list[Item]:
        """Words with commas between them, or a list in JSON as the SDK sends it."""
        said = self._asked.word("children")
        try:
            ids = json.loads(said) if said.startswith("[") else said.split(",")
        except ValueError:
            raise bad_parameter("children must be a list of strings") from None
        if not 2 <= len(ids) <= 10:
            raise bad_carousel()
        return [self._child(str(each)) for each in ids]

    def _child(self, container_id: str) -> Item:
        child = self._network.containers.get(container_id)
        if child is None or not child.extra["is_child"]:
            raise media_not_found()
        status = self._network.container_status(child, asked=False)
        if status is Status.IN_PROGRESS:
            raise not_ready()
        if status is not Status.FINISHED:
            raise builder_gone()
        return child

    def _keep(self, media: list[Media], children: list[Item], trouble: str) -> Told:
        now = self._network.clock.now()
        shown = [each.id for each in media] or [m for c in children for m in c.extra["media"]]
        container = Item(
            id=self._network.new_id(),
            created_at=now,
            owner_id=self._token.person_id,
            expires_at=now + _LIFE,
            extra={
                "media": shown,
                "caption": self._asked.word("caption"),
                "is_child": self._asked.is_true("is_carousel_item", False),
                "is_story": self._asked.word("media_type") == "STORIES",
                "trouble": trouble,
            },
        )
        self._network.containers.put(self._network.in_processing(container))
        return {"id": container.id}

    # Publishing.

    async def _publish(self, node_id: str) -> Told:
        self._be_the_account(node_id)
        container = self._network.containers.get(self._asked.word("creation_id"))
        if container is None or container.owner_id != self._token.person_id:
            raise media_not_found()
        self._refuse_unready(container)
        if self._network.posts_of_the_day(self._token.person_id) >= self._network.quota:
            raise limit_reached()
        post = self._network.keep_post(self._post(container))
        self._network.containers.put(replace(container, extra={**container.extra, "post": post.id}))
        return {"id": post.id}

    def _refuse_unready(self, container: Item) -> None:
        """A published container is published once; what a second time is answered is not
        documented, and taken to be what is answered to an expired one."""
        status = self._network.container_status(container, asked=False)
        race = self._network.take_fault(Kind.CONTAINER_RACE, Purpose.PUBLISH)
        if status is Status.IN_PROGRESS or race is not None:
            raise not_ready()
        if container.extra["is_child"]:
            raise bad_parameter("A carousel item cannot be published by itself")
        if status is not Status.FINISHED:
            raise builder_gone()

    def _post(self, container: Item) -> Post:
        is_story = container.extra["is_story"]
        return Post(
            id=self._network.new_id(),
            author_id=container.owner_id,
            text="" if is_story else str(container.extra["caption"]).strip(),
            created_at=self._network.clock.now(),
            media_ids=tuple(container.extra["media"]),
            extra={"format": "story"} if is_story else {},
        )

    # Comments.

    async def _comment(self, target_id: str) -> Told:
        self._network.demand_one(self._token, COMMENTING)
        target = self._shelf.posts.living(target_id)
        if target is None:
            raise missing(target_id, "post")
        text = self._asked.word("message")
        if not text.strip():
            raise bad_parameter("The parameter message is required")
        if len(text) > _COMMENT or len(re.findall(r"#\w", text)) > _COMMENT_HASHTAGS:
            raise bad_parameter("The comment is too long or has too many hashtags")
        comment = Post(
            id=self._network.new_id(),
            author_id=self._token.person_id,
            text=text.strip(),
            created_at=self._network.clock.now(),
            parent_id=target.id,
            root_id=target.root_id or target.id,
        )
        return {"id": self._network.keep_post(comment).id}

    def _hide(self, node_id: str) -> Told:
        self._network.demand_one(self._token, COMMENTING)
        comment = self._shelf.posts.living(node_id)
        if comment is None or not comment.parent_id:
            raise missing(node_id, "post")
        hidden = self._asked.is_true("hide", False)
        self._shelf.posts.put(replace(comment, extra={**comment.extra, "hidden": hidden}))
        return {"success": True}
