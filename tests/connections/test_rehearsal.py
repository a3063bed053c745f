"""Connecting accounts of the sandbox by the steps by which real ones are connected."""

import asyncio
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync

from parvis.config.reach import new_http
from parvis.connections import client_apps, rehearsal, verbs
from parvis.connections.models import Account, AccountState, OwnedApp
from parvis.connections.refresh import with_new_tokens
from parvis.networks.errors import NetworkError
from parvis.people.models import Workspace
from tests.cast import connect
from tests.connections.sandboxed import (
    lapse,
    one_sandbox,
    rehearsed,
    renew_due,
    sandbox,
    withdraw_permission,
)
from tests.servers.sandbox import RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["one_sandbox", "sandbox"]  # fixtures


def test_an_account_of_each_network_is_connected_with_one_click(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    accounts = [rehearsal.rehearse_with(workspace, stage) for stage in rehearsal.stages()]

    assert {account.network for account in accounts} == {
        "x",
        "facebook",
        "instagram",
        "linkedin",
        "threads",
        "mastodon",
        "bluesky",
    }
    assert all(account.is_sandbox and account.can_publish for account in accounts)
    for account in accounts:
        assert account.server == sandbox.origin(account.network)


def test_a_sandbox_that_is_just_started_again_is_not_waited_for_long(settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        control = f"http://127.0.0.1:{held.getsockname()[1]}"
        settings.INSTALLATION = replace(settings.INSTALLATION, sandbox=control)
        asked_at = time.monotonic()
        with pytest.raises(NetworkError):
            rehearsal.stages()
        assert time.monotonic() - asked_at < 15


def test_tokens_are_renewed_before_they_lapse_though_nothing_is_due(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    assert renew_due() == 0
    lapse(account)
    before = verbs.speaking_as(account).tokens

    assert renew_due() == 1

    account.refresh_from_db()
    after = verbs.speaking_as(account).tokens
    assert after.access != before.access
    assert after.refresh != before.refresh
    assert account.refresh_at is not None
    assert account.refresh_at > datetime.now(UTC)


def test_two_workers_that_renew_at_once_spend_one_refresh_token(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    lapse(account)

    async def renew_twice() -> list[object]:
        mine = await Account.objects.aget(pk=account.pk)
        theirs = await Account.objects.aget(pk=account.pk)
        async with new_http() as http:
            return await asyncio.gather(with_new_tokens(http, mine), with_new_tokens(http, theirs))

    first, second = async_to_sync(renew_twice)()

    assert first.tokens == second.tokens  # type: ignore[attr-defined]
    spent = [call for call in sandbox.calls("x") if call["purpose"] == "token"]
    assert len(spent) == 2  # the sign-in, and one renewal
    account.refresh_from_db()
    assert account.can_publish


def test_a_network_that_does_not_answer_is_asked_again_later(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    lapse(account)
    sandbox.order("x", "error-before", on="token")

    renew_due()

    account.refresh_from_db()
    assert account.can_publish
    assert account.refresh_at is not None
    assert account.refresh_at > datetime.now(UTC)
    assert account.refresh_lease_until is None


def test_a_permission_that_was_withdrawn_asks_for_a_person(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    lapse(account)
    withdraw_permission(sandbox, account)

    renew_due()

    account.refresh_from_db()
    assert account.state == AccountState.NEEDS_RECONNECT
    assert account.problem


def test_a_forgotten_developer_app_does_not_cost_the_account(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    lapse(account)
    OwnedApp.objects.all().delete()

    renew_due()

    account.refresh_from_db()
    assert (account.state, account.problem_code) == (AccountState.CONNECTED, "no-app")
    assert "settings" in account.problem
    assert verbs.speaking_as(account).tokens.refresh is not None


def test_the_account_goes_on_once_its_developer_app_is_entered_again(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    lapse(account)
    OwnedApp.objects.all().delete()
    renew_due()
    stage = rehearsal.stage_of("x")
    assert stage is not None
    assert stage.app is not None
    client_apps.keep_app("x", stage.app, is_sandbox=True)
    account.refresh_from_db()
    verbs.renew_at_once(account)

    assert renew_due() == 1

    account.refresh_from_db()
    assert (account.problem, account.problem_code) == ("", "")
    assert account.token_expires_at is not None
    assert account.token_expires_at > datetime.now(UTC)


def test_a_server_that_knows_this_program_by_itself_renews_with_what_it_gave(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "mastodon")
    found = async_to_sync(client_apps.app_of)(account)
    assert found is not None
    assert found.client_id


@pytest.mark.parametrize(
    ("server", "is_sandbox"),
    [
        ("http://127.0.0.1:8606", True),
        ("http://localhost:8606", True),
        ("http://127.0.0.1:9000", False),
        ("https://social.example.org", False),
    ],
)
def test_what_lives_at_the_sandboxs_address_is_marked_whoever_typed_it(
    workspace: Workspace, settings, server: str, is_sandbox: bool
) -> None:
    settings.INSTALLATION = replace(settings.INSTALLATION, sandbox="http://127.0.0.1:8600")
    found = _without_refresh(connect(workspace, "mastodon", "ponts"))
    account = verbs.keep_connected(workspace, replace(found, server=server))
    assert account.is_sandbox is is_sandbox


def test_connecting_again_keeps_the_refresh_token_that_a_consent_did_not_repeat(
    sandbox: RunningSandbox, workspace: Workspace
) -> None:
    account = rehearsed(workspace, "x")
    tokens = verbs.speaking_as(account).tokens
    assert tokens.refresh is not None
    again = verbs.keep_connected(workspace, _without_refresh(account), is_sandbox=True)

    assert again.pk == account.pk
    assert verbs.speaking_as(again).tokens.refresh == tokens.refresh


def _without_refresh(account: Account) -> verbs.Connected:
    speaking = verbs.speaking_as(account)
    return verbs.Connected(
        network=speaking.network,
        server=speaking.server,
        remote_id=speaking.remote_id,
        handle=speaking.handle,
        display_name="Librairie Ponts",
        tokens=replace(speaking.tokens, refresh=None),
        traits=speaking.traits,
    )
