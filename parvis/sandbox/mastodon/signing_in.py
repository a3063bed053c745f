"""Apps, the page of permission, and tokens (Doorkeeper's answers)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.faults import Purpose
from parvis.sandbox.mastodon import shapes
from parvis.sandbox.mastodon.asked import fields_of, text
from parvis.sandbox.mastodon.server import SCOPES, Server
from parvis.sandbox.network import Route
from parvis.sandbox.oauth import Asked, OAuth, OAuthError, returning
from parvis.sandbox.records import App

_USUAL_SCOPES = "read"
_DESCRIPTIONS = {
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not "
    "match the redirection URI used in the authorization request, or was issued to another client.",
    "invalid_client": "Client authentication failed due to unknown client, no client "
    "authentication included, or unsupported authentication method.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization "
    "server.",
}


class Permission(OAuth):
    """An app may ask for what it registered and no more, and prove its key by S256 alone."""

    @classmethod
    def of(cls, server: Server) -> "Permission":
        return cls(server.shelf, server.clock, server.oauth_rules, server.new_secret)

    def read_request(self, query: Mapping[str, str]) -> Asked:
        asked = super().read_request({"scope": _USUAL_SCOPES} | dict(query))
        if not all(_covers(asked.app.scopes, scope) for scope in asked.scopes):
            raise web.HTTPFound(returning(asked, error="invalid_scope"))
        if asked.challenge and asked.challenge_method != "S256":
            raise web.HTTPFound(returning(asked, error="invalid_code_challenge_method"))
        return asked


def _covers(granted: tuple[str, ...], scope: str) -> bool:
    return scope in granted or scope.split(":")[0] in granted


class Signing:
    def __init__(self, server: Server) -> None:
        self._server = server

    def routes(self) -> Iterable[Route]:
        page = ConsentPage(self._server, self._server.oauth)
        yield Route("POST", "/api/v1/apps", self._server.limited(self.register), Purpose.TOKEN)
        yield Route("GET", "/oauth/authorize", page.show, Purpose.PAGE)
        yield Route("POST", "/oauth/authorize", page.decide, Purpose.PAGE)
        yield Route("POST", "/oauth/token", self.give_token, Purpose.TOKEN)
        yield Route("POST", "/oauth/revoke", self.revoke, Purpose.TOKEN)
        yield Route(
            "GET", "/.well-known/oauth-authorization-server", self.describe, Purpose.ACCOUNT
        )

    async def register(self, request: web.Request) -> web.Response:
        fields = await fields_of(request)
        redirects = fields.get("redirect_uris") or ""
        named = redirects if isinstance(redirects, list) else str(redirects).split("\n")
        scopes = (text(fields, "scopes") or _USUAL_SCOPES).split()
        if not text(fields, "client_name"):
            self._server.refuse_record("Application name can't be blank")
        if not any(named):
            self._server.refuse_record("Redirect URI can't be blank")
        if not SCOPES.issuperset(scopes):
            self._server.refuse_record("Scopes doesn't match configured on the server.")
        app = App(
            id=self._server.new_secret("client"),
            secret=self._server.new_secret("client"),
            name=text(fields, "client_name"),
            redirect_uris=tuple(each.strip() for each in named if each.strip()),
            scopes=tuple(scopes),
            extra={"number": self._server.new_id(), "website": text(fields, "website")},
        )
        self._server.shelf.apps.put(app)
        credentials = {"client_id": app.id, "client_secret": app.secret}
        return web.json_response(
            shapes.application(app) | credentials | {"client_secret_expires_at": 0}
        )

    async def give_token(self, request: web.Request) -> web.Response:
        fields = await fields_of(request)
        form = {name: text(fields, name) for name in fields}
        try:
            app = self._server.oauth.client(request, form)
            if form.get("grant_type") != "authorization_code":
                raise OAuthError("unsupported_grant_type", "")
            token = self._server.oauth.redeem(app, form)
        except OAuthError as error:
            return _refused(error)
        self._server.shelf.tokens.put(replace(token, extra={"application": app.name}))
        return web.json_response(
            {
                "access_token": token.id,
                "token_type": "Bearer",
                "scope": " ".join(token.scopes),
                "created_at": int(token.issued_at.timestamp()),
            }
        )

    async def revoke(self, request: web.Request) -> web.Response:
        fields = await fields_of(request)
        form = {name: text(fields, name) for name in fields}
        try:
            self._server.oauth.client(request, form)
        except OAuthError:
            said = {
                "error": "unauthorized_client",
                "error_description": "You are not authorized to revoke this token",
            }
            return web.json_response(said, status=403)
        self._server.oauth.revoke(form.get("token", ""))
        return web.json_response({})

    async def describe(self, _request: web.Request) -> web.Response:
        origin = self._server.origin
        return web.json_response(
            {
                "issuer": f"{origin}/",
                "service_documentation": "https://docs.joinmastodon.org/",
                "authorization_endpoint": f"{origin}/oauth/authorize",
                "token_endpoint": f"{origin}/oauth/token",
                "app_registration_endpoint": f"{origin}/api/v1/apps",
                "revocation_endpoint": f"{origin}/oauth/revoke",
                "scopes_supported": sorted(SCOPES),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "code_challenge_methods_supported": ["S256"],
            }
        )


def _refused(error: OAuthError) -> web.Response:
    said = {
        "error": error.error,
        "error_description": _DESCRIPTIONS.get(error.error, error.description),
    }
    return web.json_response(said, status=error.status)
