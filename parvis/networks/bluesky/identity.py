"""From what a person types to the account's own server: handle → DID → DID document → PDS.

AT Protocol, "Handle" and "DID": a handle counts only when the DID document names it back, else
any host could claim to be anybody.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from yarl import URL

from parvis.networks.bluesky import xrpc
from parvis.networks.contract import Json
from parvis.networks.errors import NetworkError, NotSent, Refused
from parvis.networks.http import Http

_HANDLE = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_DID = re.compile(r"did:plc:[a-z2-7]{24}|did:web:[a-z0-9.-]+(?:%3[aA]\d{1,5})?")
_PDS = "#atproto_pds"
# Marks that copying a handle from the app brings along: text direction and zero width.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`handle` is empty when the document names none. `server` is the PDS's origin."""

    did: str
    handle: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Where identities are looked up. Both are origins."""

    plc_directory: str
    entryway: str

    async def find(self, http: Http, typed: str) -> Identity:
        """The account of a handle or DID. Raises Refused when there is none, or when it is not
        what it claims to be."""
        name = tidy(typed)
        if is_did(name):
            return await self.describe(http, name)
        if not is_handle(name):
            raise _not_a_handle(name)
        identity = await self.describe(http, await self._resolve(http, name))
        if identity.handle != name:
            raise _not_what_it_claims(name)
        return identity

    async def describe(self, http: Http, did: str) -> Identity:
        """What the DID's own document says."""
        answer = await http.get(
            self._document_url(did), network=xrpc.NETWORK, purpose="find account"
        )
        if answer.status in (404, 410):
            raise _unknown_account(did)
        if not answer.ok:
            raise xrpc.failure(answer)
        return read_document(did, answer.json_object())

    def _document_url(self, did: str) -> str:
        if did.startswith("did:web:"):
            return f"https://{unquote(did.removeprefix('did:web:'))}/.well-known/did.json"
        return f"{self.plc_directory}/{did}"

    async def _resolve(self, http: Http, handle: str) -> str:
        """The entryway knows DNS entries as well; the handle's own host is asked if it fails."""
        trouble: NetworkError | None = None
        try:
            if did := await resolve_handle(http, self.entryway, handle):
                return did
        except NetworkError as error:
            trouble = error
        if did := await _ask_own_host(http, handle):
            return did
        raise trouble or _unknown_account(handle)


async def resolve_handle(http: Http, server: str, handle: str) -> str:
    """The handle's DID, or nothing when the server knows of none."""
    answer = await xrpc.query(
        http, server, "com.atproto.identity.resolveHandle", "find account", handle=handle
    )
    name, _ = xrpc.error_of(answer)
    if answer.status == 400 and name in ("InvalidRequest", "HandleNotFound", "InvalidHandle"):
        return ""
    did = str(xrpc.read(answer).get("did", ""))
    return did if is_did(did) else ""


async def _ask_own_host(http: Http, handle: str) -> str:
    try:
        answer = await http.get(
            f"https://{handle}/.well-known/atproto-did",
            network=xrpc.NETWORK,
            purpose="find account",
            seconds=10.0,
        )
    except (NotSent, Refused):
        return ""
    did = answer.body[:300].decode(errors="replace").strip()
    return did if answer.ok and is_did(did) else ""


def read_document(did: str, document: Json) -> Identity:
    """Raises Refused when the document is of another DID or names no server."""
    if document.get("id") != did:
        raise _not_what_it_claims(did)
    return Identity(did=did, handle=_handle_in(document), server=_server_in(did, document))


def _handle_in(document: Json) -> str:
    for name in document.get("alsoKnownAs") or ():
        if isinstance(name, str) and name.startswith("at://"):
            return name.removeprefix("at://").lower()
    return ""


def _server_in(did: str, document: Json) -> str:
    for service in document.get("service") or ():
        if isinstance(service, dict) and service.get("id") in (_PDS, did + _PDS):
            return _origin(str(service.get("serviceEndpoint", "")))
    raise _no_server()


def _origin(endpoint: str) -> str:
    try:
        return str(URL(endpoint).origin())
    except ValueError:
        raise _no_server() from None


def tidy(typed: str) -> str:
    name = _INVISIBLE.sub("", typed).removeprefix("at://").removeprefix("@")
    return name if name.startswith("did:") else name.lower()


def is_did(name: str) -> bool:
    return _DID.fullmatch(name) is not None


def is_handle(name: str) -> bool:
    return _HANDLE.fullmatch(name) is not None


def _not_a_handle(name: str) -> Refused:
    return Refused(
        "not-a-handle",
        f"“{name}” is not a whole handle. Write it like alice.bsky.social.",
        handle=name,
    )


def _no_server() -> Refused:
    return Refused("no-server", "This account names no server that holds it.")


def _unknown_account(name: str) -> Refused:
    return Refused("unknown-account", f"No account {name} was found.", handle=name)


def _not_what_it_claims(name: str) -> Refused:
    return Refused(
        "not-what-it-claims",
        f"{name} leads to an account that does not call itself {name}. No password was sent.",
        handle=name,
    )
