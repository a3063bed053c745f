"""The accounts of a campaign: people of the sandbox, connected as their owner would do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from yarl import URL

from parvis.connections import rehearsal
from parvis.connections.models import Account
from parvis.connections.oauth import finish_oauth
from parvis.connections.rehearsal import Stage
from parvis.connections.verbs import keep_connected
from parvis.networks.contract import Connected, Secret
from parvis.people.models import Workspace
from tests.faults.options import Options
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
    known = set(
        Account.objects.filter(workspace=account.workspace, network=account.network).values_list(
            "remote_id", flat=True
        )
    )
    found = _found(stage, account.handle, account.workspace, sandbox, way=account.way)
    return [
        one if isinstance(one, Account) else keep_connected(account.workspace, one, is_sandbox=True)
        for one in found
        if one.remote_id in known
    ]


def _connect(
    stage: Stage, count: int, workspace: Workspace, sandbox: SandboxControl
) -> Iterator[Account]:
    told = sandbox.told(stage.network)["accounts"]
    owners = [each for each in told if each["is_owner"] and _speaks_for_itself(each)]
    owners += sandbox.let_in(stage.network, max(1, count - len(owners)))
    if not owners[0]["signs_in"]:
        # A Page does not sign in: the permission of who manages them opens all of them.
        yield from (_kept(workspace, each) for each in _all_pages(stage, sandbox)[:count])
        return
    if stage.network == "linkedin":
        yield _kept(workspace, _organisation(stage, sandbox))
        count -= 1
    for owner in owners[:count]:
        found = _found(stage, owner["handle"], workspace, sandbox)[0]
        yield found if isinstance(found, Account) else _kept(workspace, found)


def _speaks_for_itself(told: dict[str, Any]) -> bool:
    """A Page is opened by who manages it, an organisation of LinkedIn in another way."""
    return bool(told["signs_in"] or told["kind"] == "page")


def _all_pages(stage: Stage, sandbox: SandboxControl) -> tuple[Connected, ...]:
    return _consented(stage, "", sandbox, way="")


def _organisation(stage: Stage, sandbox: SandboxControl) -> Connected:
    """Of the first member's, and in the way in which LinkedIn lets its posts be read."""
    found = _consented(stage, "", sandbox, way=_MANAGING)
    return next(each for each in found if "organization" in each.remote_id)


def _found(
    stage: Stage, handle: str, workspace: Workspace, sandbox: SandboxControl, *, way: str = ""
) -> tuple[Connected | Account, ...]:
    if rehearsal.has_pages(stage):
        return _consented(stage, _who_clicks(stage, handle, way), sandbox, way=way)
    told = sandbox.told(stage.network)["accounts"]
    password = next(each["password"] for each in told if each["handle"] == handle)
    at = replace(stage, handle=handle, password=Secret(password))
    return (rehearsal.rehearse_with(workspace, at),)


def _who_clicks(stage: Stage, handle: str, way: str) -> str:
    """On the page of permission: the account itself, or the first one there where a person manages
    others' accounts."""
    return "" if stage.network == "facebook" or way == _MANAGING else handle.partition("@")[0]


def _consented(
    stage: Stage, handle: str, sandbox: SandboxControl, *, way: str
) -> tuple[Connected, ...]:
    departing = rehearsal.begin_at(stage, _RETURN, way=way)
    returned = URL(sandbox.consent(departing.url, handle))
    return finish_oauth(departing, returned.query["code"])


def _kept(workspace: Workspace, found: Connected) -> Account:
    return keep_connected(workspace, found, is_sandbox=True)
