"""Permission to speak as an account: OAuth with the server, or a token made there by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from parvis.networks import present
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Reconnect, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.mastodon.api import NETWORK, error_of, failure, token_dead
from parvis.networks.mastodon.instance import read_instance
from parvis.networks.secret import Secret

SCOPES = ("read:accounts", "read:statuses", "write:statuses", "write:media")
WAYS = (Way(scopes=SCOPES),)
# How much of a lapsing token's life passes before it is renewed.
_RENEWED_AFTER = 0.75


async def register_app(http: Http, server: str, redirect_uri: str) -> AppRegistration:
    """Makes Parvis known to one server. Each server registers it anew."""
    answer = await http.post(
        f"{server}/api/v1/apps",
        network=NETWORK,
        purpose="register",
        form={
            "client_name": "Parvis",
            "redirect_uris": redirect_uri,
            "scopes": " ".join(SCOPES),
        },
    )
    if not answer.ok:
        raise failure(answer)
    registered = answer.json_object()
    return AppRegistration(
        client_id=answer.word(registered, "client_id"),
        client_secret=Secret(answer.word(registered, "client_secret")),
    )


def authorise_url(
    server: str, way: Way, app: AppRegistration, redirect_uri: str, state: str, challenge: str
) -> str:
    """PKCE is understood since Mastodon 4.3 and ignored before, so it is always sent."""
    page = URL(f"{server}/oauth/authorize").with_query(
        {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(way.scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    return str(page)


async def exchange(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> Connected:
    answer = await http.post(
        f"{server}/oauth/token",
        network=NETWORK,
        purpose="sign in",
        form={
            "grant_type": "authorization_code",
            "code": Secret(returned.code),
            "redirect_uri": returned.redirect_uri,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "code_verifier": returned.code_verifier,
        },
    )
    if _refuses(answer):
        raise Refused(
            "code-refused",
            f"{answer.host} did not accept the sign-in. Nothing was kept; begin again.",
            host=answer.host,
        )
    return await connect(http, server, read_tokens(answer, present.now()))


async def refresh(http: Http, account: Account, app: AppRegistration | None) -> Tokens:
    """Mastodon's tokens do not lapse, so one that no longer works was revoked. Pleroma's do."""
    old = account.tokens.refresh
    if old is None or app is None:
        raise token_dead(URL(account.server).authority)
    answer = await http.post(
        f"{account.server}/oauth/token",
        network=NETWORK,
        purpose="refresh",
        form={
            "grant_type": "refresh_token",
            "refresh_token": old,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        },
    )
    if _refuses(answer):
        raise token_dead(answer.host)
    return read_tokens(answer, present.now(), old)


def _refuses(answer: Answer) -> bool:
    return answer.status in (400, 401) and error_of(answer) is not None


def read_tokens(answer: Answer, now: datetime, refresh_before: Secret | None = None) -> Tokens:
    """What /oauth/token granted. Mastodon's tokens do not lapse; some sister servers' do. A
    refresh token that is not replaced goes on."""
    if not answer.ok:
        raise failure(answer)
    granted = answer.json_object()
    renews = granted.get("refresh_token")
    tokens = Tokens(
        access=Secret(answer.word(granted, "access_token")),
        refresh=Secret(renews) if isinstance(renews, str) else refresh_before,
        scopes=_scopes(granted.get("scope"), answer),
    )
    return _lasting(tokens, granted.get("expires_in"), now)


def _lasting(tokens: Tokens, seconds: Any, now: datetime) -> Tokens:
    """The tokens with their times; without an end where the server named none."""
    if not isinstance(seconds, int) or seconds <= 0:
        return tokens
    end = now + timedelta(seconds=seconds)
    if tokens.refresh is None:
        return replace(tokens, expires_at=end, lapses_at=end)
    renew = now + timedelta(seconds=seconds * _RENEWED_AFTER)
    return replace(tokens, expires_at=end, refresh_at=renew)


def _scopes(granted: Any, answer: Answer) -> tuple[str, ...]:
    """Raises Refused when the person or the server gave less than posting needs. A server that
    says nothing is believed; `write` holds `write:statuses`."""
    scopes = tuple(granted.split()) if isinstance(granted, str) else ()
    missing = [s for s in SCOPES if s not in scopes and s.split(":")[0] not in scopes]
    if scopes and missing:
        raise Refused(
            "scope-missing",
            f"{answer.host} gave no permission for {', '.join(missing)}. Begin again and allow "
            "what is asked.",
            host=answer.host,
        )
    return scopes


async def connect_with_token(http: Http, server: str, token: Secret) -> Connected:
    """For a token that a person made in the server's own settings."""
    try:
        return await connect(http, server, Tokens(access=Secret(token.reveal().strip())))
    except Reconnect:
        host = URL(server).authority
        raise Refused(
            "wrong-token",
            f"{host} does not accept this token. Copy it again, whole, from Preferences → "
            "Development on that server.",
            host=host,
        ) from None


async def connect(http: Http, server: str, tokens: Tokens) -> Connected:
    """Whose token it is, with the limits of the server."""
    instance = await read_instance(http, server)
    answer = await ask_own_account(http, server, tokens)
    person = answer.json_object()
    return Connected(
        network=NETWORK,
        server=server,
        remote_id=answer.word(person, "id"),
        handle=f"{answer.word(person, 'username')}@{instance.domain}",
        display_name=str(person.get("display_name") or ""),
        tokens=tokens,
        traits=instance.traits,
    )


async def ask_own_account(http: Http, server: str, tokens: Tokens) -> Answer:
    answer = await http.get(
        f"{server}/api/v1/accounts/verify_credentials",
        network=NETWORK,
        purpose="check account",
        bearer=tokens.access,
    )
    if not answer.ok:
        raise failure(answer, tokens)
    return answer
