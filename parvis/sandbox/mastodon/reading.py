"""Reading: statuses, what surrounds them, accounts and polls."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from aiohttp import web

from parvis.sandbox.faults import Purpose
from parvis.sandbox.mastodon import shapes
from parvis.sandbox.mastodon.server import Server, said
from parvis.sandbox.network import Answered, Route
from parvis.sandbox.records import Person, Post, Token

_USUAL_PAGE, _LARGEST_PAGE = 20, 40
_LARGEST_BATCH = 20
_CONTEXT_LIMIT = 4_096
_VISITORS_CONTEXT_LIMIT = 60
_FOR_VISITORS = ("public", "unlisted")


class Reading:
    def __init__(self, server: Server) -> None:
        self._server = server

    def routes(self) -> Iterable[Route]:
        for path, handle, purpose in (
            ("/api/v1/accounts/verify_credentials", self.own_account, Purpose.ACCOUNT),
            ("/api/v1/accounts/{id}", self.account, Purpose.ACCOUNT),
            ("/api/v1/accounts/{id}/statuses", self.statuses_of, Purpose.LOOK_UP),
            ("/api/v1/statuses", self.batch, Purpose.METRICS),
            ("/api/v1/statuses/{id}", self.status, Purpose.METRICS),
            ("/api/v1/statuses/{id}/context", self.context, Purpose.REPLIES),
            ("/api/v1/statuses/{id}/source", self.source, Purpose.LOOK_UP),
            ("/api/v1/statuses/{id}/history", self.history, Purpose.LOOK_UP),
            ("/api/v1/statuses/{id}/favourited_by", self.favourited_by, Purpose.METRICS),
            ("/api/v1/statuses/{id}/reblogged_by", self.reblogged_by, Purpose.METRICS),
            ("/api/v1/polls/{id}", self.poll, Purpose.METRICS),
        ):
            yield Route("GET", path, self._server.limited(handle), purpose)

    # Accounts.

    async def own_account(self, request: web.Request) -> web.Response:
        token = await self._server.token(request, "read:accounts", "read", "profile")
        person = self._server.person(token.person_id)
        return web.json_response(shapes.own_account(self._server, person))

    async def account(self, request: web.Request) -> web.Response:
        await self._server.reader_of(request, "read:accounts")
        return web.json_response(shapes.account(self._server, self._person(request)))

    def _person(self, request: web.Request) -> Person:
        person = self._server.shelf.people.get(request.match_info["id"])
        if person is None:
            self._server.not_found()
        return person

    async def statuses_of(self, request: web.Request) -> web.Response:
        """Newest first; `min_id` pages from the oldest on, as everywhere in Mastodon's API."""
        reader = await self._server.reader_of(request, "read:statuses")
        person = self._person(request)
        visible = [
            post
            for post in self._server.shelf.posts.by(person.id)
            if _is_visible(post, reader) and _fits(post, request)
        ]
        page = _page(visible, request)
        shown = [shapes.status(self._server, post, reader) for post in page]
        return web.json_response(shown, headers=self._links(request, page))

    def _links(self, request: web.Request, page: Sequence[Post]) -> dict[str, str]:
        if not page:
            return {}
        ends = {"next": ("max_id", page[-1].id), "prev": ("min_id", page[0].id)}
        links = []
        for rel, (name, status_id) in ends.items():
            kept = {k: v for k, v in request.query.items() if not k.endswith("_id")}
            query = urlencode(kept | {name: status_id})
            links.append(f'<{self._server.origin}{request.path}?{query}>; rel="{rel}"')
        return {"Link": ", ".join(links)}

    # Statuses.

    async def status(self, request: web.Request) -> web.Response:
        reader = await self._server.reader_of(request, "read:statuses")
        post = self._visible(request, reader)
        return web.json_response(shapes.status(self._server, post, reader))

    async def batch(self, request: web.Request) -> web.Response:
        """Since 4.3. What the reader may not see or is gone is left out."""
        if not self._server.dialect.has_batches:
            raise Answered(said("Not Found", 404))
        reader = await self._server.reader_of(request, "read:statuses")
        asked = list(dict.fromkeys(request.query.getall("id[]", [])))
        if len(asked) > _LARGEST_BATCH:
            self._server.refuse("Mastodon::ValidationError")
        found = [self._server.shelf.posts.living(status_id) for status_id in asked]
        shown = [
            shapes.status(self._server, post, reader)
            for post in found
            if post is not None and _is_visible(post, reader)
        ]
        return web.json_response(shown)

    async def context(self, request: web.Request) -> web.Response:
        reader = await self._server.reader_of(request, "read:statuses")
        post = self._visible(request, reader)
        limit = _VISITORS_CONTEXT_LIMIT if reader is None else _CONTEXT_LIMIT
        below = [each for each in self._below(post) if _is_visible(each, reader)]
        above = [each for each in self._above(post) if _is_visible(each, reader)]
        return web.json_response(
            {
                "ancestors": [shapes.status(self._server, one, reader) for one in above],
                "descendants": [shapes.status(self._server, one, reader) for one in below[:limit]],
            }
        )

    def _above(self, post: Post) -> list[Post]:
        above: list[Post] = []
        parent = self._server.shelf.posts.living(post.parent_id)
        while parent is not None:
            above.insert(0, parent)
            parent = self._server.shelf.posts.living(parent.parent_id)
        return above

    def _below(self, post: Post) -> list[Post]:
        """Depth first, as the thread reads."""
        below: list[Post] = []
        for answer in self._server.shelf.posts.answers_to(post.id):
            below += [answer, *self._below(answer)]
        return below

    async def source(self, request: web.Request) -> web.Response:
        reader = await self._server.owner_of(request, "read:statuses")
        post = self._visible(request, reader)
        warning = post.extra.get("warning", "")
        return web.json_response({"id": post.id, "text": post.text, "spoiler_text": warning})

    async def history(self, request: web.Request) -> web.Response:
        reader = await self._server.reader_of(request, "read:statuses")
        post = self._visible(request, reader)
        first = shapes.kept_version(post, shapes.moment(post.created_at))
        kept = post.extra.get("history") or [first]
        return web.json_response([shapes.version(self._server, post, each) for each in kept])

    async def favourited_by(self, request: web.Request) -> web.Response:
        post = self._visible(request, await self._server.reader_of(request, "read:accounts"))
        return self._audience(self._server.counts(post).likes)

    async def reblogged_by(self, request: web.Request) -> web.Response:
        post = self._visible(request, await self._server.reader_of(request, "read:accounts"))
        return self._audience(self._server.counts(post).reposts)

    def _audience(self, count: int) -> web.Response:
        """As many of the cast as there are; the others of the count have no names here."""
        cast = [person for person in self._server.shelf.people if not person.is_owner]
        return web.json_response([shapes.account(self._server, each) for each in cast[:count]])

    async def poll(self, request: web.Request) -> web.Response:
        reader = await self._server.reader_of(request, "read:statuses")
        for post in self._server.shelf.posts.newest():
            kept = post.extra.get("poll") or {}
            if kept.get("id") == request.match_info["id"] and _is_visible(post, reader):
                return web.json_response(shapes.poll(self._server, post))
        self._server.not_found()

    def _visible(self, request: web.Request, reader: Token | None) -> Post:
        post = self._server.shelf.posts.living(request.match_info["id"])
        if post is None or not _is_visible(post, reader):
            self._server.not_found()
        return post


def _is_visible(post: Post, reader: Token | None) -> bool:
    is_own = reader is not None and reader.person_id == post.author_id
    return is_own or post.extra.get("visibility", "public") in _FOR_VISITORS


def _fits(post: Post, request: web.Request) -> bool:
    wants_media = request.query.get("only_media") == "true"
    wants_no_replies = request.query.get("exclude_replies") == "true"
    return not (wants_media and not post.media_ids) and not (wants_no_replies and post.parent_id)


def _page(visible: list[Post], request: web.Request) -> list[Post]:
    query = request.query
    limit = _number(query.get("limit"), _USUAL_PAGE)
    found = [
        post
        for post in visible
        if ("max_id" not in query or int(post.id) < _number(query["max_id"]))
        and ("since_id" not in query or int(post.id) > _number(query["since_id"]))
        and ("min_id" not in query or int(post.id) > _number(query["min_id"]))
    ]
    limit = min(max(limit, 1), _LARGEST_PAGE)
    return found[-limit:] if "min_id" in query else found[:limit]


def _number(said: str | None, usual: int = 0) -> int:
    return int(said) if said is not None and said.isdecimal() else usual
