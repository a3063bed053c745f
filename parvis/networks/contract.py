"""What every network offers, and the plain data that passes between a network and the rooms.

A post goes out in two steps, so that everything that identifies it is on disk before the one
call that publishes it:

    prepare   uploads media and builds the exact request; may be repeated, publishes nothing
    publish   sends that request, once
    look_up   answers whether that request was acted on: present, absent or cannot tell
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from parvis.networks.http import Http
from parvis.networks.secret import Secret as Secret

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What lets us speak as the account. `password` is an app password, kept to sign in anew."""

    access: Secret
    refresh: Secret | None = None
    password: Secret | None = None
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "private"
    MENTIONED = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What one account's network can carry. Sizes are bytes, lengths are counted by `text.py`."""

    text_limit: int
    text_bytes_limit: int | None = None
    url_weight: int | None = None
    mention_counts_without_host: bool = False
    image_limit: int
    image_bytes_limit: int
    image_pixels_limit: int | None = None
    image_types: tuple[str, ...]
    alt_limit: int
    visibilities: tuple[Visibility, ...] = ()
    has_content_warning: bool = False
    posts_text_alone: bool = True
    native_key_seconds: int | None = 0
    """How long the network answers a repeated key with the first post instead of posting anew:
    0 is never, None is for ever."""

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Traits":
        """Unknown names are left out and absent ones take their default, so that limits stored
        by an older or a newer version can still be read."""
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        known["image_types"] = tuple(known["image_types"])
        known["visibilities"] = tuple(Visibility(v) for v in known.get("visibilities", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected account as its network module sees it. `server` is an origin, without path."""

    network: str
    server: str
    remote_id: str
    handle: str
    tokens: Tokens
    traits: Traits


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRegistration:
    """What a network gave the program itself, not a person."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthReturn:
    """What came back with the browser, and what was kept when it left."""

    code: str = field(repr=False)
    redirect_uri: str
    code_verifier: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    path: Path
    media_type: str
    size: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post on the network. A thread is a list of them."""

    text: str
    images: tuple[Image, ...] = ()
    language: str = ""
    content_warning: str = ""
    visibility: Visibility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The receipt. `url` is where a person can read the post."""

    remote_id: str
    url: str
    published_at: datetime | None = None


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
    """A post found on the network that may be ours."""

    remote_id: str
    url: str
    text: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A look-up's answer. `published` is set when present; `candidates` when it cannot tell."""

    presence: Presence
    published: Published | None = None
    candidates: tuple[Candidate, ...] = ()


class Network(Protocol):
    name: str
    label: str
    monogram: str
    usual_traits: Traits

    def new_key(self) -> str:
        """A fresh identity for one part, kept for all its attempts."""
        ...

    async def read_traits(self, http: Http, server: str) -> Traits:
        """The limits as the server states them now."""
        ...

    async def check(self, http: Http, account: Account) -> str:
        """Signs in with what is kept and answers the account's present handle."""
        ...

    async def refresh(self, http: Http, account: Account) -> Tokens:
        """New tokens, which must be stored before they are used."""
        ...

    async def prepare(
        self, http: Http, account: Account, part: Part, key: str, created_at: datetime
    ) -> Prepared: ...

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
        """Deleting what is already gone is a success."""
        ...


class SignsInWithPassword(Protocol):
    async def sign_in(self, http: Http, handle: str, password: Secret) -> Connected: ...


class SignsInWithOAuth(Protocol):
    scopes: tuple[str, ...]

    async def find_server(self, http: Http, named: str) -> str:
        """The origin of the server that a person named, once it has shown that it is one."""
        ...

    async def register_app(self, http: Http, server: str, redirect_uri: str) -> AppRegistration: ...

    def authorise_url(
        self, server: str, app: AppRegistration, redirect_uri: str, state: str, challenge: str
    ) -> str:
        """`challenge` is the S256 PKCE challenge."""
        ...

    async def exchange(
        self, http: Http, server: str, app: AppRegistration, returned: OAuthReturn
    ) -> Connected: ...


class SignsInWithToken(Protocol):
    async def connect_with_token(self, http: Http, server: str, token: Secret) -> Connected: ...
