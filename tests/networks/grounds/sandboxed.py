"""Each network in the sandbox, connected as a person connects it: through its consent page."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    Network,
    OAuthReturn,
    Way,
)
from parvis.networks.facebook import Facebook
from parvis.networks.http import Http
from parvis.networks.instagram import Instagram
from parvis.networks.linkedin import LinkedIn
from parvis.networks.mastodon import Mastodon
from parvis.networks.secret import Secret
from parvis.networks.threads import Threads
from parvis.networks.traits import Following
from parvis.networks.x import X
from parvis.sandbox.faults import Kind
from parvis.sandbox.registry import networks as simulated_networks
from tests.networks.grounds.ground import Posted, account_of
from tests.servers.sandbox import RunningSandbox

REDIRECT = "http://127.0.0.1:8000/connect/return"
VERIFIER = "a-verifier-that-nobody-else-could-have-thought-of"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
QUICK = (0.01,) * 8
"""Pauses between two looks at media that the sandbox has ready in no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandboxed:
    """How one network is put on its ground. `way` is empty where a password signs in."""

    network: str
    way: str = ""
    metric: str = ""
    """One of those that it has called by a name that may be retired."""
    reads: bool = True
    """Whether its permission opens figures and comments."""
    ours: str = "ponts"
    """What tells the bookshop's account from the others that the permission opens."""
    refuses_equal_texts: bool = False
    looks_up_by_posting: bool = False
    longest_wait: timedelta = timedelta(seconds=90)


SANDBOXED = {
    "x": Sandboxed(network="x", metric="non_public_metrics", refuses_equal_texts=True),
    # Meta tells minutes.
    "facebook": Sandboxed(
        network="facebook", metric="post_media_view", longest_wait=timedelta(minutes=2)
    ),
    "instagram": Sandboxed(
        network="instagram",
        way="instagram-login",
        metric="views",
        longest_wait=timedelta(minutes=2),
    ),
    "instagram through a Page": Sandboxed(
        network="instagram", way="facebook-login", metric="views", longest_wait=timedelta(minutes=2)
    ),
    # LinkedIn tells nothing: its days end at midnight.
    "linkedin": Sandboxed(
        network="linkedin",
        way="organisations",
        ours="urn:li:organization:",
        metric="uniqueImpressionsCount",
        refuses_equal_texts=True,
        longest_wait=timedelta(days=1),
    ),
    "linkedin, a member": Sandboxed(
        network="linkedin",
        way="member",
        ours="urn:li:person:",
        reads=False,
        refuses_equal_texts=True,
        looks_up_by_posting=True,
        longest_wait=timedelta(days=1),
    ),
    "threads": Sandboxed(network="threads", metric="views", longest_wait=timedelta(minutes=2)),
    "mastodon": Sandboxed(network="mastodon"),
    "bluesky": Sandboxed(network="bluesky"),
}


READING = [name for name, each in SANDBOXED.items() if each.reads]


def having(fault: Kind) -> list[str]:
    """The sandboxed grounds where this can be ordered."""
    simulated = {each.name: each for each in simulated_networks()}
    known = {name: each.own_faults for name, each in simulated.items()}
    return [name for name in READING if fault in known.get(SANDBOXED[name].network, ())]


class SandboxFaults:
    def __init__(self, sandbox: RunningSandbox, network: str) -> None:
        self._sandbox = sandbox
        self._network = network

    def lose_answer(self) -> None:
        self.order("lose-answer")

    def lose_request(self) -> None:
        self.order("lose-request")

    def error_before(self) -> None:
        self.order("error-before")

    def error_after(self) -> None:
        self.order("error-after")

    def garble(self) -> None:
        self.order("malformed")

    def limit(self, seconds: float) -> None:
        self.order("rate-limit", seconds=seconds)

    def silence(self) -> None:
        self.order("lose-answer", on="any", times=None)

    def order(self, fault: str, on: str = "publish", **more: object) -> None:
        self._sandbox.order(self._network, fault, on, **more)

    def known(self) -> set[str]:
        return set(self._sandbox.told(self._network)["faults"])


