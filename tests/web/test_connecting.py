"""Connecting on a network's own pages, and choosing among what a permission opens."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models.functions import Now
from django.test import Client

from parvis.config.reach import all_networks
from parvis.connections.models import Account, AccountState, Offer
from parvis.connections.oauth import OFFER_LASTS
from parvis.connections.verbs import ask_to_reconnect
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import User, Workspace
from tests.cast import scheduled
from tests.connections.sandboxed import rehearsed, withdraw_permission
from tests.servers.sandbox import RunningSandbox
from tests.web.rehearsing import come_back, one_sandbox, sandbox, sandbox_beside

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox", "sandbox_beside"]  # fixtures


def shown(desk: Client, address: str) -> str:
    return html.unescape(desk.get(address).content.decode())


def chosen_among(desk: Client, sandbox: RunningSandbox) -> str:
    """Where the two Pages that Facebook's permission opens are offered."""
    answer = come_back(desk, sandbox, desk.post("/accounts/rehearse/facebook/"))
    return str(answer["Location"])


@pytest.mark.parametrize("network", ["x", "facebook", "instagram", "linkedin", "threads"])
def test_without_a_developer_app_the_page_leads_to_where_it_is_entered(
    desk: Client, network: str
) -> None:
    page = shown(desk, f"/accounts/connect/{network}/")
    assert "First enter your developer app" in page
    assert "/settings/apps/" in page


def test_leaving_without_a_developer_app_is_told_and_goes_nowhere(desk: Client) -> None:
    answer = desk.post("/accounts/connect/x/", {"way": ""})
    assert answer.status_code == 200
    page = html.unescape(answer.content.decode())
    assert "The developer app for this network is not entered here." in page


def test_a_network_of_two_ways_offers_both(desk: Client) -> None:
    page = shown(desk, "/accounts/connect/linkedin/")
    assert "Yourself alone" in page
    assert "Yourself and your organisations" in page
    assert "publish posts of the organisation <code>w_organization_social</code>" in page


def test_a_network_that_nobody_knows_is_not_found(desk: Client) -> None:
    assert desk.post("/accounts/connect/nowhere/", {"way": ""}).status_code == 404


def test_several_accounts_are_offered_each_marked_as_of_the_sandbox(
    desk: Client, sandbox_beside: RunningSandbox
) -> None:
    page = shown(desk, chosen_among(desk, sandbox_beside))
    assert page.count('name="offer"') == page.count('class="sandbox-mark"') == 2
    assert not Account.objects.exists()


@pytest.mark.parametrize("network", ["mastodon", "x"])
def test_who_denies_the_sandbox_begins_again_where_it_is_offered(
    desk: Client, sandbox_beside: RunningSandbox, network: str
) -> None:
    leaving = desk.post(f"/accounts/rehearse/{network}/")
    state = parse_qs(urlsplit(leaving["Location"]).query)["state"][0]
    denied = desk.get("/accounts/return/", {"error": "access_denied", "state": state})
    assert denied["Location"] == "/accounts/"
    assert "gave no permission" in shown(desk, "/accounts/")


def test_choosing_none_says_so(desk: Client, sandbox_beside: RunningSandbox) -> None:
    answer = desk.post(chosen_among(desk, sandbox_beside))
    assert answer.status_code == 422
    assert "Choose at least one." in answer.content.decode()


def test_both_may_be_chosen(desk: Client, sandbox_beside: RunningSandbox) -> None:
    choice = chosen_among(desk, sandbox_beside)
    every = list(Offer.objects.values_list("pk", flat=True))
    page = html.unescape(desk.post(choice, {"offer": every}, follow=True).content.decode())
    assert page.count('class="notice success"') == 1
    assert re.search(r"2 accounts are connected: [^<]+ \(sandbox\) on Facebook, [^<]+\.<", page)
    assert all(account.is_sandbox for account in Account.objects.all())


