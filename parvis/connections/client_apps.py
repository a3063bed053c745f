"""The apps in whose name this installation asks for permission: each network calls it a client.

Some servers register this program by themselves (Mastodon's); at the other networks the owner
registers a developer app by hand, and enters its credentials here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from asgiref.sync import async_to_sync
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from parvis.config.reach import all_networks, new_http
from parvis.connections.models import Account, AccountState, OwnedApp, RegisteredApp
from parvis.connections.sealing import CannotUnseal, seal, unseal
from parvis.networks.contract import (
    AppRegistration,
    DeveloperApp,
    NeedsDeveloperApp,
    RegistersItself,
    Secret,
    SignsInWithOAuth,
    Way,
)
from parvis.networks.errors import Blocked, Refused
from parvis.networks.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class AppToEnter:
    """A developer app, which networks use it, and what must be said at the network: its scopes."""

    app: DeveloperApp
    networks: tuple[str, ...]
    scopes: tuple[str, ...]


def apps_to_enter() -> list[AppToEnter]:
    """One of each name, in the order of the networks."""
    return [
        AppToEnter(
            app=app,
            networks=tuple(name for name, way in _ways() if way.app == app.name),
            scopes=_scopes_asked_by(app.name),
        )
        for app in _developer_apps().values()
    ]


def app_to_enter(name: str) -> AppToEnter | None:
    return next((entry for entry in apps_to_enter() if entry.app.name == name), None)


def check_app(name: str, given: AppRegistration) -> bool:
    """Asks the network. False where it has no way to tell; Refused when it does not know them."""

    async def ask() -> None:
        async with new_http() as http:
            server = await cast(SignsInWithOAuth, module).find_server(http, "")
            await module.check_app(http, server, _developer_apps()[name], given)

    module = _network_of(name)
    try:
        async_to_sync(ask)()
    except Refused as refusal:
        if refusal.code != "cannot-check-app":
            raise
        return False
    return True


def as_given(name: str, client_id: str, client_secret: Secret) -> AppRegistration:
    """What a person entered. With the ID that is kept already, an empty secret is the kept one:
    it is never shown, so nobody can write it again from here."""
    kept = entered_apps().get(name)
    if kept and kept.client_id == client_id and not client_secret.reveal():
        return _opened_owned(kept)
    return AppRegistration(client_id=client_id, client_secret=client_secret)


def keep_app(
    name: str, given: AppRegistration, *, is_sandbox: bool = False, checked: bool = False
) -> OwnedApp:
    """In the place of what was entered before."""
    sealed = seal(given.client_secret.reveal(), purpose=_owned_purpose(name, is_sandbox))
    app, _ = OwnedApp.objects.update_or_create(
        name=name,
        is_sandbox=is_sandbox,
        defaults={
            "client_id": given.client_id,
            "sealed_secret": sealed,
            "checked_at": Now() if checked else None,
        },
    )
    return app


def forget_app(name: str) -> None:
    """Accounts that were connected with it go on until their tokens must be renewed."""
    OwnedApp.objects.filter(name=name, is_sandbox=False).delete()


def entered_apps() -> dict[str, OwnedApp]:
    """By name; those of real networks."""
    return {app.name: app for app in OwnedApp.objects.filter(is_sandbox=False)}


async def app_for(
    http: Http, network: str, server: str, way: Way, redirect_uri: str, *, is_sandbox: bool
) -> AppRegistration:
    """The client that asks. Raises Blocked when the owner has entered none."""
    if not way.app:
        return await _registered_app(http, network, server, redirect_uri)
    owned = await OwnedApp.objects.filter(name=way.app, is_sandbox=is_sandbox).afirst()
    if owned is None:
        raise Blocked(
            "no-app",
            f"No developer app is entered for {all_networks()[network].label}. Enter its "
            "credentials in the settings, then connect the account.",
            network=all_networks()[network].label,
        )
    return _opened_owned(owned)


async def app_of(account: Account) -> AppRegistration | None:
    """The client that the account was connected with; None where there is none, or none any
    more: a network module that needs it says so then."""
    way = _way_of(account)
    if way is None:
        return None
    if not way.app:
        return await _registered_at(account)
    owned = await OwnedApp.objects.filter(name=way.app, is_sandbox=account.is_sandbox).afirst()
    return _opened_owned(owned) if owned else None


def app_shared_by(account: Account) -> tuple[str, ...]:
    """Names the client that the account was connected with: all accounts of the same name draw on
    the same limits of the app. An account that no client connected stands for itself."""
    way = _way_of(account)
    if way is None:
        return ("account", str(account.pk))
    if way.app:
        return ("app", way.app, "sandbox" if account.is_sandbox else "")
    return ("server", account.network, account.server)


def accounts_sharing_the_app_of(account: Account) -> QuerySet[Account]:
    """With itself among them, in every workspace."""
    way = _way_of(account)
    if way is None:
        return Account.objects.filter(pk=account.pk)
    if not way.app:
        return Account.objects.filter(
            network=account.network, server=account.server, way=account.way
        )
    same = Q(pk=account.pk)
    for network, other in _ways():
        if other.app == way.app:
            same |= Q(network=network, way=other.name)
    return Account.objects.filter(same, is_sandbox=account.is_sandbox)


def accounts_connected_with(name: str) -> list[Account]:
    """Those of real networks, in every workspace, that this developer app renews."""
    through = [network for network, way in _ways() if way.app == name]
    known = Account.objects.filter(network__in=through, is_sandbox=False)
    return [
        account
        for account in known.exclude(state=AccountState.DISCONNECTED)
        if (way := _way_of(account)) and way.app == name
    ]


def ways_of(network: str) -> tuple[Way, ...]:
    """Empty for a network that does not sign in on its own pages."""
    found: tuple[Way, ...] = getattr(all_networks().get(network), "ways", ())
    return found


def forget_apps_that_cannot_be_unsealed() -> None:
    """What servers gave is asked for anew; what the owner entered must be entered again."""
    for registered in RegisteredApp.objects.all():
        if not _opens(_opened_registered, registered):
            registered.delete()
    for owned in OwnedApp.objects.all():
        if not _opens(_opened_owned, owned):
            owned.delete()


def _opens(opened: object, app: object) -> bool:
    assert callable(opened)
    try:
        opened(app)
    except CannotUnseal:
        return False
    return True


def _developer_apps() -> dict[str, DeveloperApp]:
    apps: dict[str, DeveloperApp] = {}
    for network in all_networks().values():
        for app in getattr(network, "developer_apps", ()):
            apps.setdefault(app.name, app)
    return apps


def _network_of(name: str) -> NeedsDeveloperApp:
    for network in all_networks().values():
        if any(app.name == name for app in getattr(network, "developer_apps", ())):
            return cast(NeedsDeveloperApp, network)
    raise LookupError(name)


def _ways() -> Iterator[tuple[str, Way]]:
    for network in all_networks().values():
        for way in ways_of(network.name):
            yield network.name, way


def _scopes_asked_by(app: str) -> tuple[str, ...]:
    asked = [scope for _, way in _ways() if way.app == app for scope in way.scopes]
    return tuple(dict.fromkeys(asked))


def _way_of(account: Account) -> Way | None:
    return next((way for way in ways_of(account.network) if way.name == account.way), None)


async def _registered_at(account: Account) -> AppRegistration | None:
    """The newest: it is not kept which return address an account came by, and that changes with
    the desk's own address alone."""
    known = RegisteredApp.objects.filter(network=account.network, server=account.server)
    newest = await known.order_by("-registered_at").afirst()
    return _opened_registered(newest) if newest else None