class SandboxGround:
    def __init__(self, sandbox: RunningSandbox, name: str) -> None:
        kind = SANDBOXED[name]
        self.name = f"{name}, the sandbox"
        self.refuses_equal_texts = kind.refuses_equal_texts
        self.looks_up_by_posting = kind.looks_up_by_posting
        self.longest_wait = kind.longest_wait
        self.a_metric = kind.metric
        self._ours = kind.ours
        self.sandbox = sandbox
        self.origin = sandbox.origin(kind.network)
        self.network = _network(kind.network, self.origin)
        self.faults = SandboxFaults(sandbox, kind.network)
        self.app: AppRegistration | None = None
        self._way = kind.way
        self._told = sandbox.told(kind.network)

    async def connect(self, http: Http) -> Connected:
        """The bookshop's account, among all that the permission opens."""
        opened = await self.connect_all(http)
        return next(each for each in opened if self._ours in f"{each.remote_id} {each.handle}")

    async def connect_all(self, http: Http) -> tuple[Connected, ...]:
        if not hasattr(self.network, "authorise_url"):
            return (await self._sign_in(http, self._ponts["password"]),)
        return await self._exchange(http, await self.allowed(http))

    async def renewed(self, http: Http, account: Account) -> Account:
        """The account with tokens that live by the sandbox's clock, if the old ones may not."""
        if account.tokens.expires_at is None or account.tokens.expires_at > self.sandbox.now():
            return account
        return account_of(await self.connect(http))

    async def connect_with_wrong_secret(self, http: Http) -> object:
        if not hasattr(self.network, "authorise_url"):
            return await self._sign_in(http, "abcd-abcd-abcd-abcd")
        await self.allowed(http)
        return await self._exchange(http, "a-code-that-nobody-gave")

    async def exchange(self, http: Http, code: str) -> tuple[Connected, ...]:
        return await self._exchange(http, code)

    async def check_app(self, http: Http, app: AppRegistration) -> None:
        developer_app = next(
            each for each in self._oauth.developer_apps if each.name == self.way.app
        )
        await self._oauth.check_app(http, self.origin, developer_app, app)

    async def allowed(self, http: Http) -> str:
        """The code that comes back with the browser after a click on Allow."""
        self.app = await self._register(http)
        url = self._oauth.authorise_url(
            self.origin, self.way, self.app, REDIRECT, "kept-meanwhile", CHALLENGE
        )
        query = parse_qs(urlsplit(self.sandbox.consent(url)).query)
        assert query["state"] == ["kept-meanwhile"]
        return query["code"][0]

    @property
    def way(self) -> Way:
        ways: tuple[Way, ...] = self._oauth.ways
        return next(way for way in ways if self._way in ("", way.name))

    def is_ours(self, connected: Connected) -> bool:
        return any(
            connected.remote_id.endswith(each["remote_id"])
            for each in self._told["accounts"]
            if each["is_owner"]
        )

    def posts(self) -> list[Posted]:
        return [self._posted(each) for each in self.sandbox.posts(self.network.name)]

    def shut_out(self, account: Account) -> Account:
        self.faults.order("revoked-token", on="any")
        return account

    def let_processing_end(self) -> None:
        self.sandbox.advance(60)

    def an_hour_later(self) -> datetime:
        self.sandbox.advance(3600)
        return self.sandbox.now()

    def wait_until(self, moment: datetime) -> None:
        self.sandbox.advance(max(0.0, (moment - self.sandbox.now()).total_seconds()))

    def take_down(self, remote_id: str) -> None:
        """As the author does on the network itself, behind our back."""
        self.sandbox.take_down(self.network.name, remote_id)

    def answers_to(self, remote_id: str) -> list[dict[str, Any]]:
        """What the audience has written below a post."""
        return self.sandbox.answers_to(self.network.name, remote_id)

    def poll_options(self) -> list[str]:
        """Of the newest post."""
        newest = self.sandbox.posts(self.network.name)[-1]
        return list(newest["extra"]["poll"]["options"])

    def _posted(self, told: dict[str, Any]) -> Posted:
        network = self.network.name
        return Posted(
            remote_id=told["remote_id"],
            text=told["visible_text"],
            alts=tuple(told["alts"]),
            files=tuple(self.sandbox.medium(network, each["sha256"]) for each in told["media"]),
            parent_id=told["parent"],
        )

    @property
    def _ponts(self) -> dict[str, Any]:
        accounts: list[dict[str, Any]] = self._told["accounts"]
        return next(each for each in accounts if each["is_owner"] and "ponts" in each["handle"])

    @property
    def _oauth(self) -> Any:
        return cast(Any, self.network)

    async def _sign_in(self, http: Http, password: str) -> Connected:
        signing_in = cast(Bluesky, self.network)
        return await signing_in.sign_in(http, self._ponts["handle"], Secret(password))

    async def _register(self, http: Http) -> AppRegistration:
        if isinstance(self.network, Mastodon):
            return await self.network.register_app(http, self.origin, REDIRECT)
        told = self._told["apps"][0]
        return AppRegistration(
            client_id=told["client_id"], client_secret=Secret(told["client_secret"])
        )

    async def _exchange(self, http: Http, code: str) -> tuple[Connected, ...]:
        returned = OAuthReturn(code=code, redirect_uri=REDIRECT, code_verifier=Secret(VERIFIER))
        opened: tuple[Connected, ...] = await self._oauth.exchange(
            http, self.origin, self.way, self.app, returned
        )
        return opened


def _network(name: str, origin: str) -> Network:
    made: dict[str, Network] = {
        "x": X(),
        "facebook": Facebook(pauses=QUICK),
        "instagram": Instagram(pauses=QUICK),
        "linkedin": LinkedIn(),
        "threads": Threads(pauses=QUICK),
        "mastodon": Mastodon(),
        "bluesky": Bluesky(plc_directory=origin, entryway=origin),
    }
    return made[name]


POLLING = [
    name
    for name, each in SANDBOXED.items()
    if _network(each.network, "").usual_traits.poll is not None
]
THREADING = (
    "bluesky-pds",
    "mastodon-mock",
    *(
        name
        for name, each in SANDBOXED.items()
        if _network(each.network, "").usual_traits.following is Following.REPLIES
    ),
)
"""The grounds on which a post may be a thread."""
