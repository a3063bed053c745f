"""The bookshop's account in a sandbox of Bluesky, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from parvis.networks.bluesky import Bluesky
from parvis.networks.contract import Account, Found, Part, Prepared, Published, Secret
from parvis.networks.http import Http
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

HANDLE = "ponts.test"


@dataclass
class Desk:
    http: Http
    sandbox: RunningSandbox
    account: Account
    network: Bluesky
    progress: Kept = field(default_factory=Kept)

    async def prepare(self, part: Part | str, follows: Sequence[Published] = ()) -> Prepared:
        return await self.network.prepare(
            self.http,
            self.account,
            part if isinstance(part, Part) else Part(text=part),
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

    async def look_up(self, prepared: Prepared) -> Found:
        return await self.network.look_up(self.http, self.account, prepared, now())

    async def refresh(self) -> None:
        renewed = await self.network.refresh(self.http, self.account, None)
        self.account = replace(self.account, tokens=renewed)

    def order(self, fault: str, on: str, **more: object) -> None:
        self.sandbox.order("bluesky", fault, on, **more)

    def texts(self) -> list[str]:
        return [post["text"] for post in self.sandbox.posts("bluesky")]

    def calls(self, method: str) -> int:
        """How often an XRPC method was asked for."""
        paths = (call["path"] for call in self.sandbox.calls("bluesky"))
        return sum(path.partition("?")[0].endswith(f".{method}") for path in paths)


async def desk_in(http: Http, sandbox: RunningSandbox) -> Desk:
    network = Bluesky()
    origin = sandbox.origin("bluesky")
    connected = await network.sign_in(http, HANDLE, Secret(password_in(sandbox)), origin)
    return Desk(http, sandbox, account_of(connected), network)


def password_in(sandbox: RunningSandbox) -> str:
    accounts = sandbox.told("bluesky")["accounts"]
    return str(next(each["password"] for each in accounts if each["handle"] == HANDLE))


def now() -> datetime:
    return datetime.now(UTC)
