"""Reading: people, single posts, timelines, mentions and the search of the last week."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from parvis.sandbox.faults import Kind, Purpose
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Json, Person, Post, Token
from parvis.sandbox.x import problems, searching
from parvis.sandbox.x.fields import read_fields, refuse_unknown
from parvis.sandbox.x.showing import Showing, mentions

_PAGING = ("start_time", "end_time", "since_id", "until_id", "max_results", "pagination_token")
_SEARCHED = timedelta(days=7)


class Reading:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network

    async def me(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request)
        person = self._network.person(token.person_id)
        return web.json_response({"data": self._showing(request, token).user(person)})

    async def named(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request)
        name = request.match_info["name"]
        person = self._network.person_named(name)
        if person is None:
            return web.json_response({"errors": [problems.not_found("user", "username", name)]})
        return web.json_response({"data": self._showing(request, token).user(person)})

    async def user(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request)
        person = self._person(request)
        return web.json_response({"data": self._showing(request, token).user(person)})

    async def post(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request)
        told = self._posts(request, token, [request.match_info["id"]], "id")
        if "data" in told:
            told["data"] = told["data"][0]
        return web.json_response(told)

    async def posts(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request, "ids")
        ids = request.query.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(one.isdigit() and len(one) < 20 for one in ids):
            value = request.query.get("ids", "")
            message = f"The `ids` query parameter value [{value}] is not valid"
            raise Answered(problems.invalid("ids", value, message))
        return web.json_response(self._posts(request, token, ids, "ids"))

    async def timeline(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request, *_PAGING, "exclude")
        posts = self._network.shelf.posts.by(self._person(request).id)
        if "replies" in request.query.get("exclude", "").split(","):
            posts = [post for post in posts if not post.parent_id]
        return self._page(request, token, posts, smallest=5)

    async def mentioning(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request, *_PAGING)
        handle = self._person(request).handle.lower()
        posts = self._network.shelf.posts.newest()
        named = [post for post in posts if handle in mentions(post.text)]
        return self._page(request, token, named, smallest=5)

    async def search(self, request: web.Request, token: Token) -> web.Response:
        refuse_unknown(request, *_PAGING, "query", "next_token", "sort_order")
        try:
            wanted = searching.read(request.query.get("query", ""))
        except searching.BadQuery as error:
            raise Answered(
                problems.invalid("query", request.query.get("query", ""), str(error))
            ) from None
        since = self._network.clock.now() - _SEARCHED
        posts = [
            post
            for post in self._network.shelf.posts.newest()
            if post.created_at >= since and wanted(post, self._network)
        ]
        return self._page(request, token, posts, smallest=10)

    def _posts(self, request: web.Request, token: Token, ids: Sequence[str], name: str) -> Json:
        found = {one: self._network.shelf.posts.living(one) for one in dict.fromkeys(ids)}
        missing = [problems.not_found("tweet", name, one) for one in found if found[one] is None]
        showing = self._showing(request, token)
        return showing.answer([post for post in found.values() if post is not None], missing)

    def _showing(self, request: web.Request, token: Token) -> Showing:
        fault = self._network.take_fault(Kind.RETIRED_METRIC, Purpose.METRICS)
        retired = fault.detail if fault else ""
        for name in ("post.fields", "tweet.fields"):
            if retired and retired in request.query.get(name, "").split(","):
                message = f"The `{name}` query parameter value [{retired}] is not one of […]"
                raise Answered(problems.invalid(name, retired, message))
        return Showing(self._network, read_fields(request), token.person_id, retired)

    def _person(self, request: web.Request) -> Person:
        person_id = request.match_info["id"]
        person = self._network.shelf.people.get(person_id)
        if person is None:
            missing = {"errors": [problems.not_found("user", "id", person_id)]}
            raise Answered(web.json_response(missing))
        return person

    def _page(
        self, request: web.Request, token: Token, posts: Sequence[Post], *, smallest: int
    ) -> web.Response:
        """From the newest on; a page's token holds how many were shown before it."""
        size = _size(request, smallest)
        window = _window(request)
        listed = [post for post in posts if window.holds(post)]
        start = _start(request)
        page = listed[start : start + size]
        told = self._showing(request, token).answer(page)
        meta: Json = {"result_count": len(told.get("data", ()))}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if start + size < len(listed):
            meta["next_token"] = _token(start + size)
        if start:
            meta["previous_token"] = _token(max(start - size, 0))
        return web.json_response(told | {"meta": meta})


def _size(request: web.Request, smallest: int) -> int:
    stated = request.query.get("max_results", "10")
    if not stated.isdigit() or not smallest <= int(stated) <= 100:
        message = (
            f"The `max_results` query parameter value [{stated}] is not between {smallest} and 100"
        )
        raise Answered(problems.invalid("max_results", stated, message))
    return int(stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """From `start` to before `end`, and between two ids, neither of which is in it."""

    start: datetime | None
    end: datetime | None
    since: int | None
    until: int | None

    def holds(self, post: Post) -> bool:
        return (
            (self.start is None or post.created_at >= self.start)
            and (self.end is None or post.created_at < self.end)
            and (self.since is None or int(post.id) > self.since)
            and (self.until is None or int(post.id) < self.until)
        )


def _window(request: web.Request) -> _Window:
    return _Window(
        start=_time(request, "start_time"),
        end=_time(request, "end_time"),
        since=_id(request, "since_id"),
        until=_id(request, "until_id"),
    )


def _id(request: web.Request, name: str) -> int | None:
    stated = request.query.get(name)
    if stated is not None and not stated.isdecimal():
        message = f"The `{name}` query parameter value [{stated}] is not valid"
        raise Answered(problems.invalid(name, stated, message))
    return None if stated is None else int(stated)


def _time(request: web.Request, name: str) -> datetime | None:
    stated = request.query.get(name)
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"The `{name}` query parameter value [{stated}] is not a valid RFC3339 timestamp"
        raise Answered(problems.invalid(name, stated, message))
    return moment


def _start(request: web.Request) -> int:
    name = "next_token" if "next_token" in request.query else "pagination_token"
    stated = request.query.get(name, "")
    if not stated:
        return 0
    try:
        return int(base64.urlsafe_b64decode(stated).decode().removeprefix("from-"))
    except (binascii.Error, ValueError):
        message = f"The `{name}` query parameter value [{stated}] is invalid"
        raise Answered(problems.invalid(name, stated, message)) from None


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from-{start}".encode()).decode()
