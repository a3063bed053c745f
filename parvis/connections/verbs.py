"""What can be done about accounts."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from parvis.config.reach import all_networks, new_http
from parvis.connections.models import Account, AccountState, RegisteredApp
from parvis.connections.sealing import (
    CannotUnseal,
    seal,
    seal_tokens,
    unseal,
    unseal_tokens,
)
from parvis.networks import contract
from parvis.networks.contract import (
    AppRegistration,
    Connected,
    OAuthReturn,
    Secret,
    SignsInWithOAuth,
    SignsInWithPassword,
    SignsInWithToken,
    Tokens,
)
from parvis.networks.http import Http
from parvis.people.models import Workspace

REFRESH_AHEAD = timedelta(minutes=10)
REFRESH_LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departing:
    """A browser about to leave for a network's page; kept in its session until it returns."""

    url: str
    network: str
    server: str
    redirect_uri: str
    state: str
    code_verifier: Secret


def connect_with_password(
    workspace: Workspace, network: str, handle: str, password: Secret
) -> Account:
    """`handle` as the network writes it. Raises a NetworkError whose code says what to do."""

    async def sign_in() -> Connected:
        async with new_http() as http:
            module = cast(SignsInWithPassword, all_networks()[network])
            return await module.sign_in(http, handle, password)

    return keep_connected(workspace, async_to_sync(sign_in)())


def connect_with_token(workspace: Workspace, network: str, server: str, token: Secret) -> Account:
    async def connect() -> Connected:
        async with new_http() as http:
            module = cast(SignsInWithToken, all_networks()[network])
            return await module.connect_with_token(http, server, token)

    return keep_connected(workspace, async_to_sync(connect)())


def begin_oauth(network: str, server: str, redirect_uri: str) -> Departing:
    """Registers this installation at the server if need be, and says where to send the browser."""

    async def begin() -> Departing:
        async with new_http() as http:
            origin = await module.find_server(http, server)
            app = await _registered_app(http, network, origin, redirect_uri)
            state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
            url = module.authorise_url(origin, app, redirect_uri, state, _s256(verifier))
            return Departing(
                url=url,
                network=network,
                server=origin,
                redirect_uri=redirect_uri,
                state=state,
                code_verifier=Secret(verifier),
            )

    module = cast(SignsInWithOAuth, all_networks()[network])
    return async_to_sync(begin)()


def finish_oauth(workspace: Workspace, departed: Departing, code: str) -> Account:
    returned = OAuthReturn(
        code=code, redirect_uri=departed.redirect_uri, code_verifier=departed.code_verifier
    )

    async def finish() -> Connected:
        async with new_http() as http:
            app = await _registered_app(
                http, departed.network, departed.server, departed.redirect_uri
            )
            return await module.exchange(http, departed.server, app, returned)

    module = cast(SignsInWithOAuth, all_networks()[departed.network])
    return keep_connected(workspace, async_to_sync(finish)())


@transaction.atomic
def keep_connected(workspace: Workspace, found: Connected) -> Account:
    """Connecting an account again renews its tokens and keeps everything that hangs on it."""
    account, _ = Account.objects.update_or_create(
        workspace=workspace,
        network=found.network,
        server=found.server,
        remote_id=found.remote_id,
        defaults={
            "handle": found.handle,
            "display_name": found.display_name,
            "stored_traits": found.traits.to_json(),
            "state": AccountState.CONNECTED,
            "problem": "",
            "problem_code": "",
            "problem_facts": {},
            "waits_until": None,
        },
    )
    keep_tokens(account, found.tokens)
    return account


def keep_tokens(account: Account, tokens: Tokens) -> None:
    """Stores new tokens before anything uses them: a single-use refresh token is dead already."""
    account.sealed_tokens = seal_tokens(tokens, purpose=_purpose(account))
    account.token_expires_at = tokens.expires_at
    account.scopes = list(tokens.scopes)
    account.refresh_lease_until = None
    Account.objects.filter(pk=account.pk).update(
        sealed_tokens=account.sealed_tokens,
        token_expires_at=account.token_expires_at,
        scopes=account.scopes,
        refresh_lease_until=None,
        refreshed_at=Now(),
    )


