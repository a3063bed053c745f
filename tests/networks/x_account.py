"""The bookshop's account on the sandbox's X, and what tests do with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import (
    Account,
    AppRegistration,
    MediaFile,
    Part,
    Prepared,
    Published,
    Tokens,
)
from parvis.networks.http import Http
from parvis.networks.secret import Secret
from parvis.networks.x import X
from parvis.networks.x.permission import SCOPES
from parvis.networks.x.traits import TRAITS
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

NETWORK = X()
EVENING = "Ce soir à 19 h : lecture de « La Place » & thé 📚 https://example.org/lecture #lecture"
APP = AppRegistration(client_id="parvis-sandbox", client_secret=Secret("parvis-sandbox-secret"))


def account_on(sandbox: RunningSandbox, *, server: str = "", scopes: Any = SCOPES) -> Account:
    """`server` is another way to the sandbox, such as a proxy before it."""
    token = sandbox.token("x", "ponts", scopes)
    return Account(
        network="x",
        server=server or sandbox.origin("x"),
        remote_id=token["account_id"],
        handle="ponts",
        tokens=Tokens(access=Secret(token["access_token"]), refresh=Secret(token["refresh_token"])),
        traits=TRAITS,
    )


async def prepare(
    http: Http,
    account: Account,
    text: str = EVENING,
    *,
    media: tuple[MediaFile, ...] = (),
    follows: tuple[Published, ...] = (),
    progress: Kept | None = None,
    **part: Any,
) -> Prepared:
    return await NETWORK.prepare(
        http,
        account,
        Part(text=text, media=media, **part),
        key=NETWORK.new_key(),
        created_at=now(),
        follows=follows,
        progress=progress or Kept(),
    )


async def post(http: Http, account: Account, text: str = EVENING, **part: Any) -> Published:
    return await NETWORK.publish(http, account, await prepare(http, account, text, **part))


def now() -> datetime:
    return datetime.now(UTC)
