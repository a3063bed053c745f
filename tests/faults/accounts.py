"""The accounts of a campaign: people of the sandbox, connected as their owner would do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from yarl import URL

from parvis.connections import rehearsal
from parvis.connections.models import Account
from parvis.connections.oauth import finish_oauth
from parvis.connections.rehearsal import Stage
from parvis.connections.verbs import keep_connected
from parvis.networks.contract import Connected, Secret
from parvis.people.models import Workspace
from tests.faults.options import Options
from tests.faults.reading import author_of
from tests.servers.sandbox import SandboxControl

_MANAGING = "organisations"
_RETURN = "http://127.0.0.1/return"
Accounts = dict[str, list[Account]]


def connect_accounts(options: Options, workspace: Workspace, sandbox: SandboxControl) -> Accounts:
    """`options.accounts` of each network, by network."""
    stages = {stage.network: stage for stage in rehearsal.stages()}
    return {
        network: list(_connect(stages[network], options.accounts, workspace, sandbox))
        for network in options.networks
    }


def connect_again(account: Account, sandbox: SandboxControl) -> list[Account]:
    """Asks for permission anew. Answers all that it opens: a person's Pages come as one."""
    stage = next(each for each in rehearsal.stages() if each.network == account.network)
    same = Account.objects.filter(workspace=account.workspace, network=account.network)
    known = set(same.values_list("remote_id", flat=True))
    found = _found(stage, _owner_of(account, sandbox), account.workspace, way=account.way)
    return [
        one if isinstance(one, Account) else _kept(account.workspace, one)
        for one in found
        if one.remote_id in known
    ]


def _owner_of(account: Account, sandbox: SandboxControl) -> dict[str, Any]:
    """As the sandbox tells of it: handles there are not always those that an API answers."""
    told = sandbox.told(account.network)["accounts"]
    handle = account.handle.partition("@")[0]
    return next(
        each
        for each in told
        if each["is_owner"]
        and (each["remote_id"] == author_of(account) or each["handle"] == handle)
    )


def _connect(
    stage: Stage, count: int, workspace: Workspace, sandbox: SandboxControl
) -> Iterator[Account]:
    told = sandbox.told(stage.network)["accounts"]
    owners = [each for each in told if each["is_owner"]]
    owners += sandbox.let_in(stage.network, max(1, count - len(owners)))
    if stage.network == "facebook":
        # The permission of who manages the Pages opens all of them at once.
        yield from (_kept(workspace, each) for each in _consented(stage, "", way="")[:count])
        return
    for owner in owners[:count]:
        found = _found(stage, owner, workspace, way="" if owner["signs_in"] else _MANAGING)
        ours = next(each for each in found if _is_of(owner, each))
        yield ours if isinstance(ours, Account) else _kept(workspace, ours)


def _is_of(owner: dict[str, Any], found: Connected | Account) -> bool:
    """A member who manages an organisation opens both."""
    return (owner["kind"] == "organisation") == ("organization" in found.remote_id)


def _found(
    stage: Stage, owner: dict[str, Any], workspace: Workspace, *, way: str
) -> tuple[Connected | Account, ...]:
    if rehearsal.has_pages(stage):
        return _consented(stage, owner["handle"] if owner["signs_in"] else "", way=way)
    at = replace(stage, handle=owner["handle"], password=Secret(owner["password"]))
    return (rehearsal.rehearse_with(workspace, at),)


def _consented(stage: Stage, handle: str, *, way: str) -> tuple[Connected, ...]:
    """`handle` is who clicks on Allow, the first one there if it is empty."""
    departing = rehearsal.begin_at(stage, _RETURN, way=way)
    sandbox = SandboxControl(settings.INSTALLATION.sandbox)
    returned = URL(sandbox.consent(departing.url, handle))
    return finish_oauth(departing, returned.query["code"])


def _kept(workspace: Workspace, found: Connected) -> Account:
    return keep_connected(workspace, found, is_sandbox=True)
