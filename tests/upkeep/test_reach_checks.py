"""Whether networks find this desk: each way in which they do not is told by its own sentence."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from asgiref.sync import async_to_sync
from django.conf import settings

from parvis.connections.models import Account
from parvis.connections.verbs import disconnect
from parvis.networks.http import Http
from parvis.upkeep.findings import Finding, Weight
from parvis.upkeep.reach_checks import examine_reach, try_address
from tests.compose.reach import fetching
from tests.networks.loopback import LOOPBACK, dead_port
from tests.upkeep.certificates import vouched_for_by_nobody
from tests.web.running import RunningDesk, running_desk

__all__ = ["running_desk"]


async def tried(origin: str) -> Finding:
    async with Http(allow_private_hosts=LOOPBACK) as http:
        return await try_address(http, origin, [])


async def tried_where(answer: web.Response, context: ssl.SSLContext | None = None) -> Finding:
    """At a server that answers everything like this."""

    async def answered(request: web.Request) -> web.Response:
        return answer

    site = web.Application()
    site.router.add_route("*", "/{path:.*}", answered)
    server = TestServer(site, scheme="https" if context else "http")
    await server.start_server(ssl=context)
    try:
        return await tried(f"{server.scheme}://127.0.0.1:{server.port}")
    finally:
        await server.close()


# Trying an address


def test_a_desk_that_answers_is_found(running_desk: RunningDesk) -> None:
    found = async_to_sync(tried)(running_desk.url)
    assert (found.check, found.weight) == ("public-address", Weight.FINE)
    assert running_desk.url in found.sentence


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.Response(text="Welcome to another site"), "gives another answer"),
        (web.Response(status=404), "gives another answer than this desk would (404)"),
        (web.Response(status=502), "does not reach Parvis"),
        (web.Response(status=301, headers={"Location": "https://www.example.org"}), "sends on"),
    ],
    ids=["another site", "nothing there", "nobody behind", "moved"],
)
async def test_an_address_that_leads_elsewhere_is_told(answer: web.Response, said: str) -> None:
    found = await tried_where(answer)
    assert found.weight is Weight.WARNING
    assert said in found.sentence


async def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    found = await tried_where(web.Response(), vouched_for_by_nobody(tmp_path))
    assert "The certificate at https://127.0.0.1" in found.sentence


async def test_a_name_that_nobody_knows_is_told() -> None:
    found = await tried("https://desk.invalid")
    assert "The name in the public address https://desk.invalid is unknown" in found.sentence


async def test_an_address_where_nothing_listens_is_told() -> None:
    found = await tried(f"http://127.0.0.1:{dead_port()}")
    assert "Nothing can be reached" in found.sentence


async def test_the_probes_address_is_not_told() -> None:
    found = await tried_where(web.Response(status=404))
    assert "/media/open/" not in str(found.facts)


# What the settings say


def examined(public: str) -> Finding:
    installed = replace(settings.INSTALLATION, public_url=public, private_hosts=frozenset())
    (found,) = examine_reach(installed)
    assert found.sentence
    return found


@pytest.mark.django_db
def test_no_address_is_needed_where_no_network_fetches(ponts: Account) -> None:
    assert examined("").weight is Weight.FINE


@pytest.mark.django_db
def test_an_account_that_waits_for_an_address_is_named(ponts: Account) -> None:
    fetching(ponts)
    found = examined("")
    assert found.weight is Weight.FAULT
    assert str(ponts) in found.sentence
    assert "PARVIS_PUBLIC_URL" in found.sentence


@pytest.mark.django_db
def test_a_sandbox_account_waits_for_no_public_address(ponts: Account) -> None:
    Account.objects.filter(pk=fetching(ponts).pk).update(is_sandbox=True)
    assert examined("").weight is Weight.FINE


@pytest.mark.django_db
def test_a_disconnected_account_waits_for_nothing(ponts: Account) -> None:
    disconnect(fetching(ponts))
    assert examined("").weight is Weight.FINE


@pytest.mark.django_db
def test_an_address_that_is_not_https_is_told_by_whether_it_matters(ponts: Account) -> None:
    found = examined("http://desk.example.org")
    assert found.weight is Weight.WARNING
    assert "not https" in found.sentence
    fetching(ponts)
    assert examined("http://desk.example.org").weight is Weight.FAULT


@pytest.mark.django_db
def test_an_address_that_is_private_from_here_is_told(ponts: Account) -> None:
    assert "leads to a private address" in examined("https://127.0.0.1").sentence
