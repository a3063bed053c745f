"""Posting, editing and deleting (statuses_controller.rb)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from parvis.sandbox.faults import Purpose
from parvis.sandbox.mastodon import shapes
from parvis.sandbox.mastodon.draft import Draft, Drafts
from parvis.sandbox.mastodon.media import Uploads
from parvis.sandbox.mastodon.server import Server
from parvis.sandbox.network import Route
from parvis.sandbox.records import Item, Json, Post, Token

_KEY_LIVES = timedelta(hours=1)


class Statuses:
    def __init__(self, server: Server, uploads: Uploads) -> None:
        self._server = server
        self._uploads = uploads
        self._drafts = Drafts(server, uploads)

    def routes(self) -> Iterable[Route]:
        limited = self._server.limited
        yield Route("POST", "/api/v1/statuses", limited(self.create), Purpose.PUBLISH)
        yield Route("PUT", "/api/v1/statuses/{id}", limited(self.edit), Purpose.PUBLISH)
        yield Route("DELETE", "/api/v1/statuses/{id}", limited(self.delete), Purpose.DELETE)

    async def create(self, request: web.Request) -> web.Response:
        token = await self._server.owner_of(request, "write:statuses")
        draft = await self._drafts.read(request)
        key = request.headers.get("Idempotency-Key", "")
        post = self._posted_under(key, token)
        if post is None:
            self._drafts.check(draft, token.person_id)
            post = self._post(draft, token)
            self._remember(key, token, post)
        return web.json_response(shapes.status(self._server, post, token))

    def _post(self, draft: Draft, token: Token) -> Post:
        parent = draft.parent
        post = Post(
            id=self._server.new_id(),
            author_id=token.person_id,
            text=draft.text,
            created_at=self._server.clock.now(),
            media_ids=draft.media_ids,
            parent_id=parent.id if parent else "",
            root_id=(parent.root_id or parent.id) if parent else "",
            extra=_extra(draft) | {"application": token.extra.get("application", "")},
        )
        self._uploads.attach(draft.media_ids, post.id)
        return self._server.keep_post(post)

    # The key answers the first status for an hour, whatever the second one says; and it knows
    # whose it is (idempotency:status:<account>:<key> in Redis).

    def _posted_under(self, key: str, token: Token) -> Post | None:
        kept = self._server.shelf.items("key").get(f"{token.person_id}/{key}")
        if not key or kept is None or not self._server.dialect.has_keys:
            return None
        has_lapsed = kept.created_at + _KEY_LIVES <= self._server.clock.now()
        return None if has_lapsed else self._server.shelf.posts.living(kept.extra["status_id"])

    def _remember(self, key: str, token: Token, post: Post) -> None:
        if key:
            item = Item(
                id=f"{token.person_id}/{key}",
                created_at=post.created_at,
                extra={"status_id": post.id},
            )
            self._server.shelf.items("key").put(item)

    async def edit(self, request: web.Request) -> web.Response:
        """The visibility stays as it was, and so does what the status answers."""
        token = await self._server.owner_of(request, "write:statuses")
        post = self._own(request, token)
        draft = await self._drafts.read(request)
        self._drafts.check(draft, token.person_id, shown_by=post.id)
        now = shapes.moment(self._server.clock.now())
        history = post.extra.get("history") or [
            shapes.kept_version(post, shapes.moment(post.created_at))
        ]
        kept = {"visibility": post.extra.get("visibility"), "edited_at": now}
        edited = replace(
            post,
            text=draft.text,
            media_ids=draft.media_ids,
            extra=post.extra | _extra(draft) | kept,
        )
        history = [*history, shapes.kept_version(edited, now)]
        edited = replace(edited, extra=edited.extra | {"history": history})
        self._uploads.attach(draft.media_ids, post.id)
        self._server.shelf.posts.put(edited)
        return web.json_response(shapes.status(self._server, edited, token))

    async def delete(self, request: web.Request) -> web.Response:
        token = await self._server.owner_of(request, "write:statuses")
        post = self._own(request, token)
        self._server.delete_post(post)
        return web.json_response(shapes.deleted(self._server, post))

    def _own(self, request: web.Request, token: Token) -> Post:
        post = self._server.shelf.posts.living(request.match_info["id"])
        if post is None or post.author_id != token.person_id:
            self._server.not_found()
        return post


def _extra(draft: Draft) -> Json:
    extra: Json = {
        "visibility": draft.visibility,
        "language": draft.language or shapes.LANGUAGE,
        "sensitive": draft.sensitive,
        "warning": draft.warning,
    }
    return extra | ({"poll": draft.poll} if draft.poll else {})
