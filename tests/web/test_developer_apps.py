"""The owner's developer apps: what to do at the network, and what is kept here."""

import html

import pytest
from django.test import Client

from parvis.connections import client_apps
from parvis.connections.models import Account, OwnedApp
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.networks.contract import AppRegistration, Secret
from parvis.people.models import Workspace
from tests.cast import connect, scheduled
from tests.servers.sandbox import RunningSandbox
from tests.web.rehearsing import one_sandbox, sandbox, sandbox_beside

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox", "sandbox_beside"]  # fixtures

APPS = ("x", "meta", "instagram", "linkedin", "threads")


@pytest.fixture
def x_is_the_sandbox(
    sandbox_beside: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> AppRegistration:
    """X lives at another address here; the credentials that it knows."""
    monkeypatch.setattr("parvis.networks.x.network.API", sandbox_beside.origin("x"))
    known = sandbox_beside.told("x")["apps"][0]
    return AppRegistration(
        client_id=known["client_id"], client_secret=Secret(known["client_secret"])
    )


def enter(desk: Client, client_id: str, client_secret: str, app: str = "x") -> str:
    form = {"client_id": client_id, "client_secret": client_secret}
    answer = desk.post(f"/settings/apps/{app}/", form, follow=True)
    return html.unescape(answer.content.decode())


def kept(name: str = "x") -> AppRegistration:
    return client_apps.as_given(name, OwnedApp.objects.get(name=name).client_id, Secret(""))


@pytest.mark.parametrize("app", APPS)
def test_each_app_says_which_address_and_permissions_to_enter(
    desk: Client, settings, app: str
) -> None:
    settings.PUBLIC_URL = "https://desk.ponts.example.org"
    page = desk.get(f"/settings/apps/{app}/").content.decode()
    assert 'value="https://desk.ponts.example.org/accounts/return/" readonly' in page
    entry = client_apps.app_to_enter(app)
    assert entry is not None
    assert all(f"<code>{scope}</code>" in page for scope in entry.scopes)
    assert "It begins with http://." not in page


def test_an_address_that_networks_may_refuse_is_said(desk: Client) -> None:
    assert "It begins with http://." in desk.get("/settings/apps/x/").content.decode()


@pytest.mark.parametrize(
    ("app", "named"),
    [
        ("x", "Web App, Automated App or Bot"),
        ("meta", "App Review"),
        ("linkedin", "Community Management API"),
        ("linkedin", "Sign in with LinkedIn using OpenID Connect"),
        ("threads", "Access the Threads API"),
        ("instagram", "Instagram app secret"),
    ],
)
def test_the_guide_names_the_networks_own_products(desk: Client, app: str, named: str) -> None:
    assert named in html.unescape(desk.get(f"/settings/apps/{app}/").content.decode())


def test_credentials_that_the_network_knows_are_kept(
    desk: Client, x_is_the_sandbox: AppRegistration
) -> None:
    page = enter(desk, x_is_the_sandbox.client_id, x_is_the_sandbox.client_secret.reveal())
    assert "X knows these credentials. They are kept, sealed." in page
    assert kept() == x_is_the_sandbox
    assert OwnedApp.objects.get().checked_at is not None


def test_credentials_that_it_does_not_know_are_not_kept_nor_shown_again(
    desk: Client, x_is_the_sandbox: AppRegistration
) -> None:
    page = enter(desk, x_is_the_sandbox.client_id, "made-up-secret")
    assert "does not know these credentials" in page
    assert "made-up-secret" not in page
    assert not OwnedApp.objects.exists()


def test_a_network_that_cannot_be_found_is_said_and_only_the_secret_is_asked_for_again(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parvis.networks.x.network.API", "https://api.x.invalid")
    page = enter(desk, "an-app", "a secret of the shop")
    assert "No server named “api.x.invalid” could be found. Nothing was kept." in page
    assert "whether this machine reaches the internet" in page
    assert 'value="an-app"' in page
    assert "a secret of the shop" not in page
    assert not OwnedApp.objects.exists()


def test_an_empty_secret_keeps_the_one_that_is_sealed(
    desk: Client, x_is_the_sandbox: AppRegistration
) -> None:
    enter(desk, x_is_the_sandbox.client_id, x_is_the_sandbox.client_secret.reveal())
    page = enter(desk, x_is_the_sandbox.client_id, "")
    assert "They are kept, sealed." in page
    assert kept().client_secret == x_is_the_sandbox.client_secret


def test_another_app_does_not_inherit_the_secret(x_is_the_sandbox: AppRegistration) -> None:
    client_apps.keep_app("x", x_is_the_sandbox)
    given = client_apps.as_given("x", "another-app", Secret(""))
    assert given.client_secret.reveal() == ""


def test_the_secret_is_on_no_page(desk: Client, x_is_the_sandbox: AppRegistration) -> None:
    client_apps.keep_app("x", x_is_the_sandbox)
    for address in ("/settings/apps/", "/settings/apps/x/", "/settings/"):
        page = desk.get(address).content.decode()
        assert x_is_the_sandbox.client_secret.reveal() not in page


def test_forgetting_says_so_and_what_was_connected_stays(
    desk: Client, workspace: Workspace, x_is_the_sandbox: AppRegistration
) -> None:
    client_apps.keep_app("x", x_is_the_sandbox)
    account = connect(workspace, "x", "ponts")
    assert "1 account was connected with it." in desk.get("/settings/apps/x/").content.decode()
    page = desk.post("/settings/apps/x/forget/", follow=True).content.decode()
    assert "The credentials of X are forgotten here." in page
    assert not OwnedApp.objects.exists()
    account.refresh_from_db()
    assert account.can_publish


def test_entering_it_again_lets_go_what_was_held_for_want_of_it(
    desk: Client, workspace: Workspace, x_is_the_sandbox: AppRegistration
) -> None:
    account = connect(workspace, "x", "ponts")
    delivery = scheduled(account)
    Delivery.objects.update(state=State.HELD, reason_code="no-app")
    Account.objects.update(problem="No app.", problem_code="no-app")
    page = enter(desk, x_is_the_sandbox.client_id, x_is_the_sandbox.client_secret.reveal())
    delivery.refresh_from_db()
    account.refresh_from_db()
    assert "1 post that was held for want of them is scheduled again." in page
    assert (delivery.state, account.problem) == (State.SCHEDULED, "")


def test_an_app_that_no_network_asks_for_has_no_page(desk: Client) -> None:
    assert desk.get("/settings/apps/mastodon/").status_code == 404
