"""The reference Bluesky server and mastodon-mock, each behind the proxy that loses answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import Account, AppRegistration, Connected
from parvis.networks.http import Http
from parvis.networks.mastodon import Mastodon
from parvis.networks.secret import Secret
from tests.networks.grounds.ground import Posted
from tests.servers.asking import ask
from tests.servers.bluesky import BlueskyAccount
from tests.servers.fixtures import BlueskyBehindProxy
from tests.servers.lost_answer import LostAnswers
from tests.servers.mastodon import MastodonAccount, MastodonServer

REAL = {"bluesky-pds": "bluesky_ground", "mastodon-mock": "mastodon_ground"}
"""By name, and the fixture that builds each."""


class ProxyFaults:
    def __init__(self, proxy: LostAnswers, publishing_path: str) -> None:
        self._proxy = proxy
        self._path = publishing_path

    def lose_answer(self) -> None:
        self._proxy.lose(self._path, method="POST")

    def lose_request(self) -> None:
        self._proxy.lose_request(self._path, method="POST")

    def error_before(self) -> None:
        self._proxy.answer_500_before(self._path, method="POST")

    def error_after(self) -> None:
        self._proxy.answer_500_after(self._path, method="POST")

    def garble(self) -> None:
        self._proxy.garble(self._path, method="POST")

    def limit(self, seconds: float) -> None:
        wait = {"Retry-After": f"{seconds:.0f}"}
        self._proxy.answer_instead(self._path, 429, body=b'{"error": "x"}', headers=wait)

    def silence(self) -> None:
        self._proxy.lose("", times=None)


class RealGround(ABC):
    app: AppRegistration | None = None
    refuses_equal_texts = False
    looks_up_by_posting = False
    longest_wait = timedelta(seconds=90)

    def is_ours(self, connected: Connected) -> bool:
        return "ponts" in connected.handle

    @abstractmethod
    async def connect_to_nowhere(self, http: Http) -> Connected: ...

    def let_processing_end(self) -> None:
        raise AssertionError("a real server ends it while preparing waits")

    def an_hour_later(self) -> datetime:
        """Nobody can put a real server's clock forward: the question is of the future instead."""
        return datetime.now(UTC) + timedelta(hours=1)


class BlueskyGround(RealGround):
    name = "bluesky, the reference server"

    def __init__(self, behind: BlueskyBehindProxy, person: BlueskyAccount) -> None:
        self.network = Bluesky(plc_directory=behind.plc_url, entryway=behind.pds.url)
        self.faults = ProxyFaults(behind.pds, "com.atproto.repo.putRecord")
        self.origin = behind.pds.url
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
        records = self._server.records(self._person.did)
        return sorted((self._posted(record) for record in records), key=lambda post: post.remote_id)

    def _posted(self, record: dict[str, object]) -> Posted:
        value = record["value"]
        assert isinstance(value, dict)
        embed = value.get("embed", {})
        files = [(each["alt"], each["image"]) for each in embed.get("images", [])]
        if "video" in embed:
            files.append((embed.get("alt", ""), embed["video"]))
        return Posted(
            remote_id=str(record["uri"]),
            text=value["text"],
            alts=tuple(alt for alt, _ in files),
            files=tuple(self._blob(blob) for _, blob in files),
            parent_id=value.get("reply", {}).get("parent", {}).get("uri", ""),
        )

    def _blob(self, blob: dict[str, dict[str, str]]) -> bytes:
        return self._server.blob(self._person.did, blob["ref"]["$link"])

    def shut_out(self, account: Account) -> Account:
        self._server.revoke_app_password(self._person)
        dead = Secret(account.tokens.access.reveal()[:-6] + "AAAAAA")
        return replace(account, tokens=replace(account.tokens, access=dead, refresh=dead))


class MastodonGround(RealGround):
    name = "mastodon, mastodon-mock"

    def __init__(self, server: MastodonServer, stand_before: Callable[..., LostAnswers]) -> None:
        server.reset()
        proxy = stand_before(server.url)
        self.network = Mastodon()
        self.faults = ProxyFaults(proxy, "/api/v1/statuses")
        self.origin = proxy.url
        self._server = server
        self._person: MastodonAccount = server.ponts

    async def connect(self, http: Http) -> Connected:
        return await self._connect(http, self.origin, self._server.new_token(self._person))

    async def connect_with_wrong_secret(self, http: Http) -> Connected:
        return await self._connect(http, self.origin, "no-token-of-anybody")

    async def connect_to_nowhere(self, http: Http) -> Connected:
        return await self._connect(http, "nowhere.invalid", self._person.token)

    async def _connect(self, http: Http, server: str, token: str) -> Connected:
        return await self.network.connect_with_token(http, server, Secret(token))

    def posts(self) -> list[Posted]:
        statuses = self._server.statuses(self._person)
        return [
            self._posted(status) for status in sorted(statuses, key=lambda each: int(each["id"]))
        ]

    def _posted(self, status: dict[str, object]) -> Posted:
        media = status["media_attachments"]
        assert isinstance(media, list)
        return Posted(
            remote_id=str(status["id"]),
            text=self._server.source(str(status["id"])),
            alts=tuple(each["description"] for each in media),
            files=tuple(ask("GET", each["url"]).confirmed().body for each in media),
            parent_id=str(status["in_reply_to_id"] or ""),
        )

    def shut_out(self, account: Account) -> Account:
        self._server.revoke(account.tokens.access.reveal())
        return account
