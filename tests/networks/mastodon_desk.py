"""Librairie Ponts at work on the sandbox's Mastodon server, connected through its consent page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Found,
    MediaFile,
    OAuthReturn,
    Part,
    Prepared,
    Published,
    Secret,
)
from parvis.networks.http import Http
from parvis.networks.mastodon import Mastodon
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.asking import Answer, ask
from tests.servers.sandbox import RunningSandbox

BACK = "https://parvis.example.org/back"
VERIFIER = "a-verifier-that-nobody-else-could-have-thought-of"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
MASTODON = Mastodon(pauses=(0.01,) * 3)
(WAY,) = MASTODON.ways


class Desk:
    """`account` is there once it has connected."""

    account: Account

    def __init__(self, http: Http, sandbox: RunningSandbox) -> None:
        self.http = http
        self.sandbox = sandbox
        self.origin = sandbox.origin("mastodon")

    # Connecting.

    async def connect(self) -> Account:
        app, returned = await self.allowed()
        (found,) = await MASTODON.exchange(self.http, self.origin, WAY, app, returned)
        self.account = account_of(found)
        return self.account

    async def allowed(self) -> tuple[AppRegistration, OAuthReturn]:
        """What is there after a click on Allow."""
        app = await MASTODON.register_app(self.http, self.origin, BACK)
        page = MASTODON.authorise_url(self.origin, WAY, app, BACK, "state", CHALLENGE)
        query = parse_qs(urlsplit(self.sandbox.consent(page, "ponts")).query)
        returned = OAuthReturn(
            code=query["code"][0], redirect_uri=BACK, code_verifier=Secret(VERIFIER)
        )
        return app, returned

    def forget_token(self) -> None:
        """As after the server has thrown its revoked tokens away: it knows this one no more."""
        dead = replace(self.account.tokens, access=Secret("a-token-that-nobody-knows"))
        self.account = replace(self.account, tokens=dead)

    def moved_to(self, server: str) -> Account:
        """The account, reached by another address."""
        return replace(self.account, server=server)

    # At work.

    async def prepare(
        self,
        part: Part,
        *,
        key: str = "",
        follows: Sequence[Published] = (),
        progress: Kept | None = None,
    ) -> Prepared:
        return await MASTODON.prepare(
            self.http,
            self.account,
            part,
            key=key or MASTODON.new_key(),
            created_at=datetime.now(UTC),
            follows=follows,
            progress=progress or Kept(),
        )

    async def publish(self, prepared: Prepared) -> Published:
        return await MASTODON.publish(self.http, self.account, prepared)

    async def post(self, part: Part | str, *, follows: Sequence[Published] = ()) -> Published:
        whole = Part(text=part) if isinstance(part, str) else part
        return await self.publish(await self.prepare(whole, follows=follows))

    async def look_up(
        self, prepared: Prepared, sent_at: datetime, others: frozenset[str] = frozenset()
    ) -> Found:
        return await MASTODON.look_up(self.http, self.account, prepared, sent_at, others)

    # Behind the module's back.

    def order(self, fault: str, on: str = "publish", **more: object) -> None:
        self.sandbox.order("mastodon", fault, on, **more)

    def posts(self) -> list[dict[str, Any]]:
        return self.sandbox.posts("mastodon")

    def calls(self, purpose: str) -> int:
        return sum(call["purpose"] == purpose for call in self.sandbox.calls("mastodon"))

    def edit(self, remote_id: str, **fields: object) -> Answer:
        """As the author does in another program."""
        token = self.sandbox.token("mastodon", "ponts")["access_token"]
        url = f"{self.origin}/api/v1/statuses/{remote_id}"
        return ask("PUT", url, token=token, json=fields).confirmed()


def with_media(text: str, *media: MediaFile) -> Part:
    return Part(text=text, media=media)
