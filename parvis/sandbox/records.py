"""What a simulated network keeps. Records are frozen: to change one, put a `replace`d one back, so
that no change can miss the state file."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, Protocol, TypeVar, get_type_hints

Json = dict[str, Any]


class Record(Protocol):
    """A dataclass below; every one has its key under `id`."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Anyone who can author a post: a person, a Page, an organisation.

    `is_owner` marks the accounts of the sandbox's user, who may connect them; `signs_in` those
    that the consent page offers (a Page does not sign in: the person in `managed_by` does).
    """

    id: str
    handle: str
    name: str
    kind: str = "person"
    is_owner: bool = False
    signs_in: bool = False
    managed_by: str = ""
    password: str = field(default="", repr=False)
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`text` is what the author sent; what an API answers and a page shows is made from it.

    Names in `extra` that the pages know: `warning`, `visibility`, `format`, `link`, and `poll`
    ({"options": [...], "ends_at": iso}). Everything else there is the network's own.
    """

    id: str
    author_id: str
    text: str
    created_at: datetime
    media_ids: tuple[str, ...] = ()
    parent_id: str = ""
    root_id: str = ""
    deleted_at: datetime | None = None
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Its bytes are in `shelf.blobs` under `sha256`. It is usable once `ready_at` has come and it
    was asked for `polls_left` times (see SandboxNetwork.is_ready)."""

    id: str
    owner_id: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    alt: str = ""
    ready_at: datetime | None = None
    polls_left: int = 0
    expires_at: datetime | None = None
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Whatever else one network keeps: containers, uploads under way, polls, pushed requests."""

    id: str
    created_at: datetime
    owner_id: str = ""
    ready_at: datetime | None = None
    polls_left: int = 0
    expires_at: datetime | None = None
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A developer app; `id` is the client id. Without `redirect_uris` any loopback one will do."""

    id: str
    secret: str = field(repr=False)
    name: str = ""
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`id` is the authorisation code itself."""

    id: str = field(repr=False)
    app_id: str
    person_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_at: datetime
    challenge: str = ""
    challenge_method: str = ""
    used: bool = False
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`id` is the access token itself; all that came of one consent share a `grant`."""

    id: str = field(repr=False)
    app_id: str
    person_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    grant: str
    kind: str = "user"
    expires_at: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    refresh_used: bool = False
    revoked: bool = False
    extra: Json = field(default_factory=dict)


def to_json(record: Record) -> Json:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(record).items()  # type: ignore[call-overload]
    }


def from_json(kind: type[R], stored: Json) -> R:
    return kind(
        **{name: _read(kind, name, stored[name]) for name in stored if name in _dates(kind)}
    )


def _read(kind: type, name: str, value: Any) -> Any:
    if isinstance(value, str) and _dates(kind)[name]:
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


@cache
def _dates(kind: type) -> dict[str, bool]:
    """Each field's name, and whether it holds a time."""
    hints = get_type_hints(kind)
    return {f.name: "datetime" in str(hints[f.name]) for f in fields(kind)}
