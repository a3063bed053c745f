"""One account's page, and what can be done about it there."""

import html
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from parvis.connections.models import Account, AccountState, Allowance
from parvis.connections.verbs import hold_calls_until
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from tests.cast import connect, scheduled
from tests.connections.sandboxed import rehearsed, withdraw_permission
from tests.servers.sandbox import RunningSandbox
from tests.web.rehearsing import allowed, come_back, one_sandbox, sandbox, sandbox_beside

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox", "sandbox_beside"]  # fixtures

TOMORROW = timedelta(days=1)


def shown(desk: Client, address: str) -> str:
    return html.unescape(desk.get(address).content.decode())


def posted(desk: Client, address: str) -> str:
    return html.unescape(desk.post(address, follow=True).content.decode())


def test_it_says_how_it_came_here_what_it_may_do_and_what_it_carries(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    page = shown(desk, f"/accounts/{account.pk}/")
    assert "On X’s own page, through your developer app." in page
    assert "publish posts <code>tweet.write</code>" in page
    assert "Text: 280 characters; many signs and every emoji count as 2." in page
    assert "No end is foreseen." in page
    assert 'class="sandbox-mark"' in page


def test_it_says_when_the_permission_ends_and_what_stops_then(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "linkedin")
    assert account.lapses_at is not None
    page = shown(desk, f"/accounts/{account.pk}/")
    assert f"{account.lapses_at.astimezone(workspace.zone):%A} " in page
    assert "only by you: connect it again" in page
    assert "What is scheduled is held, not lost" in page


def test_every_account_leads_from_the_list_to_its_page(desk: Client, ponts: Account) -> None:
    assert f'href="/accounts/{ponts.pk}/"' in shown(desk, "/accounts/")


def test_a_living_connection_is_said_to_live(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    page = posted(desk, f"/accounts/{account.pk}/check/")
    assert "The network knows ponts (sandbox), and takes what is kept." in page


def test_a_new_handle_is_kept_when_the_network_tells_it(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    Account.objects.update(handle="alice")
    posted(desk, f"/accounts/{account.pk}/check/")
    account.refresh_from_db()
    assert account.handle == "ponts"


def test_a_dead_connection_is_said_and_waits_to_be_connected_again(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "facebook")
    withdraw_permission(sandbox_beside, account)
    page = posted(desk, f"/accounts/{account.pk}/check/")
    account.refresh_from_db()
    assert "no longer accepts this permission" in page
    assert account.state == AccountState.NEEDS_RECONNECT


def test_a_network_that_does_not_answer_changes_nothing(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    sandbox_beside.order("x", "error-before")
    page = posted(desk, f"/accounts/{account.pk}/check/")
    account.refresh_from_db()
    assert "trouble of its own" in page
    assert account.state == AccountState.CONNECTED


def test_the_limits_are_read_again_from_the_network(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "mastodon")
    limit = account.traits.text_limit
    Account.objects.update(stored_traits={**account.stored_traits, "text_limit": 7})
    page = posted(desk, f"/accounts/{account.pk}/limits/")
    account.refresh_from_db()
    assert "The limits are as the network states them now." in page
    assert account.traits.text_limit == limit != 7


def test_connecting_again_goes_the_same_way_and_keeps_what_is_scheduled(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "linkedin")
    delivery = scheduled(account, in_=TOMORROW)
    Account.objects.update(state=AccountState.NEEDS_RECONNECT, problem="It has ended.")
    Delivery.objects.update(state=State.HELD, reason_code="reconnect")

    come_back(desk, sandbox_beside, desk.post(f"/accounts/{account.pk}/reconnect/"))

    account.refresh_from_db()
    delivery.refresh_from_db()
    assert (account.state, account.way, account.problem) == ("connected", "member", "")
    assert delivery.state == State.SCHEDULED
    assert Account.objects.count() == 1


def test_signing_in_as_somebody_else_is_told(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    leaving = desk.post(f"/accounts/{account.pk}/reconnect/")
    back = allowed(sandbox_beside, leaving, as_="ponts_events")
    page = html.unescape(desk.get(back, follow=True).content.decode())
    assert "ponts_events (sandbox) is connected." in page
    assert "ponts (sandbox) is not connected again: the network signed in another account." in page


def test_a_network_without_pages_of_its_own_asks_for_the_password_again(
    desk: Client, sandbox_beside: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "bluesky")
    answer = desk.get(f"/accounts/{account.pk}/reconnect/")
    assert answer["Location"] == "/accounts/connect/bluesky/?handle=ponts.test&sandbox=1"


def test_a_disconnected_account_keeps_its_page_and_cannot_be_asked(
    desk: Client, ponts: Account
) -> None:
    desk.post(f"/accounts/{ponts.pk}/disconnect/")
    assert "disconnected" in shown(desk, f"/accounts/{ponts.pk}/")
    assert desk.post(f"/accounts/{ponts.pk}/check/").status_code == 404


def test_a_lapse_stands_on_today_with_what_is_scheduled_after_it(
    desk: Client, workspace: Workspace
) -> None:
    ends = datetime.now(UTC) + timedelta(days=3)
    account = connect(workspace, lapses_at=ends)
    scheduled(account, in_=timedelta(days=1))
    scheduled(account, in_=timedelta(days=5))
    page = shown(desk, "/")
    day = ends.astimezone(workspace.zone)
    assert f"Bluesky’s permission for ponts.example.org ends on {day:%A} {day.day} {day:%B}" in page
    assert "1 post is scheduled after it." in page
    assert f'href="/accounts/{account.pk}/reconnect/"' in page
    assert "only you can renew it" in shown(desk, "/accounts/")


def test_a_far_end_is_no_card_on_today(desk: Client, workspace: Workspace) -> None:
    connect(workspace, lapses_at=datetime.now(UTC) + timedelta(days=50))
    assert "permission for" not in shown(desk, "/")


def test_a_connected_account_that_cannot_be_renewed_says_so(desk: Client, ponts: Account) -> None:
    Account.objects.update(problem="In English.", problem_code="no-app")
    page = shown(desk, "/accounts/")
    assert "The developer app that this account was connected with is no longer in" in page
    assert 'href="/settings/apps/"' in page


def test_it_says_what_its_network_still_allows_and_who_shares_it(
    desk: Client, ponts: Account
) -> None:
    now = datetime.now(UTC)
    for remaining, reset_at, kept in (
        (287, now + timedelta(minutes=5), {"limit": 300, "bucket": "publish"}),
        (0, now + timedelta(minutes=5), {"limit": 200, "bucket": "publish a day", "scope": "app"}),
        (88, None, {"limit": 100, "bucket": "usage"}),
        (7, now - timedelta(minutes=5), {"limit": 8, "bucket": "media"}),
        (1, None, {"limit": 8, "bucket": "a kind that a later version knows"}),
    ):
        Allowance.objects.create(account=ponts, remaining=remaining, reset_at=reset_at, **kept)
    page = " ".join(shown(desk, f"/accounts/{ponts.pk}/").split())
    assert "<dt>Posts</dt> <dd>287 of 300 left, for this account alone" in page
    assert "<dt>Posts of a day</dt> <dd>used up, shared by all accounts of the developer" in page
    assert "<dt>Use of the API</dt> <dd>12% used, for this account alone" in page
    assert "7 of 8 left" not in page


def test_an_account_that_waits_for_a_limit_says_until_when(desk: Client, ponts: Account) -> None:
    assert "lets this account post again" not in shown(desk, f"/accounts/{ponts.pk}/")
    hold_calls_until(ponts, datetime.now(UTC) + timedelta(minutes=5))
    page = shown(desk, f"/accounts/{ponts.pk}/")
    assert "Bluesky lets this account post again" in page
    assert "What is due goes out then, by itself." in page
