"""Connecting accounts of the sandbox by the steps by which real ones are connected."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from parvis.config.reach import all_networks, new_http
from parvis.connections import rehearsal, verbs
from parvis.connections.models import Account, AccountState
from parvis.connections.refresh import refresh_what_is_due, with_new_tokens
from parvis.networks.errors import Expired, Reconnect
from parvis.people.models import Workspace
from tests.servers.sandbox import RunningSandbox, running_sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def one_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(one_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    one_sandbox.reset()
    usual = settings.INSTALLATION
    settings.INSTALLATION = replace(usual, sandbox=one_sandbox.control)
    try:
        yield one_sandbox
    finally:
        settings.INSTALLATION = usual


def rehearsed(workspace: Workspace, network: str) -> Account:
    stage = next(stage for stage in rehearsal.stages() if stage.network == network)
    return rehearsal.rehearse_with(workspace, stage)


def lapse(account: Account) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    Account.objects.filter(pk=account.pk).update(token_expires_at=past, refresh_at=past)
    account.refresh_from_db()


def renew_due() -> int:
    async def renew() -> int:
        async with new_http() as http:
            return await refresh_what_is_due(http)

    return async_to_sync(renew)()


def withdraw_permission(sandbox: RunningSandbox, account: Account) -> None:
    """As its owner does in the network's settings: the next call finds it gone."""

    async def call() -> None:
        async with new_http() as http:
            await all_networks()[account.network].check(http, verbs.speaking_as(account))

    sandbox.order(account.network, "revoked-token")
    with pytest.raises((Expired, Reconnect)):
        async_to_sync(call)()


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
