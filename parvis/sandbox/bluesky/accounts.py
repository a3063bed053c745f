"""Who lives here: DIDs and handles, sessions by app password, the page that makes app passwords.

As the reference PDS 0.5.35: an access token lives two hours, a refresh token ninety days, and one
that was used still works for two hours more. Unlike there, shutting the app password out also
kills its access tokens at once.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from aiohttp import web

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.lexicon import is_did, is_handle
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Handler, Route, SandboxNetwork
from parvis.sandbox.oauth import TokenTrouble, Why, bearer_of
from parvis.sandbox.pages import render
from parvis.sandbox.records import Item, Json, Person, Token
from parvis.sandbox.shelf import Collection

PASSWORDS_PAGE = "/settings/app-passwords"
_ACCESS = timedelta(hours=2)
_REFRESH = timedelta(days=90)
_GRACE = timedelta(hours=2)
_SERVICE_LONGEST = timedelta(hours=1)
_SIGNING_KEY = secrets.token_bytes(32)
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"


class Accounts:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network

    @property
    def _passwords(self) -> Collection[Item]:
        return self._network.shelf.items("app-password")

    def routes(self) -> Iterable[Route]:
        server, identity = "/xrpc/com.atproto.server.", "/xrpc/com.atproto.identity."
        yield Route("GET", server + "describeServer", self._behind(self.describe), Purpose.ACCOUNT)
        yield Route("POST", server + "createSession", self._behind(self.create), Purpose.TOKEN)
        yield Route("POST", server + "refreshSession", self._behind(self.refresh), Purpose.TOKEN)
        yield Route("POST", server + "deleteSession", self._behind(self.delete), Purpose.TOKEN)
        yield Route("GET", server + "getSession", self._behind(self.show), Purpose.ACCOUNT)
        yield Route("GET", server + "getServiceAuth", self._behind(self.lend), Purpose.TOKEN)
        yield Route("GET", identity + "resolveHandle", self._behind(self.resolve), Purpose.ACCOUNT)
        yield Route("GET", r"/{did:did:plc:[a-z2-7]{24}}", self.document, Purpose.ACCOUNT)
        yield Route("GET", PASSWORDS_PAGE, self.passwords, Purpose.PAGE)
        yield Route("POST", PASSWORDS_PAGE, self.change_passwords, Purpose.PAGE)

    def _behind(self, handle: Handler) -> Handler:
        return xrpc.limited(self._network, handle)

    # Identity.

    @property
    def own_did(self) -> str:
        """Of the server itself."""
        return "did:web:" + self._network.origin.removeprefix("http://").replace(":", "%3A")

    def find(self, name: str) -> Person | None:
        """By DID, handle or e-mail address."""
        by_email = (p for p in self._network.shelf.people if name and p.extra.get("email") == name)
        return (
            self._network.shelf.people.get(name)
            or self._network.person_named(name)
            or next(by_email, None)
        )

    async def describe(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "did": self.own_did,
                "availableUserDomains": [".test"],
                "inviteCodeRequired": False,
                "blobUploadLimit": 100_000_000,
                "links": {},
                "contact": {},
            }
        )

    async def resolve(self, request: web.Request) -> web.Response:
        method = "com.atproto.identity.resolveHandle"
        handle = xrpc.parameter(request, method, "handle")
        if not is_handle(handle):
            raise xrpc.refuse(f'Invalid {method} params: Invalid handle (got "{handle}")')
        person = self._network.person_named(handle)
        if person is None:
            name = "HandleNotFound" if handle.endswith(".test") else "InvalidRequest"
            raise xrpc.refuse("Unable to resolve handle", name)
        return web.json_response({"did": person.id})

    async def document(self, request: web.Request) -> web.Response:
        """As the PLC directory answers."""
        did = request.match_info["did"]
        person = self._network.shelf.people.get(did)
        if person is None:
            return web.json_response({"message": f"DID not registered: {did}"}, status=404)
        return web.json_response(self.document_of(person), content_type="application/did+ld+json")

    def document_of(self, person: Person) -> Json:
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": person.id,
            "alsoKnownAs": [f"at://{person.handle}"],
            "verificationMethod": [],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": self._network.origin,
                }
            ],
        }

    # Sessions.

    async def create(self, request: web.Request) -> web.Response:
        stated = await xrpc.arguments(request, "identifier", "password")
        identifier = str(stated["identifier"]).lower()
        for seconds, limit in ((xrpc.DAY, 300), (5 * xrpc.MINUTE, 30)):
            key = f"createSession/{seconds}/{identifier}"
            xrpc.take(self._network, request, key, limit=limit, seconds=seconds)
        person = self.find(identifier)
        password = self._password_of(person, str(stated["password"])) if person else None
        if person is None or password is None:
            raise xrpc.refuse("Invalid identifier or password", "AuthenticationRequired", 401)
        return self._session_answer(person, self.open_session(person, password.id))

    async def refresh(self, request: web.Request) -> web.Response:
        token = self.by_refresh(bearer_of(request))
        now = self._network.clock.now()
        if token is None:
            raise TokenTrouble(Why.UNKNOWN if bearer_of(request) else Why.MISSING)
        if token.revoked or token.refresh_used:
            raise xrpc.refuse("Token has been revoked", "ExpiredToken")
        assert token.refresh_expires_at is not None
        if token.refresh_expires_at <= now:
            raise TokenTrouble(Why.EXPIRED)
        graced = min(token.refresh_expires_at, now + _GRACE)
        self._network.shelf.tokens.put(replace(token, refresh_expires_at=graced))
        person = self._network.person(token.person_id)
        return self._session_answer(person, self.open_session(person, token.grant))

    async def delete(self, request: web.Request) -> web.Response:
        token = self.by_refresh(bearer_of(request))
        if token is None:
            raise TokenTrouble(Why.UNKNOWN if bearer_of(request) else Why.MISSING)
        self._network.shelf.tokens.put(replace(token, refresh_used=True))
        return web.Response()

    async def show(self, request: web.Request) -> web.Response:
        return web.json_response(self._told(self.speaker(request)))

    def speaker(self, request: web.Request) -> Person:
        """Whose access token a request carries. Raises TokenTrouble."""
        token = self._network.oauth.check(bearer_of(request))
        if token.kind != "session":
            raise TokenTrouble(Why.UNKNOWN)
        return self._network.person(token.person_id)

    def by_refresh(self, refresh: str) -> Token | None:
        tokens = self._network.shelf.tokens
        return next((each for each in tokens if refresh and each.refresh == refresh), None)

    def open_session(self, person: Person, grant: str) -> Token:
        """`grant` is the app password's id: what came of it lives and dies with it."""
        now = self._network.clock.now()
        return self._network.shelf.tokens.put(
            Token(
                id=self._jwt("at+jwt", person, "com.atproto.appPass", now, _ACCESS),
                app_id="",
                person_id=person.id,
                scopes=("com.atproto.appPass",),
                issued_at=now,
                grant=grant,
                kind="session",
                expires_at=now + _ACCESS,
                refresh=self._jwt("refresh+jwt", person, "com.atproto.refresh", now, _REFRESH),
                refresh_expires_at=now + _REFRESH,
            )
        )

    def _session_answer(self, person: Person, token: Token) -> web.Response:
        tokens = {"accessJwt": token.id, "refreshJwt": token.refresh}
        return web.json_response(tokens | self._told(person))

    def _told(self, person: Person) -> Json:
        return {
            "did": person.id,
            "didDoc": self.document_of(person),
            "handle": person.handle,
            "email": person.extra.get("email", ""),
            "emailConfirmed": True,
            "active": True,
        }

    def _jwt(
        self, kind: str, person: Person, scope: str, now: datetime, lifetime: timedelta
    ) -> str:
        issued = int(now.timestamp())
        return signed(
            kind,
            {
                "scope": scope,
                "aud": self.own_did,
                "sub": person.id,
                "jti": secrets.token_urlsafe(16),
                "iat": issued,
                "exp": issued + int(lifetime.total_seconds()),
            },
        )

    # Letting a service act for the account.

    async def lend(self, request: web.Request) -> web.Response:
        person = self.speaker(request)
        aud = xrpc.parameter(request, "com.atproto.server.getServiceAuth", "aud")
        if not is_did(aud.partition("#")[0]):
            raise xrpc.refuse("aud must be a valid atproto DID or did#serviceId reference")
        lifetime = _lifetime_asked(request, time.time())
        now = self._network.clock.now()
        lent = self._network.shelf.tokens.put(
            Token(
                id=signed("JWT", {"iss": person.id, "aud": aud, "jti": secrets.token_hex(16)}),
                app_id="",
                person_id=person.id,
                scopes=(f"{aud} {request.query.get('lxm', '*')}",),
                issued_at=now,
                grant=secrets.token_hex(8),
                kind="service",
                expires_at=now + lifetime,
            )
        )
        return web.json_response({"token": lent.id})

    def borrower(self, request: web.Request, lxm: str) -> Person:
        """For whom a service may do `lxm` here."""
        token = self._network.oauth.check(bearer_of(request))
        if token.kind != "service":
            raise TokenTrouble(Why.UNKNOWN)
        if f"{self.own_did} {lxm}" not in token.scopes:
            raise xrpc.refuse("jwt audience does not match service did", "BadJwtAudience", 401)
        return self._network.person(token.person_id)

    # App passwords.

    def give_password(self, person: Person, name: str, password: str = "") -> Item:
        return self._passwords.put(
            Item(
                id=secrets.token_hex(8),
                created_at=self._network.clock.now(),
                owner_id=person.id,
                extra={"name": name, "password": password or new_password()},
            )
        )

    def living_password(self, person: Person) -> str:
        """Made anew where all were shut out, as that person would do."""
        living = self._living(person)
        kept = living[0] if living else self.give_password(person, "Parvis (sandbox)")
        return str(kept.extra["password"])

    def revoke_password(self, kept: Item) -> None:
        self._passwords.remove(kept.id)
        self._network.oauth.shut_out(kept.id)

    async def passwords(self, request: web.Request) -> web.Response:
        person = self.find(request.query.get("account", "")) or self._owners()[0]
        return self._passwords_page(person)

    async def change_passwords(self, request: web.Request) -> web.Response:
        form = await request.post()
        person = self.find(str(form.get("account", "")))
        if person is None or not person.is_owner:
            return web.Response(status=404, text="Nobody of that name signs in here.")
        revoked = self._passwords.get(str(form.get("revoke", "")))
        if revoked is not None and revoked.owner_id == person.id:
            self.revoke_password(revoked)
            return self._passwords_page(person)
        name = str(form.get("name", "")).strip()
        return self._passwords_page(person, self.give_password(person, name) if name else None)

    def _passwords_page(self, person: Person, made: Item | None = None) -> web.Response:
        return render(
            "app_passwords.html",
            self._network,
            person=person,
            owners=self._owners(),
            passwords=self._of(person),
            made=made,
        )

    def _password_of(self, person: Person, password: str) -> Item | None:
        """The living one that fits. One whose sessions were all shut out is dead as well."""
        for kept in self._living(person):
            if hmac.compare_digest(kept.extra["password"].encode(), password.encode()):
                return kept
        return None

    def _living(self, person: Person) -> list[Item]:
        shut_out = {each.grant for each in self._network.shelf.tokens if each.revoked}
        return [kept for kept in self._of(person) if kept.id not in shut_out]

    def _of(self, person: Person) -> list[Item]:
        return [each for each in self._passwords if each.owner_id == person.id]

    def _owners(self) -> list[Person]:
        return [each for each in self._network.shelf.people if each.is_owner]


def did_named(name: str) -> str:
    """The same for the same name, so that a sandbox that is started anew knows its accounts."""
    digest = hashlib.sha256(f"parvis sandbox/{name}".encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def new_password() -> str:
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def signed(kind: str, claims: Json) -> str:
    """A JWT by form. Whether it lives is asked of the shelf, not of the signature."""
    head = _part(json.dumps({"typ": kind, "alg": "HS256"}).encode())
    body = _part(json.dumps(claims).encode())
    signature = hmac.new(_SIGNING_KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_part(signature)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _lifetime_asked(request: web.Request, now: float) -> timedelta:
    """`exp` is by the asker's clock, which is the real one, whatever the sandbox's shows."""
    said = request.query.get("exp", "")
    if not said:
        return timedelta(minutes=1)
    if not said.isdecimal():
        raise xrpc.refuse(f'Expected integer value type (got "{said}") at $.exp')
    lifetime = timedelta(seconds=float(said) - now)
    if lifetime < timedelta(0):
        raise xrpc.refuse("expiration is in past", "BadExpiration")
    if lifetime > _SERVICE_LONGEST:
        raise xrpc.refuse(
            "cannot request a token with an expiration more than an hour in the future",
            "BadExpiration",
        )
    return lifetime
