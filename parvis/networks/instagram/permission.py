"""Connecting professional accounts: directly at Instagram, or through the Pages they belong to."""

from collections.abc import Mapping
from typing import Any

from yarl import URL

from parvis.networks import present
from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    DeveloperApp,
    Json,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Refused
from parvis.networks.graph.login import (
    Page,
    code_refused,
    granted_scopes,
    lapse,
    pages,
    scope_missing,
    sign_in,
)
from parvis.networks.graph.tokens import read_lasting
from parvis.networks.hosts import beside
from parvis.networks.http import Answer, Http
from parvis.networks.instagram.api import (
    API,
    FACEBOOK_LOGIN,
    INSTAGRAM_LOGIN,
    SERVER,
    SIGN_IN_SERVER,
    SITE,
)
from parvis.networks.instagram.traits import traits_of
from parvis.networks.secret import Secret

# The names with which comments and figures are asked for are from memory.
_NEEDED = ("instagram_business_basic", "instagram_business_content_publish")
_NEEDED_BY_PAGE = (
    "instagram_basic",
    "instagram_content_publish",
    "pages_show_list",
    "pages_read_engagement",
)

DIRECT = Way(
    name=INSTAGRAM_LOGIN,
    app="instagram",
    scopes=(
        *_NEEDED,
        "instagram_business_manage_comments",
        "instagram_business_manage_insights",
    ),
)
BY_PAGE = Way(
    name=FACEBOOK_LOGIN,
    app="meta",
    scopes=(*_NEEDED_BY_PAGE, "instagram_manage_comments", "instagram_manage_insights"),
)
INSTAGRAM_APP = DeveloperApp(
    name="instagram", label="Instagram", page="https://developers.facebook.com/apps"
)


def authorise_url(
    server: str, way: Way, app: AppRegistration, redirect_uri: str, state: str
) -> str:
    """Instagram Login knows no PKCE; the secret proves who asks."""
    page = URL(f"{beside(server, SERVER, SITE)}/oauth/authorize")
    return str(
        page.with_query(
            {
                "client_id": app.client_id,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": ",".join(way.scopes),
                "state": state,
            }
        )
    )


async def exchange(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> tuple[Connected, ...]:
    """The one account that signed in, with a token of 60 days."""
    answer = await http.post(
        f"{beside(server, SERVER, SIGN_IN_SERVER)}/oauth/access_token",
        network=API.network,
        purpose="sign in",
        form={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "grant_type": "authorization_code",
            "redirect_uri": returned.redirect_uri,
            # Instagram appends “#_” to the address it returns to, which is no part of the code.
            "code": Secret(returned.code.removesuffix("#_")),
        },
    )
    short, scopes = read_grant(answer)
    missing = [scope for scope in _NEEDED if scopes and scope not in scopes]
    if missing:
        raise scope_missing(API.label, missing)
    tokens = await _lengthened(http, server, app, short, scopes)
    return (await _connected(http, server, tokens),)


def read_grant(answer: Answer) -> tuple[Secret, tuple[str, ...]]:
    """The short token and what it allows. The reference wraps it in a list under `data`; servers
    have answered it bare. A refusal is `{"error_type", "code", "error_message"}`."""
    told = answer.json_or_none()
    if 400 <= answer.status < 500 and isinstance(told, Mapping):
        raise code_refused(API)
    if not answer.ok:
        raise API.failure(answer)
    listed = answer.json_object().get("data")
    grant = listed[0] if isinstance(listed, list) and listed else told
    if not isinstance(grant, Mapping) or not grant.get("access_token"):
        raise answer.unreadable()
    return Secret(str(grant["access_token"])), _scopes(grant.get("permissions"))


def _scopes(told: Any) -> tuple[str, ...]:
    if isinstance(told, str):
        return tuple(told.replace(",", " ").split())
    return tuple(map(str, told)) if isinstance(told, list) else ()


async def _lengthened(
    http: Http, server: str, app: AppRegistration, short: Secret, scopes: tuple[str, ...]
) -> Tokens:
    answer = await http.get(
        f"{server}/access_token",
        network=API.network,
        purpose="sign in",
        query={
            "grant_type": "ig_exchange_token",
            "client_secret": app.client_secret,
            "access_token": short,
        },
    )
    return read_lasting(API, answer, scopes, present.now())


async def refresh(http: Http, account: Account) -> Tokens:
    """Through a Page there is nothing to refresh: a Page token has no end."""
    if account.way == FACEBOOK_LOGIN:
        raise lapse(API.label)
    answer = await http.get(
        f"{account.server}/refresh_access_token",
        network=API.network,
        purpose="refresh",
        query={"grant_type": "ig_refresh_token", "access_token": account.tokens.access},
    )
    return read_lasting(API, answer, account.tokens.scopes, present.now())


async def _connected(http: Http, server: str, tokens: Tokens) -> Connected:
    """`user_id` is the account's own id, which the paths take; `id` is the app's name for it."""
    person = await _ask_own_account(http, server, tokens.access)
    remote_id = str(person.get("user_id") or person.get("id") or "")
    username = str(person.get("username") or "")
    return Connected(
        network=API.network,
        server=server,
        remote_id=remote_id,
        handle=username,
        display_name=str(person.get("name") or username),
        tokens=tokens,
        traits=traits_of(INSTAGRAM_LOGIN),
        way=INSTAGRAM_LOGIN,
    )


async def _ask_own_account(http: Http, server: str, token: Secret) -> Json:
    answer = await API.get(
        http,
        server,
        "me",
        token,
        purpose="check account",
        query={"fields": "user_id,username,name,account_type"},
    )
    told = API.accepted(answer)
    listed = told.get("data")
    person = listed[0] if isinstance(listed, list) and listed else told
    if not isinstance(person, dict) or not person.get("username"):
        raise answer.unreadable()
    return person


async def exchange_by_page(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> tuple[Connected, ...]:
    """Every professional account that belongs to a Page of the person; it speaks with the Page's
    token."""
    token = await sign_in(http, API, server, app, returned)
    scopes = await granted_scopes(http, API, server, token, _NEEDED_BY_PAGE)
    found = [page for page in await pages(http, API, server, token) if page.instagram]
    if not found:
        raise Refused(
            "no-professional-account",
            "None of the Pages that this permission opens has an Instagram professional account. "
            "Nothing was kept; link the account to a Page in its settings, or connect it through "
            "Instagram itself.",
        )
    return tuple(_of_page(server, page, page.instagram or {}, scopes) for page in found)


def _of_page(server: str, page: Page, told: Json, scopes: tuple[str, ...]) -> Connected:
    username = str(told.get("username") or page.name)
    return Connected(
        network=API.network,
        server=server,
        remote_id=str(told.get("id")),
        handle=username,
        display_name=str(told.get("name") or username),
        tokens=Tokens(access=page.token, scopes=scopes),
        traits=traits_of(FACEBOOK_LOGIN),
        way=FACEBOOK_LOGIN,
    )


async def present_handle(http: Http, account: Account) -> str:
    told = await API.read(
        http,
        account.server,
        account.remote_id,
        account.tokens.access,
        purpose="check account",
        query={"fields": "id,username"},
    )
    return str(told.get("username") or account.handle)
