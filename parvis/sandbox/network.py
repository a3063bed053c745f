"""The base of every simulated network.

A network is a class beside this module, written without a look at Parvis' own client of it:

    class Squeak(SandboxNetwork):
        name, label = "squeak", "Squeak"
        permalink_path = "/{handle}/{id}"

        def routes(self) -> Iterable[Route]:
            yield Route("POST", "/v1/squeaks", self.create, Purpose.PUBLISH)

        async def create(self, request: web.Request) -> web.StreamResponse:
            token = await self.token(request, "write")
            ...
            post = self.keep_post(Post(id=self.new_id(), ...))
            return web.json_response({"id": post.id}, status=201)

        def refusal(self, fault: Fault) -> web.Response: ...
        def unauthorised(self, trouble: TokenTrouble) -> web.Response: ...

What it gets for that: a port of its own, a timeline at `/`, permalinks, faults, a log of calls, a
clock (`self.clock`: read no other), records (`self.shelf`, written through to the state file),
rate-limit windows (`self.windows`), the audience (`self.counts(post)`, and its answers as posts),
and OAuth (`oauth.py`, `consent.py`). A handler that must stop raises `Answered(response)`; what
it checks it checks itself. tests/sandbox/squeak.py is a whole small one.
"""

import heapq
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from aiohttp import web
from markupsafe import Markup

from parvis.sandbox import audience
from parvis.sandbox.audience import Counts
from parvis.sandbox.faults import GENERIC, Fault, Kind, Purpose
from parvis.sandbox.limits import Windows
from parvis.sandbox.marking import marked
from parvis.sandbox.oauth import OAuth, Rules, TokenTrouble, bearer_of, new_secret
from parvis.sandbox.records import App, Item, Media, Person, Post, Token
from parvis.sandbox.shelf import Collection
from parvis.sandbox.world import World

CLIENT_ID = "parvis-sandbox"
CLIENT_SECRET = "parvis-sandbox-secret"  # noqa: S105 - of a network that does not exist
APP_PASSWORD = "sand-box0-pass-word"  # noqa: S105

_SHARE_OF_ANSWERS = 0.05
"""How much of an audience an answer of the audience itself has."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Worked = TypeVar("Worked", Media, Item)


@dataclass(frozen=True, slots=True)
class Route:
    """`purpose` may be decided per request, where one path serves several ends; where its body
    tells, the decision is awaited."""

    method: str
    path: str
    handle: Handler
    purpose: Purpose | Callable[[web.Request], Purpose | Awaitable[Purpose]]

    async def purpose_of(self, request: web.Request) -> Purpose:
        if isinstance(self.purpose, Purpose):
            return self.purpose
        decided = self.purpose(request)
        return decided if isinstance(decided, Purpose) else await decided


class Answered(Exception):
    """Ends a handler with this answer, from however deep."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(f"answered {response.status}")
        self.response = response


