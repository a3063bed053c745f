"""Mastodon as a Network: connect, prepare, publish, look up and delete."""

import uuid
from datetime import datetime

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    Found,
    OAuthReturn,
    Part,
    Prepared,
    Published,
    Tokens,
    Traits,
)
from parvis.networks.errors import Reconnect
from parvis.networks.fit import refuse_misfit
from parvis.networks.http import Http
from parvis.networks.mastodon import media, permission
from parvis.networks.mastodon.api import NETWORK, failure, is_gone
from parvis.networks.mastodon.instance import TRAITS, origin_of, read_instance
from parvis.networks.mastodon.status import build_status, find_status, read_receipt
from parvis.networks.secret import Secret


class Mastodon:
    """`server` may be what a person types: a host, a handle or a URL."""

    name = NETWORK
    label = "Mastodon"
    monogram = "Ma"
    usual_traits = TRAITS
    scopes = permission.SCOPES

    def new_key(self) -> str:
        """For the Idempotency-Key header."""
        return str(uuid.uuid4())

    async def find_server(self, http: Http, typed: str) -> str:
        """The origin of a server that speaks Mastodon's API; Refused when it does not."""
        server = origin_of(typed)
        await read_instance(http, server)
        return server

    async def register_app(self, http: Http, server: str, redirect_uri: str) -> AppRegistration:
        return await permission.register_app(
            http, await self.find_server(http, server), redirect_uri
        )

    def authorise_url(
        self, server: str, app: AppRegistration, redirect_uri: str, state: str, challenge: str
    ) -> str:
        return permission.authorise_url(origin_of(server), app, redirect_uri, state, challenge)

    async def exchange(
        self, http: Http, server: str, app: AppRegistration, returned: OAuthReturn
    ) -> Connected:
        return await permission.exchange(http, origin_of(server), app, returned)

    async def connect_with_token(self, http: Http, server: str, token: Secret) -> Connected:
        return await permission.connect_with_token(http, origin_of(server), token)

    async def read_traits(self, http: Http, server: str) -> Traits:
        return (await read_instance(http, origin_of(server))).traits

    async def check(self, http: Http, account: Account) -> str:
        answer = await permission.ask_own_account(http, account.server, account.tokens.access)
        name = answer.json_object().get("username")
        domain = account.handle.partition("@")[2]
        return f"{name}@{domain}" if isinstance(name, str) and name else account.handle

    async def refresh(self, http: Http, account: Account) -> Tokens:
        """Mastodon's tokens do not lapse: one that no longer works was revoked."""
        raise Reconnect(
            "token-dead",
            "The server no longer accepts the permission that it gave. Nothing was posted; connect "
            "the account again.",
        )

    async def prepare(
        self, http: Http, account: Account, part: Part, key: str, created_at: datetime
    ) -> Prepared:
        """`created_at` is the server's to set, so it is not sent."""
        refuse_misfit(part, account.traits, self.label)
        media_ids = [await media.upload(http, account, image) for image in part.images]
        return Prepared(key=key, text=part.text, body=build_status(part, media_ids))

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
            raise failure(answer)