def disconnect(account: Account) -> None:
    """Destroys the tokens. History stays, and so do scheduled posts: they are held, not lost."""
    Account.objects.filter(pk=account.pk).update(
        state=AccountState.DISCONNECTED,
        sealed_tokens=None,
        token_expires_at=None,
        scopes=[],
        problem="",
        problem_code="",
        problem_facts={},
    )


def ask_to_reconnect(
    account: Account, problem: str, *, code: str = "", facts: Mapping[str, str | int] | None = None
) -> None:
    """`problem` is a plain sentence; `code` and `facts` let a page tell it in another language."""
    Account.objects.filter(pk=account.pk, state=AccountState.CONNECTED).update(
        state=AccountState.NEEDS_RECONNECT,
        problem=problem,
        problem_code=code,
        problem_facts=dict(facts or {}),
    )


def hold_calls_until(account: Account, until: datetime) -> None:
    """A limit of the network's: nothing is sent for this account before `until`."""
    Account.objects.filter(pk=account.pk).filter(
        Q(waits_until__isnull=True) | Q(waits_until__lt=until)
    ).update(waits_until=until)


def speaking_as(account: Account) -> contract.Account:
    """The account as its network module sees it, tokens unsealed."""
    assert account.sealed_tokens is not None, "a disconnected account cannot speak"
    return contract.Account(
        network=account.network,
        server=account.server,
        remote_id=account.remote_id,
        handle=account.handle,
        tokens=unseal_tokens(bytes(account.sealed_tokens), purpose=_purpose(account)),
        traits=account.traits,
    )


def lapses_soon(account: Account, now: datetime) -> bool:
    return account.token_expires_at is not None and account.token_expires_at < now + REFRESH_AHEAD


def lease_refresh(account: Account) -> bool:
    """Only one process may refresh: the second would spend a refresh token that is dead by then."""
    taken = Account.objects.filter(pk=account.pk, refreshed_at=account.refreshed_at).filter(
        Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=Now())
    )
    return taken.update(refresh_lease_until=Now() + REFRESH_LEASE) == 1


def give_refresh_back(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(refresh_lease_until=None)


def accounts_of(workspace: Workspace) -> list[Account]:
    return list(
        Account.objects.filter(workspace=workspace).exclude(state=AccountState.DISCONNECTED)
    )


def accounts_that_cannot_be_unsealed() -> list[Account]:
    """Those whose tokens another sealing key has sealed than the one that is here."""
    return [a for a in Account.objects.exclude(sealed_tokens=None) if not _can_be_unsealed(a)]


def ask_to_reconnect_what_cannot_be_unsealed() -> list[Account]:
    """After the key has changed. What servers gave this installation is asked for anew as well."""
    unopened = accounts_that_cannot_be_unsealed()
    for account in unopened:
        ask_to_reconnect(
            account,
            "The key that sealed this account’s tokens is no longer here.",
            code="cannot-unseal",
        )
    for app in RegisteredApp.objects.all():
        try:
            _opened(app)
        except CannotUnseal:
            app.delete()
    return unopened


def _can_be_unsealed(account: Account) -> bool:
    try:
        speaking_as(account)
    except CannotUnseal:
        return False
    return True


async def _registered_app(
    http: Http, network: str, server: str, redirect_uri: str
) -> AppRegistration:
    known = await RegisteredApp.objects.filter(
        network=network, server=server, redirect_uri=redirect_uri
    ).afirst()
    return _opened(known) if known else await _register(http, network, server, redirect_uri)


async def _register(http: Http, network: str, server: str, redirect_uri: str) -> AppRegistration:
    module = cast(SignsInWithOAuth, all_networks()[network])
    app = await module.register_app(http, server, redirect_uri)
    secret = seal(app.client_secret.reveal(), purpose=_app_purpose(network, server))
    kept, _ = await RegisteredApp.objects.aget_or_create(
        network=network,
        server=server,
        redirect_uri=redirect_uri,
        defaults={"client_id": app.client_id, "sealed_secret": secret},
    )
    return _opened(kept)


def _opened(app: RegisteredApp) -> AppRegistration:
    purpose = _app_purpose(app.network, app.server)
    return AppRegistration(
        client_id=app.client_id,
        client_secret=Secret(unseal(bytes(app.sealed_secret), purpose=purpose)),
    )


def _purpose(account: Account) -> str:
    return f"tokens:{account.network}:{account.server}:{account.remote_id}"


def _app_purpose(network: str, server: str) -> str:
    return f"app:{network}:{server}"


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
