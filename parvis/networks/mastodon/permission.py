"""Permission to speak as an account: OAuth with the server, or a token made there by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from yarl import URL

from parvis.networks.contract import AppRegistration, Connected, OAuthReturn, Tokens
from parvis.networks.errors import Reconnect, Refused
from parvis.networks.http import Answer, Http
from parvis.networks.mastodon.api import NETWORK, error_of, failure
from parvis.networks.mastodon.instance import read_instance
from parvis.networks.secret import Secret

SCOPES = ("read:accounts", "read:statuses", "write:statuses", "write:media")


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
        client_id=_word(answer, registered, "client_id"),
        client_secret=Secret(_word(answer, registered, "client_secret")),
    )


def authorise_url(
    server: str, app: AppRegistration, redirect_uri: str, state: str, challenge: str
) -> str:
    """PKCE is understood since Mastodon 4.3 and ignored before, so it is always sent."""
    page = URL(f"{server}/oauth/authorize").with_query(
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
    return await connect(http, server, read_tokens(answer, datetime.now(UTC)))


def read_tokens(answer: Answer, now: datetime) -> Tokens:
    """What /oauth/token answered. Mastodon's tokens do not lapse; some sister servers' do."""
    if answer.status in (400, 401) and error_of(answer) is not None:
        raise Refused(
            "code-refused",
            f"{answer.host} did not accept the sign-in. Nothing was kept; begin again.",
            host=answer.host,
        )
    if not answer.ok:
        raise failure(answer)
    granted = answer.json_object()
    lasts, renews = granted.get("expires_in"), granted.get("refresh_token")
    return Tokens(
        access=Secret(_word(answer, granted, "access_token")),
        refresh=Secret(renews) if isinstance(renews, str) else None,
        expires_at=now + timedelta(seconds=lasts) if isinstance(lasts, int) else None,
        scopes=_scopes(granted.get("scope"), answer),
    )


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
    answer = await ask_own_account(http, server, tokens.access)
    person = answer.json_object()
    return Connected(
        network=NETWORK,
        server=server,
        remote_id=_word(answer, person, "id"),
        handle=f"{_word(answer, person, 'username')}@{instance.domain}",
        display_name=str(person.get("display_name") or ""),
        tokens=tokens,
        traits=instance.traits,
    )


async def ask_own_account(http: Http, server: str, token: Secret) -> Answer:
    answer = await http.get(
        f"{server}/api/v1/accounts/verify_credentials",
        network=NETWORK,
        purpose="check account",
        bearer=token,
    )
    if not answer.ok:
        raise failure(answer)
    return answer


def _word(answer: Answer, said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str) or not found:
        raise answer.unreadable()
    return found
