"""Accounts of the sandbox, connected by the steps by which real ones are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings

from parvis.config.reach import all_networks, new_http
from parvis.connections import rehearsal, verbs
from parvis.connections.models import Account
from parvis.connections.refresh import refresh_what_is_due
from parvis.networks.errors import Expired, Reconnect
from parvis.people.models import Workspace
from tests.servers.sandbox import RunningSandbox, running_sandbox


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
