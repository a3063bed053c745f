"""Facebook Login: from the dialog to the Pages that a person may speak for.

A short user token (an hour or two) becomes one of about 60 days, and the Page tokens that it then
gives have no end; they die with the person's password, role on the Page or permission.

PKCE is documented for Meta's OpenID flow alone, where it takes the place of the secret, so no
challenge is sent: the secret proves who asks, and `state` ties the answer to the browser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yarl import URL

from parvis.networks.contract import AppRegistration, DeveloperApp, Json, OAuthReturn
from parvis.networks.errors import Reconnect, Refused
from parvis.networks.graph.call import GraphApi, word
from parvis.networks.graph.fault import read_fault
from parvis.networks.graph.listings import next_cursor, rows_of
from parvis.networks.hosts import beside
from parvis.networks.http import Answer, Http
from parvis.networks.secret import Secret
from parvis.networks.versions import version_of

SERVER = "https://graph.facebook.com"
SITE = "https://www.facebook.com"

META_APP = DeveloperApp(
    name="meta", label="Meta (Facebook)", page="https://developers.facebook.com/apps"
)

_MOST_PAGES = 10
_BAD_APP = frozenset({1, 101, 190})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Page that a person may post as. `instagram` is the professional account linked to it."""

    page_id: str
    name: str
    username: str
    token: Secret
    instagram: Json | None = None


def dialog_url(
    server: str, app: AppRegistration, scopes: Sequence[str], redirect_uri: str, state: str
) -> str:
    page = URL(f"{beside(server, SERVER, SITE)}/{version_of('graph')}/dialog/oauth")
    return str(
        page.with_query(
            {
                "client_id": app.client_id,
                "redirect_uri": redirect_uri,
                "state": state,
                "response_type": "code",
                "scope": ",".join(scopes),
                # Asks again for what was declined before, instead of passing over it.
                "auth_type": "rerequest",
            }
        )
    )


async def sign_in(
    http: Http, api: GraphApi, server: str, app: AppRegistration, returned: OAuthReturn
) -> Secret:
    """The person's long-lived token."""
    short = await _token(
        http,
        api,
        server,
        {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": returned.redirect_uri,
            "code": Secret(returned.code),
        },
    )
    return await _token(
        http,
        api,
        server,
        {
            "grant_type": "fb_exchange_token",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "fb_exchange_token": short,
        },
    )


async def _token(
    http: Http, api: GraphApi, server: str, query: Mapping[str, str | Secret]
) -> Secret:
    answer = await api.get(http, server, "oauth/access_token", None, purpose="sign in", query=query)
    if _is_refusal(answer):
        raise code_refused(api)
    api.accepted(answer)
    return Secret(word(answer, "access_token"))


def _is_refusal(answer: Answer) -> bool:
    """A code that is used up, old or for another address is code 100; a bad secret is code 1, or
    101 when the app itself is unknown [from memory]."""
    fault = read_fault(answer)
    return fault is not None and answer.status < 500 and fault.code in (100, *_BAD_APP)


def code_refused(api: GraphApi) -> Refused:
    return Refused(
        "code-refused",
        f"{api.label} did not accept the sign-in. Nothing was kept; see that the developer app’s "
        "credentials are right and begin again.",
    )


async def granted_scopes(
    http: Http, api: GraphApi, server: str, token: Secret, needed: Sequence[str]
) -> tuple[str, ...]:
    """What the person allowed. Raises Refused when that is less than posting needs."""
    told = await api.read(http, server, "me/permissions", token, purpose="sign in")
    granted = tuple(
        str(one.get("permission")) for one in rows_of(told) if one.get("status") == "granted"
    )
    missing = [scope for scope in needed if scope not in granted]
    if missing:
        raise scope_missing(api.label, missing)
    return granted


def scope_missing(label: str, missing: Sequence[str]) -> Refused:
    return Refused(
        "scope-missing",
        f"{label} gave no permission for {', '.join(missing)}. Nothing was kept; begin again and "
        "allow what is asked.",
    )


async def pages(http: Http, api: GraphApi, server: str, token: Secret) -> tuple[Page, ...]:
    """The Pages that the person chose and may post to."""
    found: list[Page] = []
    query: dict[str, str | Secret] = {
        "fields": "id,name,username,access_token,tasks,instagram_business_account"
        "{id,username,name}",
        "limit": "100",
    }
    for _ in range(_MOST_PAGES):
        told = await api.read(http, server, "me/accounts", token, purpose="sign in", query=query)
        found += [_page(one) for one in rows_of(told) if _may_post(one)]
        if (after := next_cursor(told)) is None:
            break
        query["after"] = after
    return tuple(found)


def _may_post(told: Json) -> bool:
    """A role without this task could only fail; an answer that lists no tasks is believed."""
    tasks = told.get("tasks")
    may = not isinstance(tasks, list) or "CREATE_CONTENT" in tasks
    return may and bool(told.get("id")) and bool(told.get("access_token"))


def _page(told: Json) -> Page:
    instagram = told.get("instagram_business_account")
    return Page(
        page_id=str(told["id"]),
        name=str(told.get("name") or ""),
        username=str(told.get("username") or ""),
        token=Secret(str(told["access_token"])),
        instagram=dict(instagram) if isinstance(instagram, Mapping) else None,
    )


async def check_app(http: Http, api: GraphApi, server: str, app: AppRegistration) -> None:
    """Raises Refused with the code "bad-app" unless Meta knows these credentials."""
    answer = await api.get(
        http,
        server,
        "oauth/access_token",
        None,
        purpose="check app",
        query={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "grant_type": "client_credentials",
        },
    )
    if _is_refusal(answer):
        raise Refused(
            "bad-app",
            "Meta does not know these credentials. Nothing was kept; copy the app ID and the app "
            "secret again, whole, from the app’s basic settings.",
        )
    api.accepted(answer)


def lapse(label: str) -> Reconnect:
    """A token without a refresh: only the person can give another."""
    return Reconnect(
        "token-dead",
        f"{label} gives no new permission by itself. Nothing was posted; connect the account "
        "again.",
    )
