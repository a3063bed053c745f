"""What every network offers, and the plain data that passes between a network and the rooms.

A post goes out in two steps, so that everything that identifies it is on disk before the one
call that publishes it:

    prepare   uploads media and builds the exact request; may be repeated, publishes nothing
    publish   sends that request, once
    look_up   answers whether that request was acted on: present, absent or cannot tell
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Standing
from parvis.networks.part import MediaFile as MediaFile
from parvis.networks.part import Part as Part
from parvis.networks.part import Poll as Poll
from parvis.networks.secret import Secret as Secret
from parvis.networks.traits import Json as Json
from parvis.networks.traits import Traits as Traits
from parvis.networks.traits import Visibility as Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What lets us speak as the account. `password` is an app password, kept to sign in anew.

    expires_at  the access token's end; None when it has none
    refresh_at  when to renew it, well before; None when it cannot be or need not be renewed
    lapses_at   when only the person can renew the permission; None when renewing goes on for ever
    """

    access: Secret
    refresh: Secret | None = None
    password: Secret | None = None
    expires_at: datetime | None = None
    refresh_at: datetime | None = None
    lapses_at: datetime | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected account as its network module sees it. `server` is the origin of its API,
    without path: a network's own, or that of one server of many, or the sandbox's. `way` names
    how it was connected."""

    network: str
    server: str
    remote_id: str
    handle: str
    tokens: Tokens
    traits: Traits
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What signing in found out."""

    network: str
    server: str
    remote_id: str
    handle: str
    display_name: str
    tokens: Tokens
    traits: Traits
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRegistration:
    """What a network gave the program itself, not a person: a developer app's credentials."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeveloperApp:
    """An app that the owner registers at the network by hand. `page` is where that is done."""

    name: str
    label: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of asking a person's permission: what is asked for, and by which developer app.

    `app` is empty where each server registers this program by itself.
    """

    name: str = ""
    app: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthReturn:
    """What came back with the browser, and what was kept when it left."""

    code: str = field(repr=False)
    redirect_uri: str
    code_verifier: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The receipt. `url` is where a person can read the post; `reference` is what an answer to it
    needs besides its id (Bluesky: the cid)."""

    remote_id: str
    url: str
    published_at: datetime | None = None
    reference: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The exact request that publishes one part. All of it is stored before it is sent, and a
    later attempt sends the same again: a recomputed time or blob would be another post."""

    key: str
    text: str
    body: Json

    def to_json(self) -> Json:
        return {"key": self.key, "text": self.text, "body": self.body}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Prepared":
        return cls(key=stored["key"], text=stored["text"], body=stored["body"])


class Presence(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A post found on the network that may be ours. `media_count` is how many pictures and videos
    it shows; None where the network does not say."""

    remote_id: str
    url: str
    text: str
    published_at: datetime | None = None
    media_count: int | None = None

    def as_published(self) -> Published:
        return Published(remote_id=self.remote_id, url=self.url, published_at=self.published_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A look-up's answer. `published` is set when present; `candidates` when it cannot tell."""

    presence: Presence
    published: Published | None = None
    candidates: tuple[Candidate, ...] = ()


class Progress(Protocol):
    """What preparing one part has reached so far, kept across tries and deaths: which chunk of a
    video was taken, which container was made. Steps are named by the module; the values are
    plain JSON without secrets."""

    def read(self, step: str) -> Json | None: ...

    async def keep(self, step: str, value: Json) -> None: ...


class Network(Protocol):
    """`figures_at_once` is for how many posts one call answers when figures are read;
    `figures_page` where the network says what its figures mean."""

    name: str
    label: str
    monogram: str
    usual_traits: Traits
    figures_at_once: int
    figures_page: str

    def new_key(self) -> str:
        """A fresh identity for one part, kept for all its attempts."""
        ...

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """The limits as the network states them now for this account."""
        ...

    async def check(self, http: Http, account: Account) -> str:
        """Signs in with what is kept and answers the account's present handle."""
        ...

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        """New tokens, which must be stored before they are used. `app` is the one that the
        account was connected with; None where there is none."""
        ...

    async def prepare(
        self,
        http: Http,
        account: Account,
        part: Part,
        *,
        key: str,
        created_at: datetime,
        follows: Sequence[Published],
        progress: Progress,
    ) -> Prepared:
        """`follows` are the receipts of the parts before this one, the first part's first. Raises
        NotSent with the code "processing" while the network still works on the media."""
        ...

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published: ...

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        """`sent_at` is when the first attempt was written down, by the database's clock;
        `others` are the ids of posts known to be other ones, however alike. Raises NotSent,
        SlowDown or Reconnect when the network did not answer: the question stays open."""
        ...

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        """Deleting what is already gone is a success. Refused where the network has no way."""
        ...

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        """The figures of the account's own posts, in as few calls as the network allows. A
        figure that the network no longer knows is left out; the others are still read."""
        ...

    async def read_replies(
        self, http: Http, account: Account, remote_id: str, cursor: str | None = None
    ) -> Replies: ...


@runtime_checkable
class CountsFollowers(Protocol):
    async def read_standing(self, http: Http, account: Account) -> Standing:
        """How many follow the account, and how many posts it has."""
        ...


class SignsInWithPassword(Protocol):
    async def sign_in(
        self, http: Http, handle: str, password: Secret, server: str = ""
    ) -> Connected:
        """`server` is an origin; empty when it is to be found from the handle."""
        ...


class SignsInWithOAuth(Protocol):
    ways: tuple[Way, ...]

    async def find_server(self, http: Http, named: str) -> str:
        """The origin of the server that a person named, once it has shown that it is one; a
        network with one server for all answers that for an empty name."""
        ...

    def authorise_url(
        self,
        server: str,
        way: Way,
        app: AppRegistration,
        redirect_uri: str,
        state: str,
        challenge: str,
    ) -> str:
        """`challenge` is the S256 PKCE challenge."""
        ...

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        """Every account that the permission opens: a person's Pages, a member and the
        organisations. Refused, saying what to do, when it opens none."""
        ...


class RegistersItself(Protocol):
    """Each server registers this program on request."""

    async def register_app(self, http: Http, server: str, redirect_uri: str) -> AppRegistration: ...


class NeedsDeveloperApp(Protocol):
    """The owner registers an app at the network by hand, and enters its credentials here."""

    developer_apps: tuple[DeveloperApp, ...]

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        """Raises Refused with the code "bad-app" when the network does not know them, and with
        "cannot-check-app" when it offers no way to tell before somebody signs in."""
        ...


class SignsInWithToken(Protocol):
    async def connect_with_token(self, http: Http, server: str, token: Secret) -> Connected: ...
