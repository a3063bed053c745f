"""Threads as a Network: connect, prepare, publish, look up, delete and measure."""

import uuid
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
from parvis.networks.fit import refuse_misfit
from parvis.networks.graph import read_fault
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Standing
from parvis.networks.threads import measures, permission, publishing
from parvis.networks.threads.api import API, LABEL, NETWORK, SERVER, is_gone
from parvis.networks.threads.containers import Container, Maker
from parvis.networks.threads.finding import find_post
from parvis.networks.threads.post import kind_of, parent_of
from parvis.networks.threads.quota import refuse_exhausted
from parvis.networks.threads.traits import TRAITS


class Threads:
    """`pauses` are the seconds between two looks at what Threads is still working on."""

    name = NETWORK
    label = LABEL
    monogram = "Th"
    usual_traits = TRAITS
    figures_at_once = 1
    figures_page = "https://developers.facebook.com/docs/threads/insights"
    ways: tuple[Way, ...] = (permission.WAY,)
    developer_apps: tuple[DeveloperApp, ...] = (permission.APP,)

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses

    def new_key(self) -> str:
        """Ours alone: Threads takes no key. Its container is what publishes once."""
        return str(uuid.uuid4())

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
        return permission.authorise_url(server, app, redirect_uri, state)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        return (await permission.exchange(http, server, app, returned),)

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        await permission.check_app(http, server, app)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """Threads states no limits but the daily quota, which is read before each post."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        person = await permission.ask_profile(http, account.server, account.tokens.access)
        return person["username"]

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        permission.refuse_lapsed(account)
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
        """`created_at` is Threads' to set, so it is not sent."""
        refuse_misfit(part, account.traits, LABEL)
        parent_id = parent_of(part, follows)
        await refuse_exhausted(http, account, is_reply=bool(parent_id))
        container = await Maker(http, account, progress, self._pauses).ready(part, parent_id)
        return _prepared(part, parent_id, container, key)

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
        return await find_post(http, account, prepared, sent_at, others)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        answer = await http.delete(
            API.url(account.server, remote_id),
            network=NETWORK,
            purpose="delete",
            query={"access_token": account.tokens.access},
        )
        if not is_gone(read_fault(answer)):
            API.accepted(answer)

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


def _prepared(part: Part, parent_id: str, container: Container, key: str) -> Prepared:
    """`creation_id` is all that is sent; the rest tells how old the container is, and which post in
    a listing is ours."""
    return Prepared(
        key=key,
        text=part.text,
        body={
            "creation_id": container.container_id,
            "made_at": container.made_at.isoformat(),
            "media_type": kind_of(part),
            "children": len(part.media) if len(part.media) > 1 else 0,
            "reply_to_id": parent_id,
        },
    )
