"""LinkedIn as a Network: connect, prepare, publish, look up, delete, figures and comments."""

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
from parvis.networks.http import Http
from parvis.networks.linkedin import identity, measures, permission, replies
from parvis.networks.linkedin.api import NETWORK, SERVER, is_organisation
from parvis.networks.linkedin.deleting import delete
from parvis.networks.linkedin.finding import Search, find
from parvis.networks.linkedin.media import Uploader
from parvis.networks.linkedin.post import build_comment, build_post, refuse_thread
from parvis.networks.linkedin.publishing import send
from parvis.networks.linkedin.traits import MEMBER_TRAITS, ORGANISATION_TRAITS
from parvis.networks.measures import Metrics, Replies


class LinkedIn:
    """An account's `remote_id` is the author's URN, a member's or an organisation's."""

    name = NETWORK
    label = "LinkedIn"
    monogram = "Li"
    usual_traits = MEMBER_TRAITS
    # A member's are even asked for figure by figure.
    figures_at_once = 1
    figures_page = (
        "https://learn.microsoft.com/linkedin/marketing/community-management/"
        "organizations/share-statistics"
    )
    ways = (permission.MEMBER, permission.ORGANISATIONS)
    developer_apps = (permission.APP,)

    def new_key(self) -> str:
        """LinkedIn takes no key: this one is for our own books."""
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
        return permission.authorise_url(server, way, app, redirect_uri, state)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        tokens = await permission.exchange_code(http, server, way, app, returned)
        return await identity.connect(http, server, way, tokens)

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        await permission.check_app(http, server, app)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """LinkedIn states no limits; an organisation's differ from a member's."""
        return ORGANISATION_TRAITS if is_organisation(account) else MEMBER_TRAITS

    async def check(self, http: Http, account: Account) -> str:
        return (await identity.read_face(http, account)).handle

    async def refresh(self, http: Http, account: Account, app: AppRegistration | None) -> Tokens:
        return await permission.refresh(http, account, app)

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
        """`created_at` is LinkedIn's to set, so it is not sent."""
        refuse_misfit(part, account.traits, self.label)
        refuse_thread(part, follows)
        if part.is_comment:
            body = build_comment(account, part, follows[0])
        else:
            media = await Uploader(http, account, progress).upload_all(part.media)
            body = build_post(account, part, media)
        return Prepared(key=key, text=part.text, body=body)

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        return await send(http, account, prepared)

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        """For a member's post the create itself is repeated, once: finding.py says why it may."""
        search = Search(account=account, prepared=prepared, sent_at=sent_at, others=others)
        return await find(http, search)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        await delete(http, account, remote_id)

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        return await measures.read_metrics(http, account, remote_ids)

    async def read_replies(
        self, http: Http, account: Account, remote_id: str, cursor: str | None = None
    ) -> Replies:
        return await replies.read_replies(http, account, remote_id, cursor)