async def _registered_app(
    http: Http, network: str, server: str, redirect_uri: str
) -> AppRegistration:
    known = await RegisteredApp.objects.filter(
        network=network, server=server, redirect_uri=redirect_uri
    ).afirst()
    if known:
        return _opened_registered(known)
    return await _register(http, network, server, redirect_uri)


async def _register(http: Http, network: str, server: str, redirect_uri: str) -> AppRegistration:
    module = cast(RegistersItself, all_networks()[network])
    app = await module.register_app(http, server, redirect_uri)
    secret = seal(app.client_secret.reveal(), purpose=_registered_purpose(network, server))
    kept, _ = await RegisteredApp.objects.aget_or_create(
        network=network,
        server=server,
        redirect_uri=redirect_uri,
        defaults={"client_id": app.client_id, "sealed_secret": secret},
    )
    return _opened_registered(kept)


def _opened_registered(app: RegisteredApp) -> AppRegistration:
    purpose = _registered_purpose(app.network, app.server)
    return AppRegistration(
        client_id=app.client_id,
        client_secret=Secret(unseal(bytes(app.sealed_secret), purpose=purpose)),
    )


def _opened_owned(app: OwnedApp) -> AppRegistration:
    purpose = _owned_purpose(app.name, app.is_sandbox)
    return AppRegistration(
        client_id=app.client_id,
        client_secret=Secret(unseal(bytes(app.sealed_secret), purpose=purpose)),
    )


def _registered_purpose(network: str, server: str) -> str:
    return f"app:{network}:{server}"


def _owned_purpose(name: str, is_sandbox: bool) -> str:
    return f"owned app:{name}:{'sandbox' if is_sandbox else ''}"
