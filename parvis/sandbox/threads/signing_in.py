"""Signing in: codes, short and long tokens, app tokens."""

import hmac
from datetime import timedelta

from aiohttp import web

from parvis.sandbox.consent import ConsentPage
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.oauth import OAuthError, Pkce, Rules, TokenTrouble, Why
from parvis.sandbox.records import App, Token
from parvis.sandbox.threads.answers import UNUSABLE, bad_parameter, error, parameters

SCOPES = frozenset(
    {
        "threads_basic",
        "threads_content_publish",
        "threads_manage_insights",
        "threads_manage_replies",
        "threads_read_replies",
        "threads_keyword_search",
        "threads_manage_mentions",
        "threads_delete",
        "threads_location_tagging",
        "threads_profile_discovery",
    }
)
_HOUR = 3600
# 60 days, but the documentation's own example says 5183944.
_LONG_SECONDS = 60 * 24 * _HOUR
_RENEWABLE_AFTER = timedelta(hours=24)
# Codes live for an hour. Neither PKCE nor a refresh token is known to Threads.
RULES = Rules(
    scopes=SCOPES,
    separator=",",
    code_seconds=_HOUR,
    access_seconds=_HOUR,
    refresh_scope=None,
    pkce=Pkce.IGNORED,
)
_SHORT, _LONG = "user", "long"


class Permission:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network
        self._oauth = network.oauth
        self.page = ConsentPage(network, network.oauth)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """“#_ will be appended to the end of the redirect URI, but it is not part of the code.”"""
        answer = await self.page.decide(request)
        if location := answer.headers.get("Location"):
            answer.headers["Location"] = f"{location}#_"
        return answer

    async def redeem(self, request: web.Request) -> web.StreamResponse:
        """A code for a token of an hour. The form of a refusal is not documented; it is taken to
        be that of Facebook's own Login."""
        form = await parameters(request)
        if form.get("grant_type") != "authorization_code":
            raise bad_parameter("grant_type must be authorization_code.")
        try:
            app = self._oauth.client(request, form)
            token = self._oauth.redeem(app, form)
        except OAuthError as trouble:
            return _refused(trouble)
        return web.json_response({"access_token": token.id, "user_id": int(token.person_id)})

    async def give_app_token(self, request: web.Request) -> web.StreamResponse:
        form = await parameters(request)
        if form.get("grant_type") != "client_credentials":
            raise bad_parameter("grant_type must be client_credentials.")
        try:
            app = self._oauth.client(request, form)
        except OAuthError as trouble:
            return _refused(trouble)
        return web.json_response(
            {"access_token": f"TH|{app.id}|{app.secret}", "token_type": "bearer"}
        )

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        """A token of an hour for one of 60 days."""
        form = await parameters(request)
        short = await self._network.token(request, "threads_basic")
        if form.get("grant_type") != "th_exchange_token":
            raise bad_parameter("grant_type must be th_exchange_token.")
        app = self._network.shelf.apps.get(short.app_id)
        if app is None or not hmac.compare_digest(form.get("client_secret", ""), app.secret):
            raise Answered(error("Error validating client secret.", 1, status=400))
        if short.kind != _SHORT:
            raise Answered(error("Session key invalid. This is not a short-lived token.", 452))
        return self._given(app, short)

    async def renew(self, request: web.Request) -> web.StreamResponse:
        """Another 60 days; “as long as they are at least 24 hours old”. What a younger one is
        answered is not documented."""
        form = await parameters(request)
        old = await self._network.token(request, "threads_basic")
        if form.get("grant_type") != "th_refresh_token":
            raise bad_parameter("grant_type must be th_refresh_token.")
        if old.kind != _LONG:
            raise bad_parameter("Only a long-lived token can be refreshed.")
        if self._network.clock.now() - old.issued_at < _RENEWABLE_AFTER:
            raise bad_parameter("The token must be at least 24 hours old to be refreshed.")
        app = self._network.shelf.apps.get(old.app_id)
        if app is None:
            raise TokenTrouble(Why.REVOKED)
        return self._given(app, old)

    async def debug(self, request: web.Request) -> web.StreamResponse:
        """Answers for a tester's token alone; in the sandbox everybody is a tester."""
        await self._network.token(request, "threads_basic")
        form = await parameters(request)
        token = self._network.shelf.tokens.get(form.get("input_token", ""))
        if token is None:
            raise bad_parameter("The input_token is not valid.")
        app = self._network.shelf.apps.get(token.app_id)
        return web.json_response({"data": self._told(token, app.name if app else "")})

    def _told(self, token: Token, app_name: str) -> dict[str, object]:
        ends = token.expires_at
        is_valid = not token.revoked and (ends is None or ends > self._network.clock.now())
        return {
            "type": "USER",
            "application": app_name,
            "data_access_expires_at": int((token.issued_at + timedelta(days=90)).timestamp()),
            "expires_at": int(ends.timestamp()) if ends else 0,
            "is_valid": is_valid,
            "issued_at": int(token.issued_at.timestamp()),
            "scopes": list(token.scopes),
            "user_id": token.person_id,
        }

    def _given(self, app: App, old: Token) -> web.Response:
        """The old one lives on until its own end, as Meta's tokens do [from memory]."""
        new = self._oauth.issue(
            app, old.person_id, old.scopes, grant=old.grant, kind=_LONG, seconds=_LONG_SECONDS
        )
        return web.json_response(
            {"access_token": new.id, "token_type": "bearer", "expires_in": _LONG_SECONDS}
        )


def _refused(trouble: OAuthError) -> web.Response:
    code = 101 if trouble.error == "invalid_client" else UNUSABLE
    return error(trouble.description, code)
