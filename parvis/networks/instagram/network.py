"""Instagram as the rest of Parvis sees it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    DeveloperApp,
    Found,
    OAuthReturn,
    Part,
    Prepared,
    Progress,
    Published,
    Tokens,
    Traits,
    Way,
)
from parvis.networks.errors import Refused
from parvis.networks.fit import refuse_misfit
from parvis.networks.graph.login import META_APP, check_app, dialog_url
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Http
from parvis.networks.instagram import measures, permission, publishing
from parvis.networks.instagram.api import API, FACEBOOK_LOGIN, INSTAGRAM_LOGIN, SERVER, server_for
from parvis.networks.instagram.finding import look_up
from parvis.networks.instagram.traits import traits_of
from parvis.networks.measures import Metrics, Replies, Standing


class Instagram:
    """`pauses` are the seconds between questions whether the media are ready."""

    name = API.network
    label = API.label
    monogram = "Ig"
    usual_traits = traits_of(INSTAGRAM_LOGIN)
    figures_at_once = 1
    figures_page = (
        "https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights"
    )
    ways: tuple[Way, ...] = (permission.DIRECT, permission.BY_PAGE)
    developer_apps: tuple[DeveloperApp, ...] = (permission.INSTAGRAM_APP, META_APP)

    def __init__(self, *, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses

    def new_key(self) -> str:
        """Only names the part here: the native key is the container that Instagram makes."""
        return secrets.token_hex(16)

    async def find_server(self, http: Http, named: str) -> str:
        """Of Instagram Login; the other way finds Facebook's from it."""
        return named or SERVER

    def authorise_url(
        self,
        server: str,
        way: Way,
        app: AppRegistration,
        redirect_uri: str,
        state: str,
        challenge: str,
    ) -> str:
        """`challenge` is not sent: neither way documents PKCE."""
        server = server_for(way.name, server)
        if way.name == FACEBOOK_LOGIN:
            return dialog_url(server, app, way.scopes, redirect_uri, state)
        return permission.authorise_url(server, way, app, redirect_uri, state)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        server = server_for(way.name, server)
        if way.name == FACEBOOK_LOGIN:
            return await permission.exchange_by_page(http, server, app, returned)
        return await permission.exchange(http, server, app, returned)

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        if developer_app.name == META_APP.name:
            return await check_app(http, API, server_for(FACEBOOK_LOGIN, server), app)
        raise Refused(
            "cannot-check-app",
            "Instagram Login offers no way to check an app’s credentials. They are kept; "
            "connecting an account will show whether they are right.",
        )

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """Instagram states its quota at run time, which is asked before each post, and no limit
        of a post."""
        return traits_of(account.way)

    async def check(self, http: Http, account: Account) -> str:
        return await permission.present_handle(http, account)

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        return await permission.refresh(http, account)

    async def prepare(
        self,
        http: Http,
        account: Account,
        part: Part,
        *,
        key: str,
        created_at: datetime,
        follows: Sequence[Published],
        progress: Progress,
    ) -> Prepared:
        refuse_misfit(part, account.traits, self.label)
        body = await publishing.prepare(http, account, part, follows, progress, self._pauses)
        return Prepared(key=key, text=part.text, body=body)

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        return await publishing.publish(http, account, prepared)

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        return await look_up(http, account, prepared, sent_at, others)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        if not traits_of(account.way).deletes:
            raise Refused(
                "no-delete",
                "Instagram lets nobody delete a post through an account that was connected at "
                "Instagram itself. The post is still there; delete it in the app.",
            )
        await API.delete(http, account.server, remote_id, account.tokens.access)

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        return await measures.read_metrics(http, account, remote_ids)

    async def read_standing(self, http: Http, account: Account) -> Standing:
        return await measures.read_standing(http, account)

    async def read_replies(
        self, http: Http, account: Account, remote_id: str, cursor: str | None = None
    ) -> Replies:
        return await measures.read_replies(http, account, remote_id, cursor)