class SandboxNetwork(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    permalink_path: ClassVar[str]
    """With `{handle}` and `{id}`: where a visitor reads a post."""
    own_faults: ClassVar[frozenset[Kind]] = frozenset()
    """Those outside of faults.GENERIC that make sense here."""
    usual_quirks: ClassVar[Mapping[str, bool]] = {}
    """What the real one does badly: on from the start where it always does it."""

    oauth_rules: ClassVar[Rules] = Rules(scopes=frozenset())

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.faults = world.faults
        self.shelf = world.shelf(self.name)
        self.windows = Windows(world.clock)
        self.oauth = OAuth(self.shelf, self.clock, self.oauth_rules, self.new_secret)
        self.origin = ""
        """Such as http://127.0.0.1:8601, once the port is open."""
        self._growing: list[tuple[datetime, str, int]] = []
        self.settle_in()

    # What each network says of itself.

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """Those of its API and of its consent pages. The timeline and permalinks come by
        themselves."""

    @abstractmethod
    def refusal(self, fault: Fault) -> web.Response:
        """The network's own answer to REFUSE, RATE_LIMIT and, if they are among `own_faults`,
        RETIRED_VERSION and USAGE_CAP; with all the headers that the real one sends."""

    @abstractmethod
    def unauthorised(self, trouble: TokenTrouble) -> web.Response: ...

    def nothing_here(self) -> web.Response:
        """The network's own 404 for a path that it does not know."""
        return web.json_response({"error": "Not Found"}, status=404)

    def server_error(self) -> web.Response:
        """The network's own 500."""
        return web.json_response({"error": "Internal Server Error"}, status=500)

    def people(self) -> Sequence[Person]:
        """The cast. An override gives the owners the handles, ids and kinds that fit."""
        return usual_cast(self.world)

    def newcomer(self, number: int) -> Person:
        """One more account of the owner's, the `number`th. An override makes one that fits."""
        return usual_owner(self.world, number)

    def apps(self) -> Sequence[App]:
        return (App(id=CLIENT_ID, secret=CLIENT_SECRET, name="Parvis (sandbox)"),)

    def new_secret(self, purpose: str) -> str:
        """A "code", an "access" or a "refresh" token, in the form that this network gives them."""
        return new_secret(purpose)

    async def presented_token(self, request: web.Request) -> str:
        """The access token of a request, wherever this network puts it."""
        return bearer_of(request)

    def permalink(self, post: Post) -> str:
        author = self.person(post.author_id)
        return self.origin + self.permalink_path.format(handle=author.handle, id=post.id)

    def remote_id(self, post: Post) -> str:
        """The post's id as the API tells it."""
        return post.id

    def post_at(self, request: web.Request) -> Post | None:
        """The living post of a request for a permalink."""
        return self.shelf.posts.living(request.match_info["id"])

    def visible_text(self, post: Post) -> str:
        """As a visitor reads it."""
        return post.text

    def marked_text(self, post: Post) -> Markup:
        """The visible text for a page; an override where only what the author marked is a link."""
        return marked(self.visible_text(post))

    def audience_answer(self, post: Post, author: Person, text: str, at: datetime) -> Post:
        """An answer of the audience, not yet kept."""
        return Post(
            id=self.new_id(),
            author_id=author.id,
            text=text,
            created_at=at,
            parent_id=post.id,
            root_id=post.root_id or post.id,
        )

    # What a network is made with.

    def password_of(self, person: Person) -> str:
        """One that opens the account now; empty where nobody signs in with one."""
        return person.password

    def settle_in(self) -> None:
        """Moves the cast in where nobody lives yet, and takes up what the state file held."""
        if not len(self.shelf.people):
            for person in self.people():
                self.move_in(person)
            for app in self.apps():
                self.shelf.apps.put(app)
        self.windows.clear()
        self._growing = []
        for post in self.shelf.posts:
            self._expect_answers(post)

    def let_in(self, count: int) -> list[Person]:
        """So many more accounts of the owner's, to be connected like those of the cast."""
        first = sum(person.is_owner for person in self.shelf.people) + 1
        return [self.move_in(self.newcomer(first + each)) for each in range(count)]

    def move_in(self, person: Person) -> Person:
        """Keeps one with all that an account has here from the start."""
        return self.shelf.people.put(person)

    def new_id(self) -> str:
        """A number that tells its time and grows, as X's and Mastodon's do (snowflakes)."""
        return str(self.world.next_snowflake())

    def person(self, person_id: str) -> Person:
        return self.shelf.people.known(person_id)

    def person_named(self, handle: str) -> Person | None:
        wanted = handle.lstrip("@").lower()
        return next((p for p in self.shelf.people if p.handle.lower() == wanted), None)

    async def token(self, request: web.Request, *scopes: str) -> Token:
        """The living token of a request, if it has one of `scopes` (when any are named)."""
        return self.oauth.check(await self.presented_token(request), *scopes)

    def hand_out_token(self, person: Person, scopes: tuple[str, ...]) -> Token:
        """A token without any ceremony, as the control hands them out; all scopes for none."""
        app = next(iter(self.shelf.apps))
        return self.oauth.issue(app, person.id, scopes or tuple(sorted(self.oauth.rules.scopes)))

    def keep_post(self, post: Post) -> Post:
        """Stores a new post and lets the audience see it."""
        self._expect_answers(self.shelf.posts.put(post))
        return post

    def delete_post(self, post: Post) -> Post:
        return self.shelf.posts.put(replace(post, deleted_at=self.clock.now()))

    def take_fault(self, kind: Kind, purpose: Purpose) -> Fault | None:
        """An order of one of `own_faults` that befalls what is being done now."""
        return self.faults.take(self.name, purpose, (kind,))

    def quirk(self, name: str) -> bool:
        return self.world.quirk(self.name, name, self.usual_quirks[name])

    def known_faults(self) -> frozenset[Kind]:
        return GENERIC | self.own_faults

    # Media and containers that take their time.

    def in_processing(self, made: Worked, usual_seconds: float = 0.0) -> Worked:
        """`made` as it is right after it was handed in: ready at once, after the usual time, or
        after what a slow-processing order says."""
        fault = None
        if Kind.SLOW_PROCESSING in self.own_faults:
            fault = self.take_fault(Kind.SLOW_PROCESSING, Purpose.PROCESSING)
        seconds = usual_seconds if fault is None else fault.seconds
        ready_at = self.clock.now() + timedelta(seconds=seconds)
        return replace(made, ready_at=ready_at, polls_left=fault.polls if fault else 0)

    def is_ready(self, kept: Collection[Worked], made: Worked, *, asked: bool = True) -> bool:
        """Whether processing is over. `asked` counts as one of the questions that it takes."""
        if made.polls_left > 0:
            if asked:
                kept.put(replace(made, polls_left=made.polls_left - 1))
            return False
        return made.ready_at is None or made.ready_at <= self.clock.now()

    # The audience.

    def counts(self, post: Post) -> Counts:
        """How the post stands now; `replies` counts every visible answer."""
        age = self.clock.now() - post.created_at
        share = 1.0 if self.person(post.author_id).is_owner else _SHARE_OF_ANSWERS
        told = audience.counts(self.world.seed, self._audience_name(post), age, share)
        return replace(told, replies=len(self.shelf.posts.answers_to(post.id)))

    def votes(self, post: Post, options: int) -> list[int]:
        age = self.clock.now() - post.created_at
        return audience.votes(self.world.seed, self._audience_name(post), options, age)

    def let_audience_answer(self) -> None:
        """Writes the answers that are due by now. Called before each request."""
        now = self.clock.now()
        while self._growing and self._growing[0][0] <= now:
            at, post_id, index = heapq.heappop(self._growing)
            if (post := self.shelf.posts.living(post_id)) is not None:
                self._answer(post, at, index)

    def _answer(self, post: Post, at: datetime, index: int) -> None:
        cast = [person for person in self.shelf.people if not person.is_owner]
        told = audience.answers(self.world.seed, self._audience_name(post), len(cast))[index]
        answer = self.audience_answer(post, cast[told.author], told.text, at)
        self.shelf.posts.put(replace(answer, extra=answer.extra | {"audience": index}))

    def _expect_answers(self, post: Post) -> None:
        """The audience answers what owners post, not every comment below it."""
        author = self.shelf.people.get(post.author_id)
        if author is None or not author.is_owner or post.parent_id or post.deleted_at:
            return
        given = {each.extra.get("audience") for each in self.shelf.posts.answers_to(post.id)}
        told = audience.answers(self.world.seed, self._audience_name(post))
        for index, answer in enumerate(told):
            if index not in given:
                heapq.heappush(self._growing, (post.created_at + answer.after, post.id, index))

    def _audience_name(self, post: Post) -> str:
        return f"{self.name}/{post.id}"


def usual_cast(world: World) -> tuple[Person, ...]:
    """The bookshop and a second account of its owner, and the three of the audience."""

    return (
        _usual_person(world, "ponts", "Librairie Ponts", is_owner=True),
        _usual_person(world, "ponts_events", "Librairie Ponts, events", is_owner=True),
        _usual_person(world, "alice", "Alice"),
        _usual_person(world, "bob", "Bob"),
        _usual_person(world, "charlie", "Charlie"),
    )


def usual_owner(world: World, number: int) -> Person:
    """One more of the bookshop's accounts."""
    return _usual_person(world, f"ponts_{number}", named_after_shop(number), is_owner=True)


def named_after_shop(number: int) -> str:
    return f"Librairie Ponts, {number}"


def _usual_person(world: World, handle: str, name: str, *, is_owner: bool = False) -> Person:
    return Person(
        id=str(world.next_snowflake()),
        handle=handle,
        name=name,
        is_owner=is_owner,
        signs_in=is_owner,
        password=APP_PASSWORD if is_owner else "",
    )
