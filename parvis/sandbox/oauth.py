"""What the networks with OAuth 2.0 share; each wires it to its own paths and error shapes."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from aiohttp import web

from parvis.sandbox.clock import Clock
from parvis.sandbox.records import App, Code, Person, Token
from parvis.sandbox.shelf import Shelf


class Pkce(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    IGNORED = "ignored"


class Why(StrEnum):
    """Why a token is not accepted."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SCOPE = "scope"


class TokenTrouble(Exception):
    """Rendered by the network's `unauthorised`. `scope` is the one that is missing."""

    def __init__(self, why: Why, scope: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.scope = scope


class OAuthError(Exception):
    """`error` is one of RFC 6749's; the network renders it in its own form."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one network does it.

    refresh_scope     a refresh token comes only with this scope; "" always; None never
    refresh_restarts  whether a new refresh token lives its whole time again
    """

    scopes: frozenset[str]
    separator: str = " "
    code_seconds: int = 60
    access_seconds: int | None = 7200
    refresh_scope: str | None = None
    refresh_seconds: int | None = None
    refresh_restarts: bool = True
    refresh_is_single_use: bool = True
    pkce: Pkce = Pkce.OPTIONAL
    has_public_clients: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sound request for a person's consent."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    challenge_method: str


def new_secret(_purpose: str) -> str:
    return secrets.token_urlsafe(32)


class OAuth:
    """`mint` makes codes and tokens: called with "code", "access" or "refresh"."""

    def __init__(
        self, shelf: Shelf, clock: Clock, rules: Rules, mint: Callable[[str], str] = new_secret
    ) -> None:
        self.rules = rules
        self._shelf = shelf
        self._clock = clock
        self._mint = mint

    # The consent page.

    def read_request(self, query: Mapping[str, str]) -> Asked:
        """Raises OAuthError when the browser must not even be sent back (unknown app, foreign
        redirect), and Refusal-by-redirect errors through `web.HTTPFound`."""
        app = self._shelf.apps.get(query.get("client_id", ""))
        if app is None:
            raise OAuthError("invalid_client", "No app has this client_id.")
        redirect_uri = query.get("redirect_uri", "")
        if not is_redirect_of(app, redirect_uri):
            raise OAuthError("invalid_request", "This redirect_uri is not registered for the app.")
        asked = Asked(
            app=app,
            redirect_uri=redirect_uri,
            scopes=self._scopes(query.get("scope", "")),
            state=query.get("state", ""),
            challenge=query.get("code_challenge", ""),
            challenge_method=query.get("code_challenge_method", "plain"),
        )
        self._check(asked, query.get("response_type", ""))
        return asked

    def _scopes(self, stated: str) -> tuple[str, ...]:
        words = stated.replace(",", " ") if self.rules.separator == "," else stated
        return tuple(dict.fromkeys(words.split()))

    def _check(self, asked: Asked, response_type: str) -> None:
        if response_type != "code":
            raise _sent_back(asked, "unsupported_response_type")
        if not asked.scopes or not self.rules.scopes.issuperset(asked.scopes):
            raise _sent_back(asked, "invalid_scope")
        if self.rules.pkce is Pkce.REQUIRED and not asked.challenge:
            raise _sent_back(asked, "invalid_request")
        if asked.challenge and asked.challenge_method not in ("S256", "plain"):
            raise _sent_back(asked, "invalid_request")

    def allow(self, asked: Asked, person: Person) -> str:
        """Where the browser goes after a click on Allow."""
        code = self._shelf.codes.put(
            Code(
                id=self._mint("code"),
                app_id=asked.app.id,
                person_id=person.id,
                redirect_uri=asked.redirect_uri,
                scopes=asked.scopes,
                expires_at=self._later(self.rules.code_seconds),
                challenge=asked.challenge,
                challenge_method=asked.challenge_method,
                grant=secrets.token_hex(8),
            )
        )
        return returning(asked, code=code.id)

    def deny(self, asked: Asked) -> str:
        return returning(asked, error="access_denied", error_description="The person said no.")

    # The token endpoint.

    def client(self, request: web.Request, form: Mapping[str, str]) -> App:
        """The app that speaks, by HTTP Basic or by the form."""
        client_id, secret = _basic(request) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        app = self._shelf.apps.get(client_id)
        if app is None:
            raise OAuthError("invalid_client", "No app has this client_id.", 401)
        if not secret and self.rules.has_public_clients:
            return app
        if not hmac.compare_digest(secret.encode(), app.secret.encode()):
            raise OAuthError("invalid_client", "The client_secret is wrong.", 401)
        return app

    def redeem(self, app: App, form: Mapping[str, str]) -> Token:
        """The tokens for a code: once, in time, for the same app and redirect address."""
        code = self._shelf.codes.get(form.get("code", ""))
        if code is None or code.app_id != app.id:
            raise OAuthError("invalid_grant", "The code is not known.")
        if code.used:
            self.shut_out(code.grant)
            raise OAuthError("invalid_grant", "The code has been used already.")
        if code.expires_at <= self._clock.now():
            raise OAuthError("invalid_grant", "The code has expired.")
        if form.get("redirect_uri", "") != code.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect_uri is not the one of the code.")
        self._check_verifier(code, form.get("code_verifier", ""))
        self._shelf.codes.put(replace(code, used=True))
        return self.issue(app, code.person_id, code.scopes, grant=code.grant)

    def _check_verifier(self, code: Code, verifier: str) -> None:
        if self.rules.pkce is Pkce.IGNORED or not code.challenge:
            return
        if not hmac.compare_digest(challenge_of(verifier, code.challenge_method), code.challenge):
            raise OAuthError("invalid_grant", "The code_verifier does not fit.")

    def renew(self, app: App, refresh: str) -> Token:
        """New tokens for a refresh token, which is dead afterwards where it is single use."""
        old = next((t for t in self._shelf.tokens if refresh and t.refresh == refresh), None)
        if old is None or old.app_id != app.id or old.revoked or old.refresh_used:
            raise OAuthError("invalid_grant", "The refresh token is not valid.")
        if old.refresh_expires_at is not None and old.refresh_expires_at <= self._clock.now():
            raise OAuthError("invalid_grant", "The refresh token has expired.")
        new = self.issue(app, old.person_id, old.scopes, grant=old.grant, kind=old.kind)
        if not self.rules.refresh_is_single_use:
            new = replace(new, refresh=old.refresh)
        if not self.rules.refresh_restarts:
            new = replace(new, refresh_expires_at=old.refresh_expires_at)
        self._shelf.tokens.put(replace(old, refresh_used=self.rules.refresh_is_single_use))
        return self._shelf.tokens.put(new)

    def issue(
        self,
        app: App,
        person_id: str,
        scopes: tuple[str, ...],
        *,
        grant: str = "",
        kind: str = "user",
        seconds: int | None = None,
    ) -> Token:
        """`seconds` of life instead of the usual ones."""
        gives_refresh = self.rules.refresh_scope in ("", *scopes)
        refresh_seconds = self.rules.refresh_seconds if gives_refresh else None
        lifetime = seconds if seconds is not None else self.rules.access_seconds
        return self._shelf.tokens.put(
            Token(
                id=self._mint("access"),
                app_id=app.id,
                person_id=person_id,
                scopes=scopes,
                issued_at=self._clock.now(),
                grant=grant or secrets.token_hex(8),
                kind=kind,
                expires_at=None if lifetime is None else self._later(lifetime),
                refresh=self._mint("refresh") if gives_refresh else "",
                refresh_expires_at=None
                if refresh_seconds is None
                else self._later(refresh_seconds),
            )
        )

    # What is presented with a call.

    def check(self, token: str, *scopes: str) -> Token:
        """The living token, if it has one of `scopes` (when any are named)."""
        found = self._living(token)
        if scopes and not set(scopes) & set(found.scopes):
            raise TokenTrouble(Why.SCOPE, scopes[0])
        return found

    def _living(self, token: str) -> Token:
        found = self._shelf.tokens.get(token)
        if not token:
            raise TokenTrouble(Why.MISSING)
        if found is None:
            raise TokenTrouble(Why.UNKNOWN)
        if found.revoked:
            raise TokenTrouble(Why.REVOKED)
        if found.expires_at is not None and found.expires_at <= self._clock.now():
            raise TokenTrouble(Why.EXPIRED)
        return found

    def revoke(self, token: str) -> None:
        """An access or a refresh token, and all that came of the same consent."""
        for each in self._shelf.tokens:
            if token and token in (each.id, each.refresh):
                self.shut_out(each.grant)

    def shut_out(self, grant: str) -> None:
        for each in self._shelf.tokens:
            if each.grant == grant and not each.revoked:
                self._shelf.tokens.put(replace(each, revoked=True))

    def _later(self, seconds: int) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def bearer_of(request: web.Request) -> str:
    """What stands in the Authorization header; empty when nothing does."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def challenge_of(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_redirect_of(app: App, redirect_uri: str) -> bool:
    """An app that registered none may come back to any loopback address, and to no other."""
    if app.redirect_uris:
        return redirect_uri in app.redirect_uris
    address = urlsplit(redirect_uri)
    return address.scheme in ("http", "https") and address.hostname in (
        "127.0.0.1",
        "localhost",
        "::1",
    )


def returning(asked: Asked, **facts: str) -> str:
    """The redirect address with `facts` and the state."""
    address = urlsplit(asked.redirect_uri)
    added = urlencode(facts | ({"state": asked.state} if asked.state else {}))
    query = f"{address.query}&{added}" if address.query else added
    return urlunsplit(address._replace(query=query))


def _sent_back(asked: Asked, error: str) -> web.HTTPFound:
    return web.HTTPFound(returning(asked, error=error))


def _basic(request: web.Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "The Authorization header is garbled.", 401) from None
    return unquote(client_id), unquote(secret)
