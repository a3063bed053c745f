"""Facebook Login: the dialog, short and long tokens, Page tokens, permissions."""

import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.graph.faults import bad_parameter, error
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.oauth import OAuth, OAuthError
from parvis.sandbox.records import App, Person, Token

SHORT_SECONDS = 5400
LONG_SECONDS = 60 * 24 * 3600
SHORT, LONG, PAGE = "user", "long", "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`owner_id` is whom a token for it speaks as, in this network's records."""

    page_id: str
    name: str
    username: str
    owner_id: str


class Dialog(ConsentPage):
    """Offers those of one `kind` that sign in, and appends a fragment to where it returns, as
    Facebook (“#_=_”) and Instagram (“#_”) do."""

    def __init__(self, network: SandboxNetwork, oauth: OAuth, kind: str, fragment: str) -> None:
        super().__init__(network, oauth)
        self._kind = kind
        self._fragment = fragment

    def _people(self) -> list[Person]:
        return [person for person in super()._people() if person.kind == self._kind]

    async def decide(self, request: web.Request) -> web.Response:
        answer = await super().decide(request)
        if location := answer.headers.get("Location"):
            answer.headers["Location"] = f"{location}{self._fragment}"
        return answer


class Login:
    """`pages_of` answers the Pages on which a person has a role."""

    def __init__(self, network: SandboxNetwork, oauth: OAuth) -> None:
        self._network = network
        self._oauth = oauth

    def give_token(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        """GET or POST oauth/access_token. The messages are Meta's, from memory."""
        try:
            return self._given(request, asked)
        except OAuthError as trouble:
            raise Answered(_refused(trouble)) from None

    def _given(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        app = self._oauth.client(request, asked)
        grant = asked.get("grant_type", "authorization_code")
        if grant == "client_credentials":
            return web.json_response(
                {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
            )
        if grant == "fb_exchange_token":
            return _told(self._lengthened(app, asked.get("fb_exchange_token", "")), LONG_SECONDS)
        if grant != "authorization_code":
            raise bad_parameter(f"Unsupported grant type: {grant}")
        return _told(self._shortened(self._oauth.redeem(app, asked)), SHORT_SECONDS)

    def _shortened(self, token: Token) -> Token:
        ends = self._network.clock.now() + timedelta(seconds=SHORT_SECONDS)
        return self._network.shelf.tokens.put(replace(token, expires_at=ends))

    def _lengthened(self, app: App, short: str) -> Token:
        old = self._oauth.check(short)
        if old.app_id != app.id:
            raise OAuthError("invalid_grant", "The token belongs to another app.")
        return self._oauth.issue(
            app, old.person_id, old.scopes, grant=old.grant, kind=LONG, seconds=LONG_SECONDS
        )

    def page_token(self, token: Token, page: Page) -> Token:
        """Always the same one for the same permission; without an end if the person's is long."""
        for each in self._network.shelf.tokens:
            if (each.grant, each.kind, each.person_id) == (token.grant, PAGE, page.owner_id) and (
                (each.expires_at is None) == (token.kind == LONG) and not each.revoked
            ):
                return each
        app = self._network.shelf.apps.known(token.app_id)
        left = token.expires_at - self._network.clock.now() if token.expires_at else timedelta()
        return self._oauth.issue(
            app,
            page.owner_id,
            token.scopes,
            grant=token.grant,
            kind=PAGE,
            seconds=None if token.kind == LONG else int(left.total_seconds()),
        )

    def permissions(self, token: Token) -> list[dict[str, str]]:
        return [{"permission": scope, "status": "granted"} for scope in token.scopes]

    def debug(self, token_id: str) -> dict[str, Any]:
        token = self._network.shelf.tokens.get(token_id)
        if token is None:
            return {"is_valid": False, "scopes": []}
        now = self._network.clock.now()
        ends = token.expires_at
        return {
            "app_id": token.app_id,
            "type": "PAGE" if token.kind == PAGE else "USER",
            "is_valid": not token.revoked and (ends is None or ends > now),
            "expires_at": int(ends.timestamp()) if ends else 0,
            "data_access_expires_at": int((token.issued_at + timedelta(days=90)).timestamp()),
            "issued_at": int(token.issued_at.timestamp()),
            "scopes": list(token.scopes),
            "user_id": token.person_id,
        }

    def check_proof(self, token: Token, proof: str) -> None:
        """`appsecret_proof`, which the SDK sends along when it knows the secret."""
        app = self._network.shelf.apps.get(token.app_id)
        secret = app.secret if app else ""
        right = hmac.new(secret.encode(), token.id.encode(), "sha256").hexdigest()
        if proof and not hmac.compare_digest(proof, right):
            raise bad_parameter("Invalid appsecret_proof provided in the API argument")


def _told(token: Token, seconds: int) -> web.Response:
    return web.json_response(
        {"access_token": token.id, "token_type": "bearer", "expires_in": seconds}
    )


def _refused(trouble: OAuthError) -> web.Response:
    if trouble.description.startswith("No app"):
        return error(
            "Error validating application. Cannot get application info due to a system error.", 101
        )
    if trouble.error == "invalid_client":
        return error("Error validating client secret.", 1)
    return error(trouble.description, 100, 36007)
