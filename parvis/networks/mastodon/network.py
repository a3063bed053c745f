"""Mastodon as a Network: connect, prepare, publish, look up, delete, measure."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
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
from parvis.networks.mastodon import measures, media, permission
from parvis.networks.mastodon.api import NETWORK, failure, is_about_media, is_gone
from parvis.networks.mastodon.finding import find_status, find_what_shows_the_uploads
from parvis.networks.mastodon.instance import origin_of, read_instance
from parvis.networks.mastodon.post import build_status, read_receipt
from parvis.networks.mastodon.traits import TRAITS
from parvis.networks.measures import Metrics, Replies, Standing
from parvis.networks.secret import Secret


class Mastodon:
    """`server` may be what a person types: a host, a handle or a URL. `pauses` are the seconds
    between two looks at media that the server still works on."""

    name = NETWORK
    label = "Mastodon"
    monogram = "Ma"
    usual_traits = TRAITS
    figures_at_once = measures.BATCH
    figures_page = "https://docs.joinmastodon.org/entities/Status/"
    ways: tuple[Way, ...] = permission.WAYS

    def __init__(self, *, pauses: Sequence[float] = media.PAUSES) -> None:
        self._pauses = pauses

    def new_key(self) -> str:
        """For the Idempotency-Key header."""
        return str(uuid.uuid4())

    async def find_server(self, http: Http, named: str) -> str:
        """The origin of a server that speaks Mastodon's API; Refused when it does not."""
        server = origin_of(named)
        await read_instance(http, server)
        return server

    async def register_app(self, http: Http, server: str, redirect_uri: str) -> AppRegistration:
        return await permission.register_app(
            http, await self.find_server(http, server), redirect_uri
        )

    def authorise_url(
        self,
        server: str,
        way: Way,
        app: AppRegistration,
        redirect_uri: str,
        state: str,
        challenge: str,
    ) -> str:
        return permission.authorise_url(origin_of(server), way, app, redirect_uri, state, challenge)

    async def exchange(
        self, http: Http, server: str, way: Way, app: AppRegistration, returned: OAuthReturn
    ) -> tuple[Connected, ...]:
        return (await permission.exchange(http, origin_of(server), app, returned),)

    async def connect_with_token(self, http: Http, server: str, token: Secret) -> Connected:
        return await permission.connect_with_token(http, origin_of(server), token)

    async def read_traits(self, http: Http, account: Account) -> Traits:
        return (await read_instance(http, account.server)).traits

    async def check(self, http: Http, account: Account) -> str:
        answer = await permission.ask_own_account(http, account.server, account.tokens)
        name = answer.json_object().get("username")
        domain = account.handle.partition("@")[2]
        return f"{name}@{domain}" if isinstance(name, str) and name else account.handle

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
        """`created_at` is the server's to set, so it is not sent."""
        refuse_misfit(part, account.traits, self.label)
        media_ids = await media.upload(http, account, part.media, progress, self._pauses)
        return Prepared(key=key, text=part.text, body=build_status(part, media_ids, follows))

    async def publish(self, http: Http, account: Account, prepared: Prepared) -> Published:
        answer = await http.post(
            f"{account.server}/api/v1/statuses",
            network=NETWORK,
            purpose="publish",
            json=prepared.body,
            headers={"Idempotency-Key": prepared.key},
            bearer=account.tokens.access,
            publishes=True,
        )
        if is_about_media(answer):
            return await find_what_shows_the_uploads(http, account, prepared)
        return read_receipt(answer, account)

    async def look_up(
        self,
        http: Http,
        account: Account,
        prepared: Prepared,
        sent_at: datetime,
        others: frozenset[str] = frozenset(),
    ) -> Found:
        """When the server does not answer, the error says so: the question stays open."""
        return await find_status(http, account, prepared, sent_at, others)

    async def delete(self, http: Http, account: Account, remote_id: str) -> None:
        answer = await http.delete(
            f"{account.server}/api/v1/statuses/{remote_id}",
            network=NETWORK,
            purpose="delete",
            bearer=account.tokens.access,
        )
        if not answer.ok and not is_gone(answer):
            raise failure(answer, account.tokens)

    async def read_metrics(
        self, http: Http, account: Account, remote_ids: Sequence[str]
    ) -> tuple[Metrics, ...]:
        return await measures.read_metrics(http, account, remote_ids)

    async def read_standing(self, http: Http, account: Account) -> Standing:
        return await measures.read_standing(http, account)

    async def read_replies(
        self, http: Http, account: Account, remote_id: str, cursor: str | None = None
    ) -> Replies:
        return await measures.read_replies(http, account, remote_id)
