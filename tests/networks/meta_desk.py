"""The bookshop's account in a sandbox of Facebook or Instagram alone, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import (
    Account,
    Found,
    Network,
    Part,
    Prepared,
    Published,
    Secret,
    Tokens,
    Traits,
)
from parvis.networks.http import Http
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

# Looking five times without a pause is enough for what is to be ready at once, and no test waits.
NO_PAUSES = (0.0, 0.0, 0.0, 0.0)


@dataclass
class Desk:
    http: Http
    sandbox: RunningSandbox
    account: Account
    network: Network
    progress: Kept = field(default_factory=Kept)

    async def prepare(self, part: Part | str, follows: Sequence[Published] = ()) -> Prepared:
        whole = part if isinstance(part, Part) else Part(text=part)
        return await self.network.prepare(
            self.http,
            self.account,
            whole,
            key=self.network.new_key(),
            created_at=now(),
            follows=follows,
            progress=self.progress,
        )

    async def publish(self, prepared: Prepared) -> Published:
        return await self.network.publish(self.http, self.account, prepared)

    async def post(self, part: Part | str, follows: Sequence[Published] = ()) -> Published:
        """Each with a progress of its own."""
        self.progress = Kept()
        return await self.publish(await self.prepare(part, follows))

    async def look_up(
        self, prepared: Prepared, sent_at: datetime, others: frozenset[str] = frozenset()
    ) -> Found:
        return await self.network.look_up(self.http, self.account, prepared, sent_at, others)

    def order(self, fault: str, on: str, **more: object) -> None:
        self.sandbox.order(self.network.name, fault, on, **more)

    def quirk(self, name: str) -> None:
        self.sandbox.set_quirk(self.network.name, name, on=True)

    @property
    def posts(self) -> list[dict[str, Any]]:
        return self.sandbox.posts(self.network.name)

    def files(self, post: dict[str, Any]) -> list[bytes]:
        return [self.sandbox.medium(self.network.name, one["sha256"]) for one in post["media"]]

    def calls(self, method: str, ending: str) -> list[str]:
        """The paths that were called and end like this, without their queries."""
        paths = (
            call["path"].split("?")[0]
            for call in self.sandbox.calls(self.network.name)
            if call["method"] == method
        )
        return [path for path in paths if path.endswith(ending)]


def desk_in(
    http: Http,
    sandbox: RunningSandbox,
    network: Network,
    *,
    way: str,
    traits: Traits,
    scopes: Sequence[str] = (),
) -> Desk:
    given = sandbox.token(network.name, "ponts", scopes)
    account = Account(
        network=network.name,
        server=sandbox.origin(network.name),
        remote_id=given["account_id"],
        handle="ponts",
        tokens=Tokens(access=Secret(given["access_token"])),
        traits=traits,
        way=way,
    )
    return Desk(http, sandbox, account, network)


def now() -> datetime:
    return datetime.now(UTC)
