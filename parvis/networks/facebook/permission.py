"""Connecting Pages: one account for each Page that a person may post to."""

from collections.abc import Mapping

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    OAuthReturn,
    Tokens,
    Way,
)
from parvis.networks.errors import Refused
from parvis.networks.facebook.api import API
from parvis.networks.facebook.traits import TRAITS
from parvis.networks.graph.login import Page, granted_scopes, pages, sign_in
from parvis.networks.http import Http

NEEDED = ("pages_show_list", "pages_read_engagement", "pages_manage_posts")
# For comments, replies and figures [names of the last two from memory]. A person who declines
# them can still post.
WANTED = ("pages_manage_engagement", "pages_read_user_content", "read_insights")

WAY = Way(name="facebook-login", app="meta", scopes=NEEDED + WANTED)


async def exchange(
    http: Http, server: str, app: AppRegistration, returned: OAuthReturn
) -> tuple[Connected, ...]:
    token = await sign_in(http, API, server, app, returned)
    scopes = await granted_scopes(http, API, server, token, NEEDED)
    found = await pages(http, API, server, token)
    if not found:
        raise Refused(
            "no-page",
            "This permission opens no Facebook Page that you may post to. Nothing was kept; begin "
            "again, choose a Page in Facebook’s own dialog and see that your role there allows "
            "to create content.",
        )
    return tuple(_connected(server, page, scopes) for page in found)


def _connected(server: str, page: Page, scopes: tuple[str, ...]) -> Connected:
    """A Page token that comes from a long-lived user token has no end."""
    return Connected(
        network=API.network,
        server=server,
        remote_id=page.page_id,
        handle=page.username or page.name,
        display_name=page.name,
        tokens=Tokens(access=page.token, scopes=scopes),
        traits=TRAITS,
        way=WAY.name,
    )


async def present_handle(http: Http, account: Account) -> str:
    told = await API.read(
        http,
        account.server,
        account.remote_id,
        account.tokens.access,
        purpose="check account",
        query={"fields": "id,name,username"},
    )
    return _handle(told) or account.handle


def _handle(told: Mapping[str, object]) -> str:
    return str(told.get("username") or told.get("name") or "")
