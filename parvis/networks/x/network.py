"""X as a Network: connect, prepare, publish, look up, delete and measure."""

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
from parvis.networks.errors import Refused
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Standing
from parvis.networks.x import measures, media, permission
from parvis.networks.x.api import API, NETWORK, failure, is_gone
from parvis.networks.x.finding import find_post
from parvis.networks.x.post import build_post, read_receipt
from parvis.networks.x.traits import TRAITS


class X:
    name = NETWORK
    label = "X"
    monogram = "X"
    usual_traits = TRAITS
    figures_at_once = measures.BATCH
    figures_page = "https://docs.x.com/x-api/fundamentals/metrics"
    ways = (permission.WAY,)
    developer_apps = (permission.DEVELOPER_APP,)

    def new_key(self) -> str:
        """For our own records: X takes no key."""
        return str(uuid.uuid4())

    async def find_server(self, http: Http, named: str) -> str:
        return named or API

    def authorise_url(
        self,
        server: str,
        way: Way,
        app: AppRegistration,
        redirect_uri: str,
        state: str,
        challenge: str,
    ) -> str:
        return permission.authorise_url(server, app, redirect_uri, state, challenge)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        return (await permission.exchange(http, server, app, returned),)

    async def check_app(
        self, http: Http, server: str, developer_app: DeveloperApp, app: AppRegistration
    ) -> None:
        await permission.check_app(http, server, app)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        """X states no limits; they are written down in traits.py."""
        return TRAITS

    async def check(self, http: Http, account: Account) -> str:
        answer = await permission.ask_own_account(http, account.server, account.tokens.access)
        if not answer.ok:
            raise failure(answer, account)
        person = answer.json_object().get("data")
        handle = person.get("username") if isinstance(person, dict) else None
        if not isinstance(handle, str) or not handle:
            raise answer.unreadable()
        return handle

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
        """`created_at` is X's to set, so it is not sent."""
        refuse_misfit(part, account.traits, self.label)
        media_ids = [
            await media.upload(http, account, file, progress, f"media-{place}")
            for place, file in enumerate(part.media)
        ]
        return Prepared(key=key, text=part.text, body=build_post(part, media_ids, follows))

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        answer = await http.post(
            f"{account.server}/2/tweets",
            network=NETWORK,
            purpose="publish",
            json=prepared.body,
            bearer=account.tokens.access,
            publishes=True,
        )
        return read_receipt(answer, account)

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        """When X does not answer, the error says so: the question stays open."""
        return await find_post(http, account, prepared, sent_at, others)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        answer = await http.delete(
            f"{account.server}/2/tweets/{remote_id}",
            network=NETWORK,
            purpose="delete",
            bearer=account.tokens.access,
        )
        if is_gone(answer):
            return
        if not answer.ok:
            raise failure(answer, account)
        told = answer.json_object().get("data")
        if not isinstance(told, dict) or told.get("deleted") is not True:
            raise Refused(
                "not-deleted",
                "X did not delete the post. It is still there; try again, or delete it on X.",
            )

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
