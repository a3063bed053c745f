"""Permission to speak as a person on Threads.

A code becomes a token of an hour, that a token of 60 days, and that is renewed for 60 more as
often as wanted once it is 24 hours old. A token that was not renewed in time cannot be any more.
"""

from datetime import datetime

from yarl import URL

from parvis.networks import present
from parvis.networks.answer import Answer
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    DeveloperApp,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Blocked, NetworkError, Reconnect, Refused, SlowDown
from parvis.networks.graph import read_fault
from parvis.networks.graph.call import word
from parvis.networks.graph.tokens import read_lasting
from parvis.networks.http import Http
from parvis.networks.secret import Secret
from parvis.networks.threads.api import API, LABEL, NETWORK, site_of
from parvis.networks.threads.traits import TRAITS

APP = DeveloperApp(name=NETWORK, label="Threads app", page="https://developers.facebook.com/apps/")
WAY = Way(
    name="threads",
    app=APP.name,
    scopes=(
        "threads_basic",
        "threads_content_publish",
        "threads_read_replies",
        "threads_manage_replies",
        "threads_manage_insights",
        "threads_delete",
    ),
)


def authorise_url(server: str, app: AppRegistration, redirect_uri: str, state: str) -> str:
    """Threads documents no proof of key (PKCE), so none is sent: the state guards the return."""
    page = URL(f"{site_of(server)}/oauth/authorize").with_query(
        {
            "client_id": app.client_id,
            "redirect_uri": redirect_uri,
            "scope": ",".join(WAY.scopes),
            "response_type": "code",
            "state": state,
        }
    )
    return str(page)


async def exchange(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> Connected:
    brief = await _exchange_code(http, server, app, returned)
    tokens = await _exchange_for_long(http, server, app, brief)
    person = await ask_profile(http, server, tokens.access)
    return Connected(
        network=NETWORK,
        server=server,
        remote_id=person["id"],
        handle=person["username"],
        display_name=person.get("name") or "",
        tokens=tokens,
        traits=TRAITS,
        way=WAY.name,
    )


async def _exchange_code(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> Secret:
    answer = await http.post(
        f"{server}/oauth/access_token",
        network=NETWORK,
        purpose="sign in",
        form={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "grant_type": "authorization_code",
            "redirect_uri": returned.redirect_uri,
            "code": Secret(returned.code),
        },
    )
    if 400 <= answer.status < 500:
        raise _unless_limited(answer, _code_refused(answer))
    return _token(answer)


async def _exchange_for_long(
    http: Http, server: str, app: AppRegistration, brief: Secret
) -> Tokens:
    answer = await http.get(
        f"{server}/access_token",
        network=NETWORK,
        purpose="sign in",
        query={
            "grant_type": "th_exchange_token",
            "client_secret": app.client_secret,
            "access_token": brief,
        },
    )
    return read_tokens(answer, present.now())


async def refresh(http: Http, account: Account) -> Tokens:
    """Asks for no app: the token alone is enough."""
    answer = await http.get(
        f"{account.server}/refresh_access_token",
        network=NETWORK,
        purpose="refresh",
        query={"grant_type": "th_refresh_token", "access_token": account.tokens.access},
    )
    return read_tokens(answer, present.now())


def read_tokens(answer: Answer, now: datetime) -> Tokens:
    """Threads does not say which of the permissions asked for were given; a lacking one shows when
    it is needed. A private profile's permission ends after 90 days however often it is renewed
    [long-lived-tokens page], but whether a profile is private is not said either."""
    return read_lasting(API, answer, WAY.scopes, now)


async def check_app(http: Http, server: str, app: AppRegistration) -> None:
    """An app token is given to whoever knows the id and the secret
    [documentation/threads/get-started/app-access-tokens, 2026-07]."""
    answer = await http.get(
        f"{server}/oauth/access_token",
        network=NETWORK,
        purpose="check app",
        query={
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        },
    )
    if 400 <= answer.status < 500:
        raise _unless_limited(answer, _bad_app())
    _token(answer)


async def ask_profile(http: Http, server: str, token: Secret) -> dict[str, str]:
    """With `id` and `username`, and `name` where the person gave one."""
    answer = await API.get(
        http, server, "me", token, purpose="check account", query={"fields": "id,username,name"}
    )
    person = API.accepted(answer)
    if not all(isinstance(person.get(name), str) for name in ("id", "username")):
        raise answer.unreadable()
    return person


def refuse_lapsed(account: Account) -> None:
    """Saves a request that can only be refused."""
    ends = account.tokens.expires_at
    if ends is not None and ends <= present.now():
        raise Reconnect(
            "token-dead",
            f"The permission that {LABEL} gave has lapsed, and cannot be renewed any more. Nothing "
            "was posted; connect the account again.",
            lapsed=1,
        )


def _token(answer: Answer) -> Secret:
    API.accepted(answer)
    return Secret(word(answer, "access_token"))


def _unless_limited(answer: Answer, refused: Refused) -> NetworkError:
    """A limit or a blocked app says nothing of what was asked."""
    failure = API.failure(answer)
    return failure if isinstance(failure, SlowDown | Blocked) else refused


def _bad_app() -> Refused:
    return Refused(
        "bad-app",
        f"{LABEL} does not know this app. Copy the Threads app ID and its secret again: they are "
        "not those of the Meta app around it.",
    )


def _code_refused(answer: Answer) -> Refused:
    """The error's form is not documented; Instagram's sister page gives `error_message` outside
    of the usual `error`."""
    fault = read_fault(answer)
    told = answer.json_or_none()
    said = fault.said if fault else str((told or {}).get("error_message") or "")
    return Refused(
        "code-refused",
        f"{LABEL} did not accept the sign-in: “{answer.clean(said)}” Nothing was kept; begin "
        "again.",
    )
