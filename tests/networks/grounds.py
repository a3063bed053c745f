"""What the contract suite needs of each network: a real server, and a proxy before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import Account, Connected, Network
from parvis.networks.http import Http
from parvis.networks.mastodon import Mastodon
from parvis.networks.secret import Secret
from tests.servers.asking import ask
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy
from tests.servers.lost_answer import LostAnswers
from tests.servers.mastodon import MastodonAccount, MastodonServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A post as the server itself shows it."""

    remote_id: str
    text: str
    alts: tuple[str, ...]
    pictures: tuple[bytes, ...]


class Ground(Protocol):
    @property
    def network(self) -> Network: ...

    proxy: LostAnswers
    publishing_path: str

    async def connect(self, http: Http) -> Connected: ...

    async def connect_with_wrong_secret(self, http: Http) -> Connected: ...

    async def connect_to_nowhere(self, http: Http) -> Connected: ...

    def posts(self) -> list[Posted]: ...

    def shut_out(self, account: Account) -> Account:
        """Kills every right that was given, as a person does in the network's settings."""
        ...


def account_of(connected: Connected) -> Account:
    return Account(
        network=connected.network,
        server=connected.server,
        remote_id=connected.remote_id,
        handle=connected.handle,
        tokens=connected.tokens,
        traits=connected.traits,
    )


class BlueskyGround:
    publishing_path = "com.atproto.repo.putRecord"

    def __init__(self, behind: BlueskyBehindProxy, person: BlueskyAccount) -> None:
        self.network = Bluesky(plc_directory=behind.plc_url, entryway=behind.pds.url)
        self.proxy = behind.pds
        self._server = behind.server
        self._person = person

    async def connect(self, http: Http) -> Connected:
        return await self._sign_in(http, self._person.handle, self._person.app_password)

    async def connect_with_wrong_secret(self, http: Http) -> Connected:
        return await self._sign_in(http, self._person.handle, "abcd-abcd-abcd-abcd")

    async def connect_to_nowhere(self, http: Http) -> Connected:
        return await self._sign_in(http, "nobody.invalid", self._person.app_password)

    async def _sign_in(self, http: Http, handle: str, password: str) -> Connected:
        return await self.network.sign_in(http, handle, Secret(password))

    def posts(self) -> list[Posted]:
        return [self._posted(record) for record in self._server.records(self._person.did)]

    def _posted(self, record: dict[str, object]) -> Posted:
        value = record["value"]
        assert isinstance(value, dict)
        images = value.get("embed", {}).get("images", [])
        return Posted(
            remote_id=str(record["uri"]),
            text=value["text"],
            alts=tuple(image["alt"] for image in images),
            pictures=tuple(
                self._server.blob(self._person.did, image["image"]["ref"]["$link"])
                for image in images
            ),
        )

    def shut_out(self, account: Account) -> Account:
        self._server.revoke_app_password(self._person)
        dead = Secret(account.tokens.access.reveal()[:-6] + "AAAAAA")
        return replace(account, tokens=replace(account.tokens, access=dead, refresh=dead))


class MastodonGround:
    publishing_path = "/api/v1/statuses"

    def __init__(self, server: MastodonServer, stand_before: Callable[..., LostAnswers]) -> None:
        server.reset()
        self.network = Mastodon()
        self.proxy = stand_before(server.url)
        self._server = server
        self._person: MastodonAccount = server.ponts

    async def connect(self, http: Http) -> Connected:
        return await self._connect(http, self.proxy.url, self._server.new_token(self._person))

    async def connect_with_wrong_secret(self, http: Http) -> Connected:
        return await self._connect(http, self.proxy.url, "no-token-of-anybody")

    async def connect_to_nowhere(self, http: Http) -> Connected:
        return await self._connect(http, "nowhere.invalid", self._person.token)

    async def _connect(self, http: Http, server: str, token: str) -> Connected:
        return await self.network.connect_with_token(http, server, Secret(token))

    def posts(self) -> list[Posted]:
        return [
            Posted(
                remote_id=status["id"],
                text=self._server.source(status["id"]),
                alts=tuple(media["description"] for media in status["media_attachments"]),
                pictures=tuple(
                    ask("GET", media["url"]).confirmed().body
                    for media in status["media_attachments"]
                ),
            )
            for status in self._server.statuses(self._person)
        ]

    def shut_out(self, account: Account) -> Account:
        self._server.revoke(account.tokens.access.reveal())
        return account
