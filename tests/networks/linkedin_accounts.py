"""The bookshop's accounts on the sandbox's LinkedIn, and posting with them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from parvis.networks.contract import (
    Account,
    AppRegistration,
    Connected,
    OAuthReturn,
    Part,
    Prepared,
    Published,
    Way,
)
from parvis.networks.http import Http
from parvis.networks.linkedin import LinkedIn
from parvis.networks.secret import Secret
from tests.networks.grounds import account_of
from tests.networks.keeping import Kept
from tests.servers.sandbox import RunningSandbox

LINKEDIN = LinkedIn()
MEMBER, ORGANISATIONS = LINKEDIN.ways
APP = AppRegistration(client_id="parvis-sandbox", client_secret=Secret("parvis-sandbox-secret"))
BACK = "http://127.0.0.1:9000/back"


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
