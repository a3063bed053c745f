"""Connecting and disconnecting accounts, against real servers."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from parvis.config.reach import all_networks
from parvis.connections.models import Account, AccountState
from parvis.deliver.states import State
from parvis.networks.errors import NotSent, Refused
from tests.cast import connect, scheduled
from tests.servers.asking import ask
from tests.servers.bluesky import BlueskyAccount, BlueskyServer
from tests.servers.mastodon import MastodonServer
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

TOMORROW = timedelta(days=1)
NOT_OURS = "does not belong to a sign-in that began in this browser"


@pytest.fixture
def bluesky(bluesky_server: BlueskyServer, settings):
    """Parvis looks accounts up at the test's own Bluesky."""
    settings.INSTALLATION = replace(
        settings.INSTALLATION,
        plc_directory=bluesky_server.plc_url,
        bluesky_entryway=bluesky_server.url,
    )
    all_networks.cache_clear()
    yield bluesky_server
    all_networks.cache_clear()


def connect_bluesky(desk: Client, handle: str, password: str):
    form = {"handle": handle, "password": password}
    return desk.post("/accounts/connect/bluesky/", form, follow=True)


def test_a_bluesky_account_is_connected_with_its_app_password(
    desk: Client, bluesky: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    page = connect_bluesky(desk, bluesky_account.handle, bluesky_account.app_password)
    account = Account.objects.get()
    assert (account.remote_id, account.state) == (bluesky_account.did, AccountState.CONNECTED)
    assert f"{bluesky_account.handle} is connected." in page.content.decode()


def test_a_wrong_app_password_is_said_and_not_shown_again(
    desk: Client, bluesky: BlueskyServer, bluesky_account: BlueskyAccount
) -> None:
    answer = connect_bluesky(desk, bluesky_account.handle, "abcd-abcd-abcd-abcd")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The handle or the app password is wrong." in page
    assert f'value="{bluesky_account.handle}"' in page
    assert "abcd-abcd" not in page
    assert not Account.objects.exists()


def test_a_handle_that_nobody_has_is_said(desk: Client, bluesky: BlueskyServer) -> None:
    page = connect_bluesky(desk, "nobody-at-all.test", "abcd-abcd-abcd-abcd").content.decode()
    assert "No account nobody-at-all.test was found." in page


def test_a_handle_that_is_none_is_said_with_an_example(desk: Client) -> None:
    page = connect_bluesky(desk, "ponts", "abcd-abcd-abcd-abcd").content.decode()
    assert "“ponts” is not a whole handle. Write it like alice.bsky.social." in page


def leave_for(desk: Client, server: MastodonServer):
    """The query with which the browser arrives at the server's page, and that page's address."""
    answer = desk.post("/accounts/connect/mastodon/", {"server": server.url})
    parts = urlsplit(answer["Location"])
    return {name: values[0] for name, values in parse_qs(parts.query).items()}, parts


def allow(server: MastodonServer, query: dict[str, str]) -> dict[str, str]:
    """What `ponts` does on the server's page; the query with which the browser comes back."""
    form = {name: query[name] for name in ("redirect_uri", "client_id", "scope", "state")}
    answer = ask("POST", f"{server.url}/oauth/authorize", form={**form, "username": "ponts"})
    returned = urlsplit(str(answer.headers["Location"]))
    return {name: values[0] for name, values in parse_qs(returned.query).items()}


def test_connecting_mastodon_goes_to_the_server_and_comes_back_connected(
    desk: Client, mastodon_server: MastodonServer
) -> None:
    query, page = leave_for(desk, mastodon_server)
    assert f"{page.scheme}://{page.netloc}{page.path}" == f"{mastodon_server.url}/oauth/authorize"
    assert query["redirect_uri"] == "http://testserver/accounts/return/"
    assert query["code_challenge_method"] == "S256"
    answer = desk.get("/accounts/return/", allow(mastodon_server, query), follow=True)
    assert Account.objects.get().handle.startswith("ponts@")
    assert "is connected." in answer.content.decode()


def test_the_return_address_is_the_public_one_behind_a_proxy(
    desk: Client, mastodon_server: MastodonServer, settings
) -> None:
    settings.PUBLIC_URL = "https://desk.ponts.example.org"
    query, _ = leave_for(desk, mastodon_server)
    assert query["redirect_uri"] == "https://desk.ponts.example.org/accounts/return/"


def test_a_return_with_another_state_is_refused(
    desk: Client, mastodon_server: MastodonServer
) -> None:
    query, _ = leave_for(desk, mastodon_server)
    returned = {**allow(mastodon_server, query), "state": "another"}
    page = desk.get("/accounts/return/", returned, follow=True).content.decode()
    assert NOT_OURS in page
    assert not Account.objects.exists()


def test_a_return_counts_once(desk: Client, mastodon_server: MastodonServer) -> None:
    query, _ = leave_for(desk, mastodon_server)
    returned = allow(mastodon_server, query)
    desk.get("/accounts/return/", returned)
    again = desk.get("/accounts/return/", returned, follow=True).content.decode()
    assert NOT_OURS in again
    assert Account.objects.count() == 1


def test_a_refused_return_cannot_be_tried_again_with_the_right_state(
    desk: Client, mastodon_server: MastodonServer
) -> None:
    query, _ = leave_for(desk, mastodon_server)
    returned = allow(mastodon_server, query)
    desk.get("/accounts/return/", {**returned, "state": "another"})
    desk.get("/accounts/return/", returned)
    assert not Account.objects.exists()


def test_a_return_to_another_browser_is_refused(
    desk: Client, mastodon_server: MastodonServer, alice
) -> None:
    query, _ = leave_for(desk, mastodon_server)
    other = Client()
    other.force_login(alice)
    page = other.get("/accounts/return/", allow(mastodon_server, query), follow=True)
    assert NOT_OURS in page.content.decode()
    assert not Account.objects.exists()


def test_saying_no_on_the_servers_page_is_no_error_of_ours(
    desk: Client, mastodon_server: MastodonServer
) -> None:
    query, _ = leave_for(desk, mastodon_server)
    denied = {"error": "access_denied", "state": query["state"]}
    page = desk.get("/accounts/return/", denied, follow=True).content.decode()
    assert "The network gave no permission. Nothing was connected" in page


def test_a_server_that_is_no_mastodon_is_said_and_what_was_typed_is_kept(
    desk: Client, bluesky_server: BlueskyServer
) -> None:
    answer = desk.post("/accounts/connect/mastodon/", {"server": bluesky_server.url})
    page = answer.content.decode()
    assert "does not speak Mastodon’s language" in page
    assert f'value="{bluesky_server.url}"' in page


def test_a_private_server_is_not_called(desk: Client, settings) -> None:
    settings.INSTALLATION = replace(settings.INSTALLATION, private_hosts=frozenset())
    page = desk.post("/accounts/connect/mastodon/", {"server": "https://10.0.0.7"})
    assert "10.0.0.7 leads to a private address" in page.content.decode()


def test_a_token_made_by_hand_connects_too(desk: Client, mastodon_server: MastodonServer) -> None:
    form = {"server": mastodon_server.url, "token": mastodon_server.token}
    page = desk.post("/accounts/connect/mastodon/token/", form, follow=True).content.decode()
    assert "is connected." in page
    assert mastodon_server.token not in page


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotSent("unreachable", "…", host="a.example"), "a.example cannot be reached at present"),
        (Refused("moved", "…", host="a.example", target="b.example"), "Write b.example instead"),
        (
            Refused("new-code", "A sentence of the network’s own."),
            "A sentence of the network’s own",
        ),
        (Refused("moved", "A sentence without facts."), "A sentence without facts."),
    ],
)
def test_every_error_of_connecting_is_a_sentence(
    desk: Client, monkeypatch, error: Refused, sentence: str
) -> None:
    def fail(*_: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("parvis.web.views.oauth.begin_oauth", fail)
    answer = desk.post("/accounts/connect/mastodon/", {"server": "a.example"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_chromium_may_be_sent_to_a_network_from_the_mastodon_form_alone(desk: Client) -> None:
    def policy(address: str) -> str:
        return desk.get(address)["Content-Security-Policy"]

    assert "form-action 'self' https:" in policy("/accounts/connect/mastodon/")
    assert policy("/accounts/").endswith("form-action 'self'")


def test_disconnecting_asks_first_and_says_what_will_be_held(desk: Client, ponts: Account) -> None:
    scheduled(ponts, in_=TOMORROW)
    page = desk.get(f"/accounts/{ponts.pk}/disconnect/").content.decode()
    assert "What becomes of its 1 scheduled post?" in page
    assert "Nothing is lost: they go out once the account is connected again." in page
    ponts.refresh_from_db()
    assert ponts.state == AccountState.CONNECTED


def test_disconnecting_destroys_the_tokens_and_holds_what_was_scheduled(
    desk: Client, ponts: Account
) -> None:
    delivery = scheduled(ponts, in_=TOMORROW)
    page = desk.post(f"/accounts/{ponts.pk}/disconnect/", follow=True).content.decode()
    ponts.refresh_from_db()
    delivery.refresh_from_db()
    assert (ponts.sealed_tokens, delivery.state) == (None, State.HELD)
    assert "1 scheduled post is held until you connect it again." in page


def test_connecting_again_schedules_what_was_held(
    desk: Client, mastodon_server: MastodonServer
) -> None:
    form = {"server": mastodon_server.url, "token": mastodon_server.token}
    desk.post("/accounts/connect/mastodon/token/", form)
    account = Account.objects.get()
    delivery = scheduled(account, in_=TOMORROW)
    desk.post(f"/accounts/{account.pk}/disconnect/")
    page = desk.post("/accounts/connect/mastodon/token/", form, follow=True).content.decode()
    delivery.refresh_from_db()
    assert delivery.state == State.SCHEDULED
    assert "1 post that was held for it is scheduled again." in page


def test_an_account_that_must_reconnect_shows_its_problem_and_the_way_out(
    desk: Client, ponts: Account
) -> None:
    Account.objects.update(state=AccountState.NEEDS_RECONNECT, problem="The session is dead.")
    page = desk.get("/accounts/").content.decode()
    assert "The session is dead." in page
    assert f"/accounts/{ponts.pk}/reconnect/" in page
    way_out = desk.get(f"/accounts/{ponts.pk}/reconnect/")
    assert way_out["Location"] == f"/accounts/connect/bluesky/?handle={ponts.handle}"


def test_a_disconnected_account_stays_listed_with_its_history(desk: Client, ponts: Account) -> None:
    desk.post(f"/accounts/{ponts.pk}/disconnect/")
    page = desk.get("/accounts/").content.decode()
    assert "Its history stays." in page
    assert desk.get(f"/accounts/{ponts.pk}/disconnect/").status_code == 404


def test_tokens_are_in_no_page(desk: Client, ponts: Account) -> None:
    delivery = scheduled(ponts)
    for address in ("/", "/accounts/", "/posts/", f"/posts/{delivery.post_id}/"):
        assert "the access token" not in desk.get(address).content.decode()


def test_hostile_names_are_escaped(desk: Client, workspace) -> None:
    connect(workspace, handle="<script>alert(1)</script>")
    for address in ("/", "/accounts/"):
        assert "<script>alert" not in desk.get(address).content.decode()


def test_the_list_of_accounts_asks_the_database_as_often_for_many(desk: Client, workspace) -> None:
    connect(workspace, handle="first.example.org")
    desk.get("/accounts/")
    few = queries(desk, "/accounts/")
    for number in range(8):
        connect(workspace, handle=f"shop{number}.example.org")
    assert queries(desk, "/accounts/") == few
