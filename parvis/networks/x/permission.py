"""Permission to speak as an account: OAuth 2.0 with proof of key, tokens of two hours.

A client with a secret shows it by HTTP Basic, a public one names itself in the body. Each refresh
token works once: its answer brings the next one.
"""

import base64
from datetime import datetime, timedelta
from urllib.parse import quote

from yarl import URL

from parvis.networks import present
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    DeveloperApp,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Blocked, NetworkError, NotSent, Reconnect, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.secret import Secret
from parvis.networks.x.api import NETWORK, failure, problem_of, site_of, token_dead
from parvis.networks.x.traits import TRAITS

SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
WAY = Way(app="x", scopes=SCOPES)
DEVELOPER_APP = DeveloperApp(name="x", label="X", page="https://developer.x.com")

# Renewed so long before its end; an access token lives for two hours.
_EARLY = timedelta(minutes=30)


def authorise_url(
    server: str, app: AppRegistration, redirect_uri: str, state: str, challenge: str
) -> str:
    page = URL(f"{site_of(server)}/i/oauth2/authorize").with_query(
        {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return str(page)


async def exchange(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> Connected:
    answer = await _ask_for_tokens(
        http,
        server,
        app,
        "sign in",
        {
            "grant_type": "authorization_code",
            "code": Secret(returned.code),
            "redirect_uri": returned.redirect_uri,
            "code_verifier": returned.code_verifier,
        },
    )
    if not answer.ok:
        raise _code_refused(answer)
    tokens = read_tokens(answer, present.now())
    _refuse_missing_scopes(tokens, answer)
    return await _connected(http, server, tokens)


async def refresh(http: Http, account: Account, app: AppRegistration | None) -> Tokens:
    """A lost answer may have used the token up, so it is asked for once and not again here."""
    if app is None:
        raise _app_missing()
    if account.tokens.refresh is None:
        raise Reconnect(
            "token-dead",
            "The permission for X has lapsed and cannot be renewed. Nothing was posted; connect "
            "the account again.",
        )
    answer = await _ask_for_tokens(
        http,
        account.server,
        app,
        "refresh",
        {"grant_type": "refresh_token", "refresh_token": account.tokens.refresh},
    )
    if not answer.ok:
        raise _refresh_refused(answer)
    return read_tokens(answer, present.now())


async def check_app(http: Http, server: str, app: AppRegistration) -> None:
    """X looks at a client's secret before it looks at a token, so a made-up token tells them
    apart: 401 for the secret, 400 for the token. (Third parties' reports of both answers.)"""
    answer = await _ask_for_tokens(
        http,
        server,
        app,
        "check app",
        {"grant_type": "refresh_token", "refresh_token": "a-token-that-nobody-was-given"},
    )
    if answer.status == 429 or answer.is_unclear:
        raise failure(answer)
    if _is_bad_app(answer):
        raise _bad_app(answer)
    if answer.status != 400 or not app.client_secret.reveal():
        raise Refused(
            "cannot-check-app",
            f"{answer.host} does not tell whether it knows this app before somebody signs in. "
            "What was entered is kept; connect an account to see.",
            host=answer.host,
        )


async def ask_own_account(http: Http, server: str, token: Secret) -> Answer:
    return await http.get(
        f"{server}/2/users/me", network=NETWORK, purpose="check account", bearer=token
    )


async def _ask_for_tokens(
    http: Http, server: str, app: AppRegistration, purpose: str, asked: dict[str, str | Secret]
) -> Answer:
    headers: dict[str, str | Secret] = {}
    if app.client_secret.reveal():
        headers["Authorization"] = _basic(app)
    else:
        asked = asked | {"client_id": app.client_id}
    return await http.post(
        f"{server}/2/oauth2/token", network=NETWORK, purpose=purpose, form=asked, headers=headers
    )


def _basic(app: AppRegistration) -> Secret:
    """Both are quoted first, RFC 6749 section 2.3.1."""
    both = f"{quote(app.client_id, safe='')}:{quote(app.client_secret.reveal(), safe='')}"
    return Secret(f"Basic {base64.b64encode(both.encode()).decode()}")


def read_tokens(answer: Answer, now: datetime) -> Tokens:
    """What /2/oauth2/token answered."""
    granted = answer.json_object()
    lasts, renews = granted.get("expires_in"), granted.get("refresh_token")
    lifetime = timedelta(seconds=lasts) if isinstance(lasts, int) else None
    return Tokens(
        access=Secret(answer.word(granted, "access_token")),
        refresh=Secret(renews) if isinstance(renews, str) and renews else None,
        expires_at=now + lifetime if lifetime else None,
        refresh_at=now + max(lifetime - _EARLY, lifetime / 2) if lifetime and renews else None,
        scopes=tuple(str(granted.get("scope") or "").split()),
    )


def _refuse_missing_scopes(tokens: Tokens, answer: Answer) -> None:
    missing = [scope for scope in SCOPES if scope not in tokens.scopes]
    if tokens.scopes and missing:
        raise Refused(
            "scope-missing",
            f"{answer.host} gave no permission for {', '.join(missing)}. Nothing was kept; begin "
            "again and allow what is asked.",
            host=answer.host,
        )


async def _connected(http: Http, server: str, tokens: Tokens) -> Connected:
    answer = await ask_own_account(http, server, tokens.access)
    if not answer.ok:
        raise failure(answer)
    person = answer.json_object().get("data")
    if not isinstance(person, dict):
        raise answer.unreadable()
    return Connected(
        network=NETWORK,
        server=server,
        remote_id=answer.word(person, "id"),
        handle=answer.word(person, "username"),
        display_name=str(person.get("name") or ""),
        tokens=tokens,
        traits=TRAITS,
        way=WAY.name,
    )


def _code_refused(answer: Answer) -> NetworkError:
    if _is_bad_app(answer):
        return _bad_app(answer)
    if answer.status == 400 and problem_of(answer) is not None:
        return Refused(
            "code-refused",
            f"{answer.host} did not accept the sign-in: its code lives for half a minute. Nothing "
            "was kept; begin again.",
            host=answer.host,
        )
    return failure(answer)


def _refresh_refused(answer: Answer) -> NetworkError:
    """X says invalid_request of a dead refresh token where the RFC has invalid_grant (reports of
    third parties); both are read alike."""
    if _is_bad_app(answer):
        return Blocked(
            "bad-app",
            f"{answer.host} no longer knows the developer app that the account was connected "
            "with. Nothing was posted; look at the app’s credentials in the settings.",
            host=answer.host,
        )
    said = problem_of(answer)
    if answer.status in (400, 401) and said is not None and "error" in said:
        return token_dead(answer)
    error = failure(answer)
    return error if not isinstance(error, Refused) else _odd_refresh(answer)


def _odd_refresh(answer: Answer) -> NotSent:
    return NotSent(
        "not-refreshed",
        f"{answer.host} did not renew the permission ({answer.status}). Nothing was posted; it is "
        "tried again.",
        host=answer.host,
        status=answer.status,
    )


def _is_bad_app(answer: Answer) -> bool:
    said = problem_of(answer) or {}
    return said.get("error") in ("invalid_client", "unauthorized_client")


def _bad_app(answer: Answer) -> Refused:
    return Refused(
        "bad-app",
        f"{answer.host} does not know this client id with this client secret. Copy both again, "
        "from “Keys and tokens” of the app in X’s developer console.",
        host=answer.host,
    )


def _app_missing() -> Blocked:
    return Blocked(
        "no-app",
        "The developer app that the account was connected with is no longer in the settings. "
        "Nothing was posted; enter its credentials again.",
    )
