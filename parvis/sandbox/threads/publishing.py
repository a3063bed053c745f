"""From a container to a post, within the daily quotas."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.network import SandboxNetwork
from parvis.sandbox.records import Item, Json, Post, Token
from parvis.sandbox.threads import counting
from parvis.sandbox.threads.answers import (
    bad_parameter,
    limit_reached,
    media_not_found,
    no_such_object,
    parameters,
)
from parvis.sandbox.threads.containers import Containers, Status, is_auto_published
from parvis.sandbox.threads.fields import choose

POLL_LASTS = timedelta(hours=24)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quota:
    """`prefix` is how threads_publishing_limit calls it."""

    prefix: str
    total: int


POSTS = Quota("", 250)
REPLIES = Quota("reply_", 1000)
DELETIONS = Quota("delete_", 100)
SEARCHES = Quota("location_search_", 500)


class Publishing:
    def __init__(self, network: SandboxNetwork, containers: Containers) -> None:
        self._network = network
        self._containers = containers

    async def create(self, request: web.Request) -> web.StreamResponse:
        """A text that publishes itself answers with the post's id, all others with their
        container's."""
        container = await self._containers.create(request)
        if is_auto_published(container):
            return web.json_response({"id": self._publish(container).id})
        return web.json_response({"id": container.id})

    async def publish(self, request: web.Request) -> web.StreamResponse:
        token = await self._network.token(request, "threads_content_publish")
        container_id = (await parameters(request)).get("creation_id", "")
        if not container_id:
            raise bad_parameter("The parameter creation_id is required.")
        container = self._containers.find(token, container_id)
        if container is None or self._is_not_found(container):
            raise media_not_found(container_id)
        if container.extra["is_item"]:
            raise bad_parameter("A carousel item cannot be published by itself.")
        return web.json_response({"id": self._publish(container).id})

    def _is_not_found(self, container: Item) -> bool:
        """What publishing one again answers is not known; here it is not found any more, which
        is the answer that a client may understand worst."""
        return (
            self._containers.status(container) is not Status.FINISHED
            or self._containers.is_raced(container)
            or self._network.take_fault(Kind.CONTAINER_RACE, Purpose.PUBLISH) is not None
        )

    def _publish(self, container: Item) -> Post:
        quota = REPLIES if container.extra["asked"].get("reply_to_id") else POSTS
        if self.used(container.owner_id, quota) >= quota.total:
            raise limit_reached(f"The profile has reached its {quota.total} within 24 hours.")
        post = self._network.keep_post(self._post(container))
        self._containers.mark_published(container, post.id)
        return post

    def _post(self, container: Item) -> Post:
        asked = container.extra["asked"]
        parent = self._network.shelf.posts.get(asked.get("reply_to_id", ""))
        now = self._network.clock.now()
        extra: Json = {"api": True, "kind": asked["media_type"], "asked": asked}
        if poll := container.extra.get("poll"):
            extra["poll"] = poll | {"ends_at": (now + POLL_LASTS).isoformat()}
        if topic := asked.get("topic_tag"):
            extra["topic"] = topic
        elif tag := counting.first_tag(asked.get("text", "")):
            extra |= {"topic": tag[1], "topic_at": tag[0]}
        return Post(
            id=self._network.new_id(),
            author_id=container.owner_id,
            text=asked.get("text", ""),
            created_at=now,
            media_ids=tuple(container.extra["media"]),
            parent_id=parent.id if parent else "",
            root_id=(parent.root_id or parent.id) if parent else "",
            extra=extra,
        )

    async def delete(self, request: web.Request) -> web.StreamResponse:
        token = await self._network.token(request, "threads_delete")
        post_id = request.match_info["id"]
        post = self._network.shelf.posts.living(post_id)
        if post is None or post.author_id != token.person_id:
            raise no_such_object(post_id, "delete")
        if self.used(token.person_id, DELETIONS) >= DELETIONS.total:
            raise limit_reached(f"The profile has deleted {DELETIONS.total} within 24 hours.")
        self._network.delete_post(post)
        return web.json_response({"success": True, "deleted_id": post_id})

    async def tell_limits(self, request: web.Request) -> web.StreamResponse:
        token = await self._network.token(request, "threads_content_publish")
        told: Json = {}
        for quota in (POSTS, REPLIES, DELETIONS, SEARCHES):
            told[f"{quota.prefix}quota_usage"] = self.used(token.person_id, quota)
            told[f"{quota.prefix}config"] = {"quota_total": quota.total, "quota_duration": 86400}
        return web.json_response({"data": [choose(told, await parameters(request), "quota_usage")]})

    def used(self, person_id: str, quota: Quota) -> int:
        """How many within the moving 24 hours; deleted posts count too."""
        since = self._network.clock.now() - _DAY
        mine = (p for p in self._network.shelf.posts if p.author_id == person_id)
        if quota is DELETIONS:
            return sum(1 for p in mine if p.deleted_at is not None and p.deleted_at > since)
        if quota is SEARCHES:
            return 0
        is_reply = quota is REPLIES
        return sum(
            1
            for p in mine
            if p.extra.get("api") and p.created_at > since and bool(p.parent_id) is is_reply
        )


async def owner_of(network: SandboxNetwork, request: web.Request, *scopes: str) -> Token:
    """The token of a request about `me` or a person's own id; about nobody else's."""
    token = await network.token(request, *scopes)
    named = request.match_info.get("user", "me")
    if named not in ("me", token.person_id):
        raise no_such_object(named)
    return token
