"""The bookshop's accounts on the sandbox's LinkedIn, and posting with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    OAuthReturn,
    Part,
    Poll,
    Prepared,
    Published,
    Tokens,
    Way,
)
from parvis.networks.http import Http
from parvis.networks.linkedin import LinkedIn
from parvis.networks.linkedin.post import build_post
from parvis.networks.secret import Secret
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

LINKEDIN = LinkedIn()
MEMBER, ORGANISATIONS = LINKEDIN.ways
APP = AppRegistration(client_id="parvis-sandbox", client_secret=Secret("parvis-sandbox-secret"))
BACK = "http://127.0.0.1:9000/back"


NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
POST = Published(remote_id="urn:li:share:7141138937766391808", url="https://www.linkedin.com/")
POLL = Poll(options=("Roman", "Essai"), minutes=3 * 24 * 60)
SHOP = Account(
    network="linkedin",
    server="https://api.linkedin.com",
    remote_id="urn:li:person:yrZCpj2Z12",
    handle="Librairie Ponts",
    tokens=Tokens(access=Secret("access")),
    traits=LINKEDIN.usual_traits,
)


def built(text: str = "Bonjour", part: Part | None = None) -> Prepared:
    """A post of the shop's as it would be sent."""
    body = build_post(SHOP, part or Part(text=text), [])
    return Prepared(key="key", text=text, body=body)


async def connect(
    http: Http, sandbox: RunningSandbox, way: Way, app: AppRegistration = APP
) -> tuple[Connected, ...]:
    server = sandbox.origin("linkedin")
    page = LINKEDIN.authorise_url(server, way, app, BACK, "state", "challenge")
    back = parse_qs(urlsplit(sandbox.consent(page, "ponts")).query)
    assert back["state"] == ["state"]
    returned = OAuthReturn(
        code=back["code"][0], redirect_uri=BACK, code_verifier=Secret("verifier")
    )
    return await LINKEDIN.exchange(http, server, way, app, returned)


async def member(http: Http, sandbox: RunningSandbox) -> Account:
    """Connected without any organisation scope."""
    return account_of((await connect(http, sandbox, MEMBER))[0])


async def organisation(http: Http, sandbox: RunningSandbox) -> Account:
    return account_of((await connect(http, sandbox, ORGANISATIONS))[1])


def with_scopes(sandbox: RunningSandbox, account: Account, *scopes: str) -> Account:
    """The same account with a token for these scopes alone."""
    access = Secret(sandbox.token("linkedin", "ponts", scopes=scopes)["access_token"])
    return replace(account, tokens=replace(account.tokens, access=access))


async def prepare(
    http: Http,
    account: Account,
    part: Part,
    *,
    follows: tuple[Published, ...] = (),
    progress: Kept | None = None,
) -> Prepared:
    return await LINKEDIN.prepare(
        http,
        account,
        part,
        key=LINKEDIN.new_key(),
        created_at=datetime.now(UTC),
        follows=follows,
        progress=progress or Kept(),
    )


async def post(http: Http, account: Account, text: str) -> Published:
    return await LINKEDIN.publish(http, account, await prepare(http, account, Part(text=text)))
