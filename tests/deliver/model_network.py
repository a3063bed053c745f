"""A small model of a network, at the contract's border: a set of posts, and requests on their way.

It stands where no real server can: random histories need thousands of calls, and requests that
land long after nobody waits for them. `fates` says what becomes of the next calls, and `passed` how
much time has gone by for this machine.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async

from parvis.deliver.models import Attempt, Outcome
from parvis.networks import contract
from parvis.networks.bluesky.network import Bluesky
from parvis.networks.contract import (
    Candidate,
    Found,
    Json,
    Part,
    Prepared,
    Presence,
    Progress,
    Published,
)
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)
from parvis.networks.http import Http
from parvis.networks.present import now, seconds_of_this_machine


class Killed(BaseException):
    """The worker's process is gone: nothing after this line of it ever runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`answers` is the id of the post that it answers; empty for the first of a thread."""

    remote_id: str
    author: str
    key: str
    text: str
    answers: str


@dataclass(slots=True, kw_only=True)
class UnderWay:
    prepared: Prepared
    age: float = 0.0


@dataclass
class ModelNetwork(Bluesky):
    """`keyed`: a repeated key is the same post for ever, and posts are found by it. Otherwise each
    request that lands is a new post, and posts are found by what they say and answer.
    `takes_no_equals`: a request that says what a post says already is refused as its duplicate.
    `offered` is what each `prepare` was told of earlier progress."""

    keyed: bool
    takes_no_equals: bool = False
    posts: list[Post] = field(default_factory=list)
    under_way: list[UnderWay] = field(default_factory=list)
    fates: deque[str] = field(default_factory=deque)
    stalled: Callable[[], Awaitable[None]] | None = None
    unwritten_sends: int = 0
    offered: list[Json | None] = field(default_factory=list)
    made: int = 0
    passed: float = 0.0

    def __post_init__(self) -> None:
        super().__init__()

    async def prepare(
        self,
        http: Http,
        account: contract.Account,
        part: Part,
        *,
        key: str,
        created_at: datetime,
        follows: Sequence[Published],
        progress: Progress,
    ) -> Prepared:
        self.offered.append(progress.read("upload"))
        fate = self._next_fate("prepare ")
        if fate in _ERRORS:
            raise _ERRORS[fate]()
        uploads = fate.startswith("uploads, ")
        if uploads:
            await progress.keep("upload", {"chunk": 3})
            fate = fate.removeprefix("uploads, ")
        if fate == "defect":
            raise ZeroDivisionError
        if fate == "killed":
            raise Killed
        if fate == "processes":
            raise NotSent("processing", "It is still being worked on.")
        if fate == "stalls" and self.stalled:
            await self.stalled()
        if uploads:
            await progress.keep("upload", {"chunk": 4})
        self.made += 1
        return Prepared(
            key=key,
            text=part.text,
            body={"answers": _answered(part, follows), "made": self.made, "author": account.handle},
        )

    async def publish(self, http: Http, account: contract.Account, prepared: Prepared) -> Published:
        await self._see_that_it_is_written(prepared)
        fate = self._next_fate("publish ")
        if fate in _ERRORS:
            raise _ERRORS[fate]()
        if fate in ("lost request", "killed before"):
            raise Unknown("no-answer", "Silence.") if fate == "lost request" else Killed
        if fate == "stopped" and self.stalled:
            await self.stalled()
            self._see_that_it_may_leave(http)
        if fate == "late":
            self.under_way.append(UnderWay(prepared=prepared))
            raise Unknown("no-answer", "Silence.")
        post = self.land(prepared)
        if fate == "lost answer":
            raise Unknown("no-answer", "Silence.")
        if fate == "killed after":
            raise Killed
        if fate == "stalls" and self.stalled:
            await self.stalled()
        return _published(post)

    async def look_up(
        self,
        http: Http,
        account: contract.Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        fate = self._next_fate("look up ")
        if fate == "fails":
            raise NotSent("no-answer", "Silence.")
        if fate in _ERRORS:
            raise _ERRORS[fate]()
        if fate == "defect":
            raise ZeroDivisionError
        found = [post for post in self.posts if self._matches(post, prepared, others)]
        if fate == "stalls" and self.stalled:
            await self.stalled()
        return _told(found)

    def land(self, prepared: Prepared) -> Post:
        for post in self.posts:
            if self.keyed and post.key == prepared.key:
                return post
            if self.takes_no_equals and _says_the_same(post, prepared):
                raise _ERRORS["duplicate"]()
        post = Post(
            remote_id=str(len(self.posts)),
            author=prepared.body["author"],
            key=prepared.key,
            text=prepared.text,
            answers=prepared.body["answers"],
        )
        self.posts.append(post)
        return post

    def land_what_is_under_way(self, older_than: float = 0.0) -> None:
        """Nobody waits for these requests any more, so nobody hears what they are answered."""
        landing = [one for one in self.under_way if one.age >= older_than]
        self.under_way = [one for one in self.under_way if one not in landing]
        for one in landing:
            with suppress(Duplicate):
                self.land(one.prepared)

    def _matches(self, post: Post, prepared: Prepared, others: frozenset[str]) -> bool:
        if self.keyed:
            return post.key == prepared.key
        fits = _says_the_same(post, prepared) and post.answers == prepared.body["answers"]
        return fits and post.remote_id not in others

    def _next_fate(self, call: str) -> str:
        """A fate for another kind of call stays in line: it befalls the next of its own kind."""
        for fate in self.fates:
            if fate.startswith(call):
                self.fates.remove(fate)
                return fate.removeprefix(call)
        return ""

    def _see_that_it_may_leave(self, http: Http) -> None:
        """As the client does when its connection stands: see tests/networks/test_sending_before."""
        moment = http._send_before
        if moment is not None and seconds_of_this_machine() + self.passed > moment:
            raise NotSent("too-late-to-send", "The right to send had run out.")

    async def _see_that_it_is_written(self, prepared: Prepared) -> None:
        written = Attempt.objects.filter(outcome=Outcome.OPEN, request=_stored(prepared))
        if not await sync_to_async(written.exists)():
            self.unwritten_sends += 1


_ERRORS: dict[str, Callable[[], NetworkError]] = {
    "fails": lambda: NotSent("unreachable", "It cannot be reached.", host="example.org"),
    "not sent": lambda: NotSent("unreachable", "It cannot be reached.", host="example.org"),
    "refused": lambda: Refused("rejected", "No.", said="No.", host="example.org"),
    "blocked": lambda: Blocked("out-of-credit", "Buy credit.", host="example.org"),
    "duplicate": lambda: Duplicate("duplicate", "It is there already."),
    "anew": lambda: PrepareAnew("media-gone", "The upload is gone.", host="example.org"),
    "limited": lambda: SlowDown("rate-limit", "Wait.", until=now() + timedelta(minutes=1)),
    "reconnect": lambda: Reconnect("reconnect", "The account must be connected again."),
}


def _answered(part: Part, follows: Sequence[Published]) -> str:
    """The part before it, or the post itself where it is a comment; nothing for the first."""
    if not follows:
        return ""
    return follows[0 if part.is_comment else -1].remote_id


def _says_the_same(post: Post, prepared: Prepared) -> bool:
    return (post.author, post.text) == (prepared.body["author"], prepared.text)


def _stored(prepared: Prepared) -> dict[str, Any]:
    return prepared.to_json()


def _published(post: Post) -> Published:
    return Published(remote_id=post.remote_id, url=f"https://example.org/{post.remote_id}")


def _told(found: list[Post]) -> Found:
    if len(found) == 1:
        return Found(presence=Presence.PRESENT, published=_published(found[0]))
    if not found:
        return Found(presence=Presence.ABSENT)
    candidates = (Candidate(remote_id=p.remote_id, url="", text=p.text) for p in found)
    return Found(presence=Presence.CANNOT_TELL, candidates=tuple(candidates))
