"""Permission to speak as a member, and as the organisations that the member administers.

LinkedIn hands out two sorts of permission. “Share on LinkedIn” and “Sign In with LinkedIn using
OpenID Connect” are given to any app and are enough for a member's own posts. Organisations need
the “Community Management API”, for which LinkedIn examines the applicant, and which (from memory)
must be an app's only product: so this way asks nothing of OpenID Connect.
"""

from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from parvis.networks import present
from parvis.networks.contract import (
    Account,
    AppRegistration,
    DeveloperApp,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Blocked, NetworkError, Reconnect, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.linkedin.api import NETWORK, failure, site_of
from parvis.networks.secret import Secret

APP = DeveloperApp(
    name="linkedin", label="LinkedIn", page="https://www.linkedin.com/developers/apps"
)
MEMBER = Way(name="member", app=APP.name, scopes=("openid", "profile", "w_member_social"))
ORGANISATIONS = Way(
    name="organisations",
    app=APP.name,
    scopes=(
        "r_basicprofile",
        "w_member_social",
        "r_member_postAnalytics",
        "r_organization_social",
        "w_organization_social",
        "rw_organization_admin",
    ),
)
_NEEDED = "w_member_social"
# learn.microsoft.com's example answers 525600, a year in minutes, where the field is said to be
# in seconds. A refresh token is new here and lives a year, so a smaller number is minutes.
_YEAR_IN_MINUTES = 525_600


def authorise_url(
    server: str, way: Way, app: AppRegistration, redirect_uri: str, state: str
) -> str:
    """No PKCE: LinkedIn knows it for native apps alone, at another address, and refuses a code
    whose verifier it did not ask for (from memory of its error's words)."""
    page = URL(f"{site_of(server)}/oauth/v2/authorization").with_query(
        {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(way.scopes),
            "state": state,
        }
    )
    return str(page)


async def exchange_code(
    http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
) -> Tokens:
    answer = await _ask_token(
        http,
        server,
        app,
        "sign in",
        grant_type="authorization_code",
        code=Secret(returned.code),
        redirect_uri=returned.redirect_uri,
    )
    if not answer.ok:
        raise _no_grant(answer) or failure(answer)
    return read_grant(answer, way, present.now())


async def refresh(http: Http, account: Account, app: AppRegistration | None) -> Tokens:
    """Most apps get no refresh token: LinkedIn gives them to approved partners."""
    if account.tokens.refresh is None:
        raise Reconnect(
            "token-lapsed",
            "LinkedIn’s permission for this account has ended after its sixty days. Nothing was "
            "posted; connect the account again.",
        )
    if app is None:
        raise _app_missing()
    answer = await _ask_token(
        http,
        account.server,
        app,
        "refresh",
        grant_type="refresh_token",
        refresh_token=account.tokens.refresh,
    )
    if not answer.ok:
        raise _no_refresh(answer) or failure(answer)
    return read_renewal(answer, account.tokens, present.now())


async def check_app(http: Http, server: str, app: AppRegistration) -> None:
    """LinkedIn tells a wrong client before it looks at the token that it is asked about."""
    answer = await http.post(
        f"{site_of(server)}/oauth/v2/introspectToken",
        network=NETWORK,
        purpose="check app",
        form=_credentials(app) | {"token": Secret("none")},
    )
    if _oauth_error(answer) == "invalid_client" or answer.status == 401:
        raise Refused(
            "bad-app",
            "LinkedIn does not know this client id with this client secret. Nothing was kept; "
            "copy both again from the app’s page there, under Auth.",
        )
    if not answer.ok:
        raise Refused(
            "cannot-check-app",
            "LinkedIn does not say whether it knows this app. It was kept; the first sign-in "
            "will tell.",
        )


async def _ask_token(
    http: Http, server: str, app: AppRegistration, purpose: str, **fields: str | Secret
) -> Answer:
    return await http.post(
        f"{site_of(server)}/oauth/v2/accessToken",
        network=NETWORK,
        purpose=purpose,
        form=_credentials(app) | fields,
    )


def _credentials(app: AppRegistration) -> dict[str, str | Secret]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}


