"""The bookshop's account in a sandbox of Threads alone, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from parvis.networks.contract import (
    Account,
    Found,
    Part,
    Prepared,
    Published,
    Secret,
    Tokens,
)
from parvis.networks.http import Http
from parvis.networks.threads import Threads
from parvis.networks.threads.traits import TRAITS
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

# Looking five times without a pause is enough for what is to be ready at once, and no test waits.
NO_PAUSES = (0.0, 0.0, 0.0, 0.0)


@dataclass
class Desk:
    http: Http
    sandbox: RunningSandbox
    account: Account
    network: Threads = field(default_factory=lambda: Threads(pauses=NO_PAUSES))
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
        self.sandbox.order("threads", fault, on, **more)

    def texts(self) -> list[str]:
        return [post["text"] for post in self.sandbox.posts("threads")]

    def calls(self, purpose: str) -> list[str]:
        return [c["path"] for c in self.sandbox.calls("threads") if c["purpose"] == purpose]


def desk_in(http: Http, sandbox: RunningSandbox) -> Desk:
    given = sandbox.token("threads", "ponts")
    account = Account(
        network="threads",
        server=sandbox.origin("threads"),
        remote_id=given["account_id"],
        handle="ponts",
        tokens=Tokens(access=Secret(given["access_token"])),
        traits=TRAITS,
    )
    return Desk(http, sandbox, account)


def now() -> datetime:
    return datetime.now(UTC)
