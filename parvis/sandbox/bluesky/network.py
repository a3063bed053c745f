"""Bluesky on one origin: the server of the accounts (PDS), the directory of identities (PLC), the
AppView, the video service, and the page that makes app passwords."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aiohttp import web
from markupsafe import Markup

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.accounts import Accounts, did_named
from parvis.sandbox.bluesky.appview import AppView
from parvis.sandbox.bluesky.blobs import Blobs
from parvis.sandbox.bluesky.cids import tid_at
from parvis.sandbox.bluesky.facets import marked_by_facets
from parvis.sandbox.bluesky.lexicon import POST, PROFILE
from parvis.sandbox.bluesky.repo import Repo
from parvis.sandbox.bluesky.video import VideoService
from parvis.sandbox.faults import Fault, Kind, Purpose
from parvis.sandbox.limits import Window
from parvis.sandbox.network import APP_PASSWORD, Route, SandboxNetwork, named_after_shop
from parvis.sandbox.oauth import TokenTrouble, bearer_of
from parvis.sandbox.records import App, Person, Post, Token
from parvis.sandbox.world import World

_PDS_VERSION = "0.5.35"


class Bluesky(SandboxNetwork):
    name = "bluesky"
    label = "Bluesky"
    permalink_path = "/profile/{handle}/post/{id}"
    own_faults = frozenset({Kind.SLOW_PROCESSING})

    def __init__(self, world: World) -> None:
        self.accounts = Accounts(self)
        self.blobs = Blobs(self, self.accounts)
        self.repo = Repo(self, self.accounts, self.blobs)
        self.videos = VideoService(self, self.accounts, self.blobs)
        self.appview = AppView(self, self.accounts, self.repo)
        super().__init__(world)

    def routes(self) -> Iterable[Route]:
        for room in (self.accounts, self.repo, self.blobs, self.videos, self.appview):
            yield from room.routes()
        yield Route("GET", "/xrpc/_health", self.tell_health, Purpose.ACCOUNT)
        yield Route("*", "/xrpc/{method}", xrpc.limited(self, self.not_served), Purpose.ACCOUNT)

    async def tell_health(self, _request: web.Request) -> web.Response:
        return web.json_response({"version": _PDS_VERSION})

    async def not_served(self, _request: web.Request) -> web.Response:
        raise xrpc.refuse("Method Not Implemented", "MethodNotImplemented", 501)

    def marked_text(self, post: Post) -> Markup:
        record = self.repo.records.get(post.id)
        facets = record.extra["value"].get("facets", ()) if record else ()
        return marked_by_facets(post.text, facets)

    # What goes wrong.

    def refusal(self, fault: Fault) -> web.Response:
        if fault.fault is Kind.RATE_LIMIT:
            now = self.clock.now()
            window = Window(
                limit=xrpc.GLOBAL_LIMIT,
                remaining=0,
                resets_at=now + timedelta(seconds=fault.seconds),
                is_exceeded=True,
            )
            return xrpc.too_many(window, 5 * xrpc.MINUTE, now)
        return xrpc.error(400, "InvalidRequest", fault.detail or "The sandbox was told to refuse.")

    def unauthorised(self, trouble: TokenTrouble) -> web.Response:
        return xrpc.unauthorised(trouble)

    def server_error(self) -> web.Response:
        return xrpc.server_error()

    async def presented_token(self, request: web.Request) -> str:
        """A refresh token stands for the session that it belongs to."""
        presented = bearer_of(request)
        session = self.accounts.by_refresh(presented)
        return session.id if session else presented

    # Who lives here.

    def people(self) -> Sequence[Person]:
        return (
            _person("ponts.test", "Librairie Ponts", is_owner=True),
            _person("ponts-events.test", "Librairie Ponts, events", is_owner=True),
            _person("alice.test", "Alice"),
            _person("bob.test", "Bob"),
            _person("charlie.test", "Charlie"),
        )

    def newcomer(self, number: int) -> Person:
        return _person(f"ponts-{number}.test", named_after_shop(number), is_owner=True)

    def apps(self) -> Sequence[App]:
        """None: a person makes an app password instead."""
        return ()

    def move_in(self, person: Person) -> Person:
        """With a profile and an app password."""
        super().move_in(person)
        profile = {"$type": PROFILE, "displayName": person.name}
        self.repo.keep(person, PROFILE, "self", profile)
        if person.password:
            self.accounts.give_password(person, "Parvis (sandbox)", person.password)
        return person

    def password_of(self, person: Person) -> str:
        return self.accounts.living_password(person) if person.password else ""

    def hand_out_token(self, person: Person, scopes: tuple[str, ...]) -> Token:
        return self.accounts.open_session(person, grant=f"handed out to {person.handle}")

    # Posts.

    def permalink(self, post: Post) -> str:
        handle, rkey = self.person(post.author_id).handle, post.id.rpartition("/")[2]
        return self.origin + self.permalink_path.format(handle=handle, id=rkey)

    def post_at(self, request: web.Request) -> Post | None:
        person = self.accounts.find(request.match_info["handle"])
        uri = f"at://{person.id if person else ''}/{POST}/{request.match_info['id']}"
        return self.shelf.posts.living(uri)

    def audience_answer(self, post: Post, author: Person, text: str, at: datetime) -> Post:
        answered = self.repo.records.known(post.id)
        parent = {"uri": post.id, "cid": answered.extra["cid"]}
        root = answered.extra["value"].get("reply", {}).get("root", parent)
        record = {
            "$type": POST,
            "text": text,
            "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "reply": {"root": root, "parent": parent},
        }
        kept = self.repo.keep(author, POST, tid_at(at, len(self.repo.records) % 1024), record)
        return Post(
            id=kept.id,
            author_id=author.id,
            text=text,
            created_at=at,
            parent_id=post.id,
            root_id=root["uri"],
        )

    def _expect_answers(self, post: Post) -> None:
        if self.repo.lets_audience_answer(post):
            super()._expect_answers(post)


def _person(handle: str, name: str, *, is_owner: bool = False) -> Person:
    return Person(
        id=did_named(handle),
        handle=handle,
        name=name,
        is_owner=is_owner,
        signs_in=is_owner,
        password=APP_PASSWORD if is_owner else "",
        extra={"email": f"{handle.partition('.')[0]}@example.org"},
    )
