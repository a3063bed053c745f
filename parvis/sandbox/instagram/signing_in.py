"""Instagram Login: a code, a token of an hour, one of 60 days, and its refreshing.

Sources: the reference pages oauth-access-token, access_token and refresh_access_token (stored
copies, 2025-07 to 2026-03).
"""

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from parvis.sandbox.graph.faults import bad_parameter, error
from parvis.sandbox.graph.network import Asked
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.oauth import OAuthError, TokenTrouble, Why
from parvis.sandbox.records import App, Token

SHORT, LONG = "instagram", "instagram-long"

_HOUR = 3600
_LONG_SECONDS = 60 * 24 * _HOUR
_RENEWABLE_AFTER = timedelta(hours=24)


class SigningIn:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network
        self._oauth = network.oauth

    def redeem(self, asked: Asked) -> web.Response:
        """api.instagram.com: its refusals are in a form of their own."""
        form = dict(asked.words)
        try:
            app = self._oauth.client(asked.request, form)
            if form.get("grant_type") != "authorization_code":
                raise OAuthError("invalid_request", "Invalid grant_type")
            token = self._oauth.redeem(app, form)
        except OAuthError as trouble:
            return _refused(trouble)
        ends = self._network.clock.now() + timedelta(seconds=_HOUR)
        self._network.shelf.tokens.put(replace(token, kind=SHORT, expires_at=ends))
        grant: dict[str, Any] = {
            "access_token": token.id,
            "user_id": int(token.person_id),
            "permissions": list(token.scopes),
        }
        return web.json_response({"data": [grant]} if self._network.quirk("wrapped") else grant)

    def lengthen(self, asked: Asked, short: Token) -> web.Response:
        app = self._network.shelf.apps.get(short.app_id)
        if asked.word("grant_type") != "ig_exchange_token":
            raise bad_parameter("grant_type must be ig_exchange_token")
        if app is None or not hmac.compare_digest(asked.word("client_secret"), app.secret):
            raise Answered(error("Error validating client secret.", 1))
        if short.kind != SHORT:
            raise Answered(error("Session key invalid. This is not a short-lived token.", 452))
        return self._given(app, short)

    def renew(self, asked: Asked, old: Token) -> web.Response:
        """“at least 24 hours old but has not expired”; the old one lives on until its end [from
        memory]."""
        if asked.word("grant_type") != "ig_refresh_token":
            raise bad_parameter("grant_type must be ig_refresh_token")
        if old.kind != LONG:
            raise bad_parameter("Only a long-lived token can be refreshed")
        if self._network.clock.now() - old.issued_at < _RENEWABLE_AFTER:
            raise bad_parameter("The token must be at least 24 hours old to be refreshed")
        app = self._network.shelf.apps.get(old.app_id)
        if app is None:
            raise TokenTrouble(Why.REVOKED)
        return self._given(app, old)

    def _given(self, app: App, old: Token) -> web.Response:
        new = self._oauth.issue(
            app, old.person_id, old.scopes, grant=old.grant, kind=LONG, seconds=_LONG_SECONDS
        )
        return web.json_response(
            {"access_token": new.id, "token_type": "bearer", "expires_in": _LONG_SECONDS}
        )


def _refused(trouble: OAuthError) -> web.Response:
    message = "Invalid platform app" if trouble.error == "invalid_client" else trouble.description
    told = {"error_type": "OAuthException", "code": 400, "error_message": message}
    return web.json_response(told, status=400)
