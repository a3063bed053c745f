"""Mastodon: permission asked, given, refused and renewed, with the sandbox's server; and with a
small one where tokens lapse, as Pleroma's do."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import web

from parvis.networks.contract import Account, AppRegistration, Secret, Tokens
from parvis.networks.errors import NetworkError, NotSent, Reconnect, Refused
from parvis.networks.http import Http
from parvis.networks.mastodon.traits import TRAITS
from tests.networks.loopback import Server
from tests.networks.mastodon_desk import BACK, MASTODON, WAY, Desk
from tests.servers.sandbox import RunningSandbox

APP = AppRegistration(client_id="id", client_secret=Secret("secret"))


@pytest_asyncio.fixture
async def desk(http: Http, sandbox: RunningSandbox) -> Desk:
    return Desk(http, sandbox)


class TestSigningIn:
    async def test_permission_opens_the_account(self, desk: Desk) -> None:
        account = await desk.connect()

        assert account.handle == f"ponts@{desk.origin.removeprefix('http://')}"
        assert account.tokens.scopes == WAY.scopes
        assert await MASTODON.check(desk.http, account) == account.handle

    async def test_a_code_without_the_proof_of_its_key_is_refused(self, desk: Desk) -> None:
        app, returned = await desk.allowed()
        stolen = replace(returned, code_verifier=Secret("a-guess"))

        with pytest.raises(Refused) as refusal:
            await MASTODON.exchange(desk.http, desk.origin, WAY, app, stolen)

        assert refusal.value.code == "code-refused"

    async def test_a_code_serves_once(self, desk: Desk) -> None:
        app, returned = await desk.allowed()
        await MASTODON.exchange(desk.http, desk.origin, WAY, app, returned)

        with pytest.raises(Refused):
            await MASTODON.exchange(desk.http, desk.origin, WAY, app, returned)

    async def test_a_code_that_lay_too_long_is_refused(self, desk: Desk) -> None:
        app, returned = await desk.allowed()
        desk.sandbox.advance(11 * 60)

        with pytest.raises(Refused):
            await MASTODON.exchange(desk.http, desk.origin, WAY, app, returned)

    async def test_a_code_for_another_address_is_refused(self, desk: Desk) -> None:
        app, returned = await desk.allowed()
        elsewhere = replace(returned, redirect_uri=f"{BACK}/elsewhere")

        with pytest.raises(Refused):
            await MASTODON.exchange(desk.http, desk.origin, WAY, app, elsewhere)

    @pytest.mark.parametrize("fault", ["html-error-page", "malformed", "error-before"])
    async def test_trouble_while_signing_in_is_no_refusal(self, desk: Desk, fault: str) -> None:
        app, returned = await desk.allowed()
        desk.order(fault, on="token")

        with pytest.raises(NotSent):
            await MASTODON.exchange(desk.http, desk.origin, WAY, app, returned)

    async def test_a_token_made_by_hand_opens_the_account(self, desk: Desk) -> None:
        token = desk.sandbox.token("mastodon", "ponts")["access_token"]

        found = await MASTODON.connect_with_token(desk.http, desk.origin, Secret(f" {token}\n"))

        assert found.display_name == "Librairie Ponts"

    async def test_a_token_of_mastodons_cannot_be_renewed(self, desk: Desk) -> None:
        account = await desk.connect()

        with pytest.raises(Reconnect) as dead:
            await MASTODON.refresh(desk.http, account, APP)

        assert "connect the account again" in dead.value.sentence


def lapsing(server: Server) -> Account:
    return Account(
        network="mastodon",
        server=server.url,
        remote_id="42",
        handle="ponts@example.org",
        tokens=Tokens(access=Secret("old"), refresh=Secret("old-refresh")),
        traits=TRAITS,
    )


def says(server: Server, status: int, body: object) -> None:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    server.answer = answer


class TestRenewing:
    async def test_a_lapsing_token_is_renewed(self, http: Http, server: Server) -> None:
        says(
            server,
            200,
            {
                "access_token": "new",
                "refresh_token": "new-refresh",
                "expires_in": 600,
                "scope": "read write",
            },
        )

        tokens = await MASTODON.refresh(http, lapsing(server), APP)

        assert (tokens.access, tokens.refresh) == (Secret("new"), Secret("new-refresh"))
        assert tokens.refresh_at is not None
        assert b"grant_type=refresh_token&refresh_token=old-refresh" in server.bodies[0]

    async def test_a_refresh_token_that_is_not_renewed_is_kept(
        self, http: Http, server: Server
    ) -> None:
        says(server, 200, {"access_token": "new", "expires_in": 600, "scope": "read write"})

        tokens = await MASTODON.refresh(http, lapsing(server), APP)

        assert tokens.refresh == Secret("old-refresh")
        assert tokens.lapses_at is None

    @pytest.mark.parametrize(
        ("status", "body", "error"),
        [
            (400, {"error": "invalid_grant"}, Reconnect),
            (401, {"error": "invalid_client"}, Reconnect),
            (500, {"error": "x"}, NotSent),
            (200, {"token_type": "Bearer"}, NotSent),
        ],
    )
    async def test_a_refusal_asks_for_a_person_and_trouble_does_not(
        self, http: Http, server: Server, status: int, body: object, error: type[NetworkError]
    ) -> None:
        says(server, status, body)

        with pytest.raises(error):
            await MASTODON.refresh(http, lapsing(server), APP)

    async def test_no_token_shows_when_renewing_fails(self, http: Http, server: Server) -> None:
        says(server, 403, {"error": "no old-refresh here, secret"})

        with pytest.raises(Refused) as refusal:
            await MASTODON.refresh(http, lapsing(server), APP)

        assert "old-refresh" not in refusal.value.sentence
        assert "secret" not in refusal.value.sentence
