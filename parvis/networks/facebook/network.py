"""Facebook Pages as the rest of Parvis sees them."""

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
from parvis.networks.facebook import measures, permission, publishing
from parvis.networks.facebook.api import API
from parvis.networks.facebook.finding import look_up
from parvis.networks.facebook.traits import TRAITS
from parvis.networks.fit import refuse_misfit
from parvis.networks.graph.login import META_APP, SERVER, check_app, dialog_url, lapse
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Standing


class Facebook:
    """`pauses` are the seconds between questions whether a video has arrived."""

    name = API.network
    label = API.label
    monogram = "Fb"
    usual_traits = TRAITS
    figures_at_once = measures.MOST_IDS
    figures_page = "https://developers.facebook.com/docs/graph-api/reference/insights"
    ways: tuple[Way, ...] = (permission.WAY,)
    developer_apps: tuple[DeveloperApp, ...] = (META_APP,)

    def __init__(self, *, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses

    def new_key(self) -> str:
        """Only names the part here: Facebook has no native key."""
        return secrets.token_hex(16)

    async def find_server(self, http: Http, named: str) -> str:
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
        """`challenge` is not sent: see graph/login.py."""
        return dialog_url(server, app, way.scopes, redirect_uri, state)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        return await permission.exchange(http, server, app, returned)

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        await check_app(http, API, server, app)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """Facebook states no limits at run time."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        return await permission.present_handle(http, account)

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        raise lapse(self.label)

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
