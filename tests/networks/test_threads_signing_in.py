"""Threads: permission, from the page that asks a person to a token that is renewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from parvis.networks.contract import AppRegistration, Connected, OAuthReturn, Secret
from parvis.networks.errors import NotSent, Reconnect, Refused, SlowDown
from parvis.networks.http import Http
from parvis.networks.threads import Threads
from parvis.sandbox.threads import Threads as SandboxThreads
from tests.networks.threads_desk import Desk, desk_in, now
from tests.servers.sandbox import RunningSandbox, running_sandbox

BACK = "http://127.0.0.1:8000/connect/return"
HOUR = 3600
THREADS = Threads()
(WAY,) = THREADS.ways
(APP,) = THREADS.developer_apps


@pytest.fixture(scope="module")
def module_threads() -> Iterator[RunningSandbox]:
    with running_sandbox(only=(SandboxThreads,)) as running:
        yield running


@pytest.fixture
def desk(http: Http, module_threads: RunningSandbox) -> Desk:
    module_threads.reset()
    return desk_in(http, module_threads)


@pytest.fixture
def app(desk: Desk) -> AppRegistration:
    (told,) = desk.sandbox.told("threads")["apps"]
    return AppRegistration(client_id=told["client_id"], client_secret=Secret(told["client_secret"]))


def returned(location: str, redirect_uri: str = BACK) -> OAuthReturn:
    (code,) = parse_qs(urlsplit(location).query)["code"]
    return OAuthReturn(code=code, redirect_uri=redirect_uri, code_verifier=Secret("v"))


def asked_permission(desk: Desk, app: AppRegistration) -> str:
    """Where the browser comes back to after a click on Allow."""
    server = desk.account.server
    url = THREADS.authorise_url(server, WAY, app, BACK, "the-state", "challenge")
    return desk.sandbox.consent(url, "ponts")


async def exchanged(desk: Desk, app: AppRegistration, back: OAuthReturn) -> Connected:
    (connected,) = await THREADS.exchange(desk.http, desk.account.server, WAY, app, back)
    return connected


async def test_the_public_server_is_found_without_a_name(http: Http) -> None:
    assert await THREADS.find_server(http, "") == "https://graph.threads.net"
    assert await THREADS.find_server(http, "http://127.0.0.1:1") == "http://127.0.0.1:1"


def test_the_page_of_permission_is_on_the_site_that_people_know() -> None:
    app = AppRegistration(client_id="9906", client_secret=Secret("s"))
    server = "https://graph.threads.net"

    page = urlsplit(THREADS.authorise_url(server, WAY, app, BACK, "the-state", "challenge"))

    assert (page.netloc, page.path) == ("threads.com", "/oauth/authorize")
    assert {name: values[0] for name, values in parse_qs(page.query).items()} == {
        "client_id": "9906",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": ",".join(WAY.scopes),
        "state": "the-state",
    }


async def test_a_click_on_allow_connects_the_account(desk: Desk, app: AppRegistration) -> None:
    connected = await exchanged(desk, app, returned(asked_permission(desk, app)))

    assert (connected.handle, connected.remote_id) == ("ponts", desk.account.remote_id)
    assert connected.display_name == "Librairie Ponts"
    expires_at = connected.tokens.expires_at
    assert expires_at is not None
    assert timedelta(days=59) < expires_at - now() <= timedelta(days=60)
    assert connected.tokens.scopes == WAY.scopes


async def test_the_token_that_is_kept_can_post(desk: Desk, app: AppRegistration) -> None:
    connected = await exchanged(desk, app, returned(asked_permission(desk, app)))
    desk.account = replace(desk.account, tokens=connected.tokens)

    await desk.post("Bonjour")

    assert await THREADS.check(desk.http, desk.account) == "ponts"
    assert desk.texts() == ["Bonjour"]


async def test_a_code_is_good_once(desk: Desk, app: AppRegistration) -> None:
    back = returned(asked_permission(desk, app))
    await exchanged(desk, app, back)

    with pytest.raises(Refused) as refusal:
        await exchanged(desk, app, back)

    assert refusal.value.code == "code-refused"
    assert "begin again" in refusal.value.sentence


async def test_a_code_is_good_for_an_hour(desk: Desk, app: AppRegistration) -> None:
    back = returned(asked_permission(desk, app))
    desk.sandbox.advance(HOUR + 1)

    with pytest.raises(Refused) as refusal:
        await exchanged(desk, app, back)

    assert refusal.value.code == "code-refused"


async def test_another_address_to_come_back_to_is_refused(desk: Desk, app: AppRegistration) -> None:
    back = returned(asked_permission(desk, app), "http://127.0.0.1:8000/elsewhere")

    with pytest.raises(Refused) as refusal:
        await exchanged(desk, app, back)

    assert refusal.value.code == "code-refused"


async def test_the_owners_app_is_checked(desk: Desk, app: AppRegistration) -> None:
    server = desk.account.server
    await THREADS.check_app(desk.http, server, APP, app)
    wrong = replace(app, client_secret=Secret("not-the-secret"))

    with pytest.raises(Refused) as refusal:
        await THREADS.check_app(desk.http, server, APP, wrong)

    assert refusal.value.code == "bad-app"


async def test_a_limit_says_nothing_of_the_app(desk: Desk, app: AppRegistration) -> None:
    desk.order("rate-limit", "token", seconds=60)

    with pytest.raises(SlowDown):
        await THREADS.check_app(desk.http, desk.account.server, APP, app)


async def test_a_token_is_renewed_for_60_days_more(desk: Desk) -> None:
    desk.sandbox.advance(7 * 24 * HOUR)

    tokens = await THREADS.refresh(desk.http, desk.account, None)
    desk.account = replace(desk.account, tokens=tokens)
    desk.sandbox.advance(58 * 24 * HOUR)

    assert tokens.access != desk_in(desk.http, desk.sandbox).account.tokens.access
    assert await THREADS.check(desk.http, desk.account) == "ponts"


async def test_a_token_that_is_too_young_keeps_the_account(desk: Desk) -> None:
    with pytest.raises((Refused, NotSent)):
        await THREADS.refresh(desk.http, desk.account, None)

    assert await THREADS.check(desk.http, desk.account) == "ponts"


async def test_a_lapsed_token_cannot_be_renewed(desk: Desk) -> None:
    desk.sandbox.advance(61 * 24 * HOUR)

    with pytest.raises(Reconnect) as lapsed:
        await THREADS.refresh(desk.http, desk.account, None)

    assert "connect the account again" in lapsed.value.sentence


async def test_a_token_that_is_known_to_have_lapsed_is_not_even_asked_for(desk: Desk) -> None:
    ended = replace(desk.account.tokens, expires_at=now() - timedelta(days=1))
    desk.account = replace(desk.account, tokens=ended)

    with pytest.raises(Reconnect):
        await THREADS.refresh(desk.http, desk.account, None)

    assert desk.calls("token") == []


async def test_no_secret_of_signing_in_is_metered(desk: Desk, app: AppRegistration) -> None:
    calls: list[object] = []
    desk.http = desk.http.metered(calls.append)
    back = returned(asked_permission(desk, app))

    connected = await exchanged(desk, app, back)

    shown = repr((calls, connected, back))
    for secret in (back.code, app.client_secret.reveal(), connected.tokens.access.reveal()):
        assert secret not in shown