def read_grant(answer: Answer, way: Way, now: datetime) -> Tokens:
    """What the code was exchanged for. Scopes come with commas or spaces between them; where
    LinkedIn says nothing of them, it gave what was asked."""
    granted = answer.json_object()
    scopes = tuple(str(granted.get("scope") or "").replace(",", " ").split()) or way.scopes
    if _NEEDED not in scopes:
        raise Refused(
            "scope-missing",
            "LinkedIn gave no permission to post. Nothing was kept; begin again and allow what "
            "is asked.",
        )
    access, expires_at = _access(answer, granted, now)
    refresh_token, ends_at = _refresh(granted, now)
    return Tokens(
        access=access,
        refresh=refresh_token,
        expires_at=expires_at,
        refresh_at=_refresh_at(now, expires_at) if refresh_token else None,
        lapses_at=ends_at if refresh_token else expires_at,
        scopes=scopes,
    )


def read_renewal(answer: Answer, old: Tokens, now: datetime) -> Tokens:
    """A renewal does not lengthen the refresh token's life, so its end stays what it was."""
    granted = answer.json_object()
    access, expires_at = _access(answer, granted, now)
    refresh_token, ends_at = _refresh(granted, now)
    return Tokens(
        access=access,
        refresh=refresh_token or old.refresh,
        expires_at=expires_at,
        refresh_at=_refresh_at(now, expires_at),
        lapses_at=old.lapses_at or ends_at,
        scopes=old.scopes,
    )


def _access(answer: Answer, granted: dict[str, Any], now: datetime) -> tuple[Secret, datetime]:
    token, lasts = granted.get("access_token"), granted.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(lasts, int):
        raise answer.unreadable()
    return Secret(token), now + timedelta(seconds=lasts)


def _refresh(granted: dict[str, Any], now: datetime) -> tuple[Secret | None, datetime | None]:
    token, lasts = granted.get("refresh_token"), granted.get("refresh_token_expires_in")
    if not isinstance(token, str) or not token:
        return None, None
    if not isinstance(lasts, int):
        return Secret(token), None
    seconds = lasts * 60 if lasts <= _YEAR_IN_MINUTES else lasts
    return Secret(token), now + timedelta(seconds=seconds)


def _refresh_at(now: datetime, expires_at: datetime) -> datetime:
    """When two thirds are over: of sixty days, twenty are left for trying again."""
    return now + (expires_at - now) * 2 / 3


def _no_grant(answer: Answer) -> NetworkError | None:
    error = _oauth_error(answer)
    if error == "invalid_client":
        return _app_refused()
    if error is None or answer.is_unclear:
        return None
    return Refused(
        "code-refused",
        "LinkedIn did not accept the sign-in. Nothing was kept; begin again.",
        host=answer.host,
    )


def _no_refresh(answer: Answer) -> NetworkError | None:
    error = _oauth_error(answer)
    if error == "invalid_client":
        return _app_refused()
    if error is None or answer.is_unclear or answer.status == 429:
        return None
    return Reconnect(
        "token-dead",
        "LinkedIn no longer renews its permission for this account. Nothing was posted; connect "
        "the account again.",
    )


def _oauth_error(answer: Answer) -> str | None:
    said = answer.json_or_none()
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, str) else None


def _app_refused() -> Blocked:
    return Blocked(
        "bad-app",
        "LinkedIn no longer knows the app that this account was connected with. Nothing was "
        "posted; enter its client id and secret again in the settings.",
    )


def _app_missing() -> Blocked:
    return Blocked(
        "no-app",
        "The LinkedIn app that this account was connected with is no longer kept here. Nothing "
        "was posted; enter its client id and secret in the settings.",
    )
