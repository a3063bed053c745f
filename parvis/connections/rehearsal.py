"""Accounts of the sandbox: the same networks on this machine, where everything can be rehearsed.

They are connected by the same steps as real ones. Where a person would click Allow on a page, the
sandbox's control says where that click would lead.
"""

from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from yarl import URL

from parvis.config.reach import all_networks, new_http
from parvis.connections.client_apps import keep_app, ways_of
from parvis.connections.models import Account
from parvis.connections.oauth import Departing, begin_oauth, finish_oauth
from parvis.connections.verbs import connect_with_password, keep_connected
from parvis.networks.contract import AppRegistration, Secret
from parvis.networks.errors import NetworkError, NotSent
from parvis.people.models import Workspace

# Nobody's browser goes there: the control hands the address over instead.
_RETURN = "http://127.0.0.1/return"
# `parvis up` holds the sandbox’s ports while it starts it again: one waits there, and the page of
# accounts must not wait for long.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One network in the sandbox. `origin` serves its API and its pages; `app` is None where no
    developer app is asked for."""

    network: str
    label: str
    origin: str
    app: AppRegistration | None
    handle: str
    password: Secret

    @property
    def passwords_page(self) -> str:
        """Where the sandbox's Bluesky makes app passwords; other networks have none."""
        return f"{self.origin}/settings/app-passwords"


def is_offered() -> bool:
    """Whether a sandbox runs beside this installation."""
    return bool(settings.INSTALLATION.sandbox)


def stages() -> list[Stage]:
    """Every network that the sandbox stands in for. Raises NotSent when it does not answer."""
    known = all_networks()
    return [_stage(told) for told in _control("networks") if told["name"] in known]


def stage_of(network: str) -> Stage | None:
    """None where no sandbox is offered, or it does not answer."""
    try:
        found = stages() if is_offered() else []
    except NetworkError:
        return None
    return next((stage for stage in found if stage.network == network), None)


def has_pages(stage: Stage) -> bool:
    """Whether one signs in there on the network's own pages; else with a password."""
    return bool(ways_of(stage.network))


def rehearse_with(workspace: Workspace, stage: Stage) -> Account:
    """Connects one account of the sandbox's network, with no page in between."""
    if not has_pages(stage):
        return connect_with_password(
            workspace,
            stage.network,
            stage.handle,
            stage.password,
            server=stage.origin,
            is_sandbox=True,
        )
    departing = begin_at(stage, _RETURN)
    consent = _control("consent", {"url": departing.url, "account": stage.handle})
    found = finish_oauth(departing, URL(consent["location"]).query["code"])
    return keep_connected(workspace, found[0], is_sandbox=True)


def begin_at(stage: Stage, redirect_uri: str, *, way: str = "") -> Departing:
    """For a browser that goes to the sandbox's own pages."""
    for each in ways_of(stage.network):
        if each.app and stage.app:
            keep_app(each.app, stage.app, is_sandbox=True, checked=True)
    return begin_oauth(stage.network, stage.origin, redirect_uri, way=way, is_sandbox=True)


def _stage(told: dict[str, Any]) -> Stage:
    owner = next(each for each in told["accounts"] if each["signs_in"])
    return Stage(
        network=told["name"],
        label=told["label"],
        origin=told["origin"],
        app=next((_app(app) for app in told["apps"]), None),
        handle=owner["handle"],
        password=Secret(owner["password"]),
    )


def _app(told: dict[str, Any]) -> AppRegistration:
    return AppRegistration(client_id=told["client_id"], client_secret=Secret(told["client_secret"]))


def _control(path: str, asked: dict[str, Any] | None = None) -> Any:
    async def ask() -> Any:
        async with new_http() as http:
            url = f"{settings.INSTALLATION.sandbox}/{path}"
            if asked is None:
                answer = await http.get(
                    url, network="sandbox", purpose="rehearse", seconds=_PATIENCE
                )
            else:
                answer = await http.post(
                    url, network="sandbox", purpose="rehearse", seconds=_PATIENCE, json=asked
                )
            if not answer.ok:
                raise NotSent("sandbox-refused", answer.clean(answer.body.decode(errors="replace")))
            return answer.json()

    return async_to_sync(ask)()
