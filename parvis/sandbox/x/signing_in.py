"""OAuth 2.0 as X does it: codes of half a minute, refresh tokens that work once."""

from collections.abc import Iterable

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Route, SandboxNetwork
from parvis.sandbox.oauth import OAuthError, Pkce, Rules
from parvis.sandbox.records import App, Token
from parvis.sandbox.x import problems

_THINGS = ("block", "bookmark", "broadcast", "dm", "follows", "like", "list", "mute", "tweet")
SCOPES = frozenset(
    [f"{thing}.{right}" for thing in _THINGS for right in ("read", "write")]
    + ["media.write", "offline.access", "space.read", "timeline.read", "tweet.moderate.write"]
    + ["users.read"]
)

RULES = Rules(
    scopes=SCOPES,
    code_seconds=30,
    access_seconds=7200,
    refresh_scope="offline.access",
    # Half a year, from memory.
    refresh_seconds=180 * 86400,
    pkce=Pkce.REQUIRED,
    has_public_clients=True,
)


class SigningIn:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network
        self._oauth = network.oauth

    def routes(self) -> Iterable[Route]:
        page = ConsentPage(self._network, self._oauth)
        yield Route("GET", "/i/oauth2/authorize", page.show, Purpose.PAGE)
        yield Route("POST", "/i/oauth2/authorize", page.decide, Purpose.PAGE)
        yield Route("POST", "/2/oauth2/token", self.give_token, Purpose.TOKEN)
        yield Route("POST", "/2/oauth2/revoke", self.revoke, Purpose.TOKEN)

    async def give_token(self, request: web.Request) -> web.Response:
        form = await _form(request)
        kind = form.get("grant_type", "")
        if kind not in ("authorization_code", "refresh_token"):
            return problems.oauth_error(
                "unsupported_grant_type", "The grant type is not supported."
            )
        try:
            app = self._client(request, form)
            if kind == "refresh_token":
                token = self._oauth.renew(app, form.get("refresh_token", ""))
            else:
                token = self._oauth.redeem(app, form)
        except OAuthError as error:
            return _told(error, kind)
        return web.json_response(_given(token))

    async def revoke(self, request: web.Request) -> web.Response:
        form = await _form(request)
        try:
            self._client(request, form)
        except OAuthError as error:
            return _told(error, "revoke")
        self._oauth.revoke(form.get("token", ""))
        return web.json_response({"revoked": True})

    def _client(self, request: web.Request, form: dict[str, str]) -> App:
        """An app with a secret must show it, by HTTP Basic."""
        app = self._oauth.client(request, form)
        if app.secret and not request.headers.get("Authorization", "").startswith("Basic "):
            raise OAuthError("invalid_client", "The client shows no secret.", 401)
        return app


def _told(error: OAuthError, kind: str) -> web.Response:
    if error.status == 401:
        return problems.oauth_error(
            "unauthorized_client", "Missing valid authorization header", 401
        )
    what = "authorization code" if kind == "authorization_code" else "token"
    return problems.oauth_error("invalid_request", f"Value passed for the {what} was invalid.")


def _given(token: Token) -> dict[str, object]:
    given: dict[str, object] = {
        "token_type": "bearer",
        "expires_in": 7200,
        "access_token": token.id,
        "scope": " ".join(token.scopes),
    }
    return given | ({"refresh_token": token.refresh} if token.refresh else {})


async def _form(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}
