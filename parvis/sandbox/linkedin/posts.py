"""The Posts API: creating, listing, reading and deleting."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from aiohttp import web

from parvis.sandbox.faults import Purpose
from parvis.sandbox.linkedin import answers, asked, wording
from parvis.sandbox.linkedin.content import Content
from parvis.sandbox.linkedin.desk import Desk
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.records import Json, Person, Post

LONGEST = 3000
A_DAY = 150
"""Third parties' number; LinkedIn shows each app its own."""
GUARD = timedelta(days=1)
"""How long LinkedIn remembers what was posted is told nowhere but in complaints: "a day or two"."""
NAMES_DELETED = "names-deleted-posts"
_NEEDED = ("author", "commentary", "visibility", "distribution", "lifecycleState")


class Posts:
    def __init__(self, network: SandboxNetwork, desk: Desk) -> None:
        self._network = network
        self._desk = desk
        self._content = Content(network)

    def routes(self) -> Iterable[Route]:
        yield Route("POST", "/rest/posts", self.create, Purpose.PUBLISH)
        yield Route("GET", "/rest/posts", self.find, Purpose.LOOK_UP)
        yield Route("GET", "/rest/posts/{urn}", self.show, Purpose.LOOK_UP)
        yield Route("DELETE", "/rest/posts/{urn}", self.delete, Purpose.DELETE)

    async def create(self, request: web.Request) -> web.Response:
        token, _ = await self._desk.entered(request)
        body = await asked.read_body(request)
        _require_fields(body)
        author = self._desk.author(token, body["author"], "posts.CREATE", writes=True)
        said = self._read_commentary(body)
        self._check_visibility(body, author)
        content = self._content.read(body.get("content") or {}, author)
        self._refuse_equal(author, said.shown, content)
        self._count(author)
        post = self._keep(author, body, said, content)
        return answers.created(self._desk.post_urn(post))

    def _read_commentary(self, body: Json) -> wording.Wording:
        commentary = body["commentary"]
        if not isinstance(commentary, str):
            raise Answered(answers.bad_input("INVALID_VALUE", "commentary", "/commentary"))
        said = wording.read(commentary)
        if (length := wording.length(said.shown)) > LONGEST:
            raise Answered(
                answers.bad_input(
                    "FIELD_LENGTH_TOO_LONG",
                    f"commentary text length ({length} characters) exceeded the maximum allowed "
                    f"({LONGEST} characters)",
                    "/commentary",
                )
            )
        return said

    def _check_visibility(self, body: Json, author: Person) -> None:
        allowed = ["PUBLIC", "LOGGED_IN"]
        if not self._desk.is_organisation(author):
            allowed.append("CONNECTIONS")
        if body["visibility"] not in allowed or body["lifecycleState"] != "PUBLISHED":
            raise Answered(answers.bad_input("INVALID_VALUE", "visibility", "/visibility"))

    def _refuse_equal(self, author: Person, text: str, content: Json) -> None:
        """The guard names the post that is there already; for one that was deleted lately it
        names a number at which there never was anything."""
        since = self._network.clock.now() - GUARD
        for post in self._network.shelf.posts:
            if post.created_at < since or not _is_equal(post, author, text, content):
                continue
            if post.deleted_at is None:
                raise Answered(answers.duplicate_of(self._desk.post_urn(post)))
            if self._network.quirk(NAMES_DELETED):
                ghost = f"urn:li:{post.extra['kind']}:{self._network.new_id()}"
                raise Answered(answers.duplicate_of(ghost))

    def _count(self, author: Person) -> None:
        now = self._network.clock.now()
        window = self._network.windows.take(
            f"posts/{author.id}", limit=A_DAY, seconds=_until_midnight(now)
        )
        if window.is_exceeded:
            raise Answered(answers.throttled())

    def _keep(self, author: Person, body: Json, said: wording.Wording, content: Json) -> Post:
        """Plain posts are shares, those with a video, a poll or several images UGC posts: so it is
        reported, and either may come."""
        is_share = not content or list(content) == ["article"] or _is_image(content)
        extra: Json = {
            "kind": "share" if is_share else "ugcPost",
            "commentary": said.returned,
            "visibility": body["visibility"],
            "content": content,
        }
        if "poll" in content:
            extra["poll"] = self._content.poll_shown(content["poll"])
        if "article" in content:
            extra["link"] = content["article"]["source"]
        return self._network.keep_post(
            Post(
                id=self._network.new_id(),
                author_id=author.id,
                text=said.shown,
                created_at=self._network.clock.now(),
                media_ids=self._content.keep_media(content),
                extra=extra,
            )
        )

    async def find(self, request: web.Request) -> web.Response:
        token, query = await self._desk.entered(request)
        if query.get("q") != "author" or query.get("sortBy", "LAST_MODIFIED") not in (
            "LAST_MODIFIED",
            "CREATED",
        ):
            raise Answered(answers.bad_query())
        author = self._desk.author(token, query.get("author"), "posts.FINDER-author", writes=False)
        posts = [post for post in self._network.shelf.posts.by(author.id) if not post.parent_id]
        return answers.page([self._entity(post) for post in posts], *asked.read_paging(query))

    async def show(self, request: web.Request) -> web.Response:
        token, _ = await self._desk.entered(request)
        post = self._desk.found_post(request.match_info["urn"])
        author = self._network.person(post.author_id)
        self._desk.author(token, self._desk.urn_of(author), "posts.GET", writes=False)
        return web.json_response(self._entity(post))

    async def delete(self, request: web.Request) -> web.Response:
        """204 for what is gone already as well; whether LinkedIn tells ever-absent posts apart
        from those is not known."""
        token, _ = await self._desk.entered(request)
        post = self._desk.post_of(request.match_info["urn"])
        if post is not None:
            author = self._network.person(post.author_id)
            self._desk.author(token, self._desk.urn_of(author), "posts.DELETE", writes=True)
            self._network.delete_post(post)
        return web.Response(status=204)

    def _entity(self, post: Post) -> Json:
        milliseconds = int(post.created_at.timestamp() * 1000)
        entity: Json = {
            "id": self._desk.post_urn(post),
            "author": self._desk.urn_of(self._network.person(post.author_id)),
            "commentary": post.extra["commentary"],
            "visibility": post.extra["visibility"],
            "lifecycleState": "PUBLISHED",
            "lifecycleStateInfo": {"isEditedByAuthor": False},
            "createdAt": milliseconds,
            "publishedAt": milliseconds,
            "lastModifiedAt": milliseconds,
            "isReshareDisabledByAuthor": False,
            "distribution": {"feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": []},
        }
        if post.extra["content"]:
            entity["content"] = post.extra["content"]
        return entity


def _require_fields(body: Json) -> None:
    for name in _NEEDED:
        if name not in body:
            raise Answered(
                answers.bad_input(
                    "MISSING_FIELD", f"{name} is required but was missing", f"/{name}"
                )
            )


def _is_equal(post: Post, author: Person, text: str, content: Json) -> bool:
    """Media make a difference by their URNs, which are new with every upload."""
    return (
        post.author_id == author.id
        and not post.parent_id
        and post.text == text
        and post.extra["content"] == content
    )


def _is_image(content: Json) -> bool:
    return str(content.get("media", {}).get("id", "")).startswith("urn:li:image:")


def _until_midnight(now: datetime) -> float:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=1) - now).total_seconds()