def test_an_account_that_is_connected_already_is_ticked(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    desk.post(chosen_among(desk, sandbox_beside), {"offer": Offer.objects.first().pk})
    page = shown(desk, chosen_among(desk, sandbox_beside))
    assert page.partition("</main>")[0].count(" checked>") == 1
    assert "connected already: its permission is renewed" in page


def test_a_choice_counts_once_and_for_an_hour(desk: Client, sandbox_beside: RunningSandbox) -> None:
    choice = chosen_among(desk, sandbox_beside)
    Offer.objects.update(found_at=Now() - OFFER_LASTS)
    page = html.unescape(desk.get(choice, follow=True).content.decode())
    assert "This choice was made already, or an hour has gone by." in page
    assert not Account.objects.exists()


def test_one_click_connects_all_seven(desk: Client, sandbox_beside: RunningSandbox) -> None:
    page = html.unescape(desk.post("/accounts/rehearse/", follow=True).content.decode())
    assert page.count('class="notice success"') == 1
    (accounts,) = re.findall(r"7 accounts are connected: (.+)\.</p>", page)
    assert all(each.count(" (sandbox) on ") == 1 for each in accounts.split(", "))
    assert {each.rpartition(" on ")[2] for each in accounts.split(", ")} == {
        network.label for network in all_networks().values()
    }


def test_one_click_says_in_one_message_what_is_scheduled_again(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    desk.post("/accounts/rehearse/")
    for account in Account.objects.filter(network__in=["x", "mastodon"]):
        scheduled(account, in_=timedelta(days=1))
    Delivery.objects.update(state=State.HELD, reason_code="reconnect")
    page = html.unescape(desk.post("/accounts/rehearse/", follow=True).content.decode())
    assert "2 posts that were held for them are scheduled again.</p>" in page
    assert Delivery.objects.filter(state=State.SCHEDULED).count() == 2


def test_one_click_connects_again_what_was_shut_out(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "bluesky")
    withdraw_permission(sandbox_beside, account)
    ask_to_reconnect(account, "It has ended.")
    desk.post("/accounts/rehearse/")
    account.refresh_from_db()
    assert account.state == AccountState.CONNECTED


def test_one_click_is_told_in_french(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    User.objects.update(language="fr")
    page = html.unescape(desk.post("/accounts/rehearse/", follow=True).content.decode())
    assert "7 comptes sont connectés\xa0: " in page
    assert page.count("(bac à sable) sur ") == 7


def test_bluesky_in_the_sandbox_says_where_its_app_passwords_are_made(
    desk: Client, sandbox_beside: RunningSandbox
) -> None:
    leading = desk.post("/accounts/rehearse/bluesky/")["Location"]
    page = shown(desk, leading)
    assert f"{sandbox_beside.origin('bluesky')}/settings/app-passwords?account=ponts.test" in page
    assert 'class="sandbox-mark"' in page
    assert 'name="server"' not in page


def test_a_sandbox_password_goes_nowhere_when_the_sandbox_is_away(desk: Client) -> None:
    form = {"handle": "ponts.test", "password": "abcd-abcd-abcd-abcd"}
    answer = desk.post("/accounts/connect/bluesky/?sandbox=1", form, follow=True)
    assert "The sandbox does not answer. Nothing was connected." in answer.content.decode()


def test_a_bluesky_server_that_is_named_is_asked_itself(
    desk: Client, sandbox_beside: RunningSandbox
) -> None:
    password = next(
        each["password"]
        for each in sandbox_beside.told("bluesky")["accounts"]
        if each["handle"] == "ponts.test"
    )
    form = {"handle": "ponts.test", "password": password}
    origin = sandbox_beside.origin("bluesky")
    desk.post("/accounts/connect/bluesky/", {**form, "server": origin})
    assert Account.objects.get().server == origin


def test_a_server_that_is_no_address_is_told(desk: Client) -> None:
    form = {"handle": "ponts.test", "password": "abcd-abcd-abcd-abcd", "server": "https://[x"}
    page = desk.post("/accounts/connect/bluesky/", form).content.decode()
    assert "This is not the address of a server. Write it like pds.example.org." in page
