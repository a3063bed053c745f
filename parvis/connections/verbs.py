"""What can be done about accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Least, Now

from parvis.config.reach import all_networks, new_http, stands_in_the_sandbox
from parvis.connections.client_apps import (
    accounts_sharing_the_app_of,
    forget_apps_that_cannot_be_unsealed,
)
from parvis.connections.models import Account, AccountState
from parvis.connections.sealing import CannotUnseal, seal_tokens, unseal_tokens
from parvis.networks import contract
from parvis.networks.contract import (
    Connected,
    Secret,
    SignsInWithPassword,
    SignsInWithToken,
    Tokens,
    Traits,
)
from parvis.people.models import Workspace

REFRESH_AHEAD = timedelta(minutes=10)
REFRESH_LEASE = timedelta(seconds=60)
REFRESH_AGAIN = timedelta(minutes=2)
LAPSE_ANNOUNCED = timedelta(days=10)
SPREAD = timedelta(seconds=5)


def connect_with_password(
    workspace: Workspace,
    network: str,
    handle: str,
    password: Secret,
    *,
    server: str = "",
    is_sandbox: bool = False,
) -> Account:
    """`handle` as the network writes it; `server` is found from it unless it is named.

    Raises a NetworkError whose code says what to do.
    """

    async def sign_in() -> Connected:
        async with new_http() as http:
            module = cast(SignsInWithPassword, all_networks()[network])
            return await module.sign_in(http, handle, password, server)

    return keep_connected(workspace, async_to_sync(sign_in)(), is_sandbox=is_sandbox)


def connect_with_token(workspace: Workspace, network: str, server: str, token: Secret) -> Account:
    async def connect() -> Connected:
        async with new_http() as http:
            module = cast(SignsInWithToken, all_networks()[network])
            return await module.connect_with_token(http, server, token)

    return keep_connected(workspace, async_to_sync(connect)())


@transaction.atomic
def keep_connected(workspace: Workspace, found: Connected, *, is_sandbox: bool = False) -> Account:
    """Connecting an account again renews its tokens and keeps everything that hangs on it. What
    lives at the sandbox's address is of the sandbox, also when a person typed that address."""
    account, is_new = Account.objects.update_or_create(
        workspace=workspace,
        network=found.network,
        server=found.server,
        remote_id=found.remote_id,
        defaults={
            "handle": found.handle,
            "display_name": found.display_name,
            "way": found.way,
            "is_sandbox": is_sandbox or stands_in_the_sandbox(found.server),
            "stored_traits": found.traits.to_json(),
            "state": AccountState.CONNECTED,
            "problem": "",
            "problem_code": "",
            "problem_facts": {},
            "waits_until": None,
        },
    )
    keep_tokens(account, found.tokens if is_new else _with_old_refresh(account, found))
    return account


def _with_old_refresh(account: Account, found: Connected) -> Tokens:
    """A consent that is repeated may bring no refresh token: the one that is kept still holds."""
    if found.tokens.refresh or account.sealed_tokens is None:
        return found.tokens
    try:
        kept = unseal_tokens(bytes(account.sealed_tokens), purpose=_purpose(account))
    except CannotUnseal:
        return found.tokens
    return replace(found.tokens, refresh=kept.refresh)


def keep_tokens(account: Account, tokens: Tokens) -> None:
    """Stores new tokens before anything uses them: a single-use refresh token is dead already."""
    account.sealed_tokens = seal_tokens(tokens, purpose=_purpose(account))
    account.token_expires_at = tokens.expires_at
    account.refresh_at = tokens.refresh_at
    account.lapses_at = tokens.lapses_at
    account.scopes = list(tokens.scopes)
    account.refresh_lease_until = None
    Account.objects.filter(pk=account.pk).update(
        sealed_tokens=account.sealed_tokens,
        token_expires_at=account.token_expires_at,
        refresh_at=account.refresh_at,
        lapses_at=account.lapses_at,
        scopes=account.scopes,
        refresh_lease_until=None,
        refreshed_at=Now(),
    )
    forget_trouble(account)


def keep_handle(account: Account, handle: str) -> None:
    """As the network calls the account now: people rename themselves."""
    account.handle = handle
    Account.objects.filter(pk=account.pk).update(handle=handle)


def keep_traits(account: Account, traits: Traits) -> None:
    """The limits as the network has just stated them."""
    Account.objects.filter(pk=account.pk).update(stored_traits=traits.to_json())


def disconnect(account: Account) -> None:
    """Destroys the tokens. History stays, and so do scheduled posts: they are held, not lost."""
    Account.objects.filter(pk=account.pk).update(
        state=AccountState.DISCONNECTED,
        sealed_tokens=None,
        token_expires_at=None,
        refresh_at=None,
        lapses_at=None,
        scopes=[],
        problem="",
        problem_code="",
        problem_facts={},
    )


def pause(account: Account) -> None:
    """Nothing goes out of it until it is resumed. What is being sent just now ends."""
    Account.objects.filter(pk=account.pk, paused_at=None).update(paused_at=Now())


def resume(account: Account) -> None:
    """deliver.pausing.resume holds what became due meanwhile: ask for that one."""
    Account.objects.filter(pk=account.pk).update(paused_at=None)


def paused_since(account: Account) -> datetime | None:
    """As the database has it now: of the account itself or with everything, whichever is longer."""
    since = Least("paused_at", "workspace__paused_at")
    asked = Account.objects.filter(pk=account.pk).values_list(since, flat=True)
    paused_at: datetime | None = asked.get()
    return paused_at


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


def tell_trouble(account: Account, problem: str, *, code: str, facts: Mapping[str, Any]) -> None:
    """What keeps its tokens from being renewed though the permission itself still holds."""
    Account.objects.filter(pk=account.pk, state=AccountState.CONNECTED).update(
        problem=problem, problem_code=code, problem_facts=dict(facts)
    )


def forget_trouble(account: Account) -> None:
    """Of a connected account; that it must be connected again is not so forgotten."""
    Account.objects.filter(pk=account.pk, state=AccountState.CONNECTED).exclude(problem="").update(
        problem="", problem_code="", problem_facts={}
    )


def renew_at_once(account: Account) -> None:
    """What stood in the way is settled: its tokens, if they are renewed at all, need not wait."""
    forget_trouble(account)
    Account.objects.filter(pk=account.pk, refresh_at__isnull=False).update(refresh_at=Now())


def hold_calls_until(account: Account, until: datetime) -> None:
    """A limit of the network's: nothing is sent for this account before `until`, and shortly after
    it goes on."""
    _hold([account.pk], until)


def hold_app_calls_until(account: Account, until: datetime) -> None:
    """A limit on which all accounts draw that were connected with the same app."""
    _hold(list(accounts_sharing_the_app_of(account).values_list("pk", flat=True)), until)


def returns_at(account_id: int, until: datetime) -> datetime:
    """When an account that is told to wait until then is used again: shortly after, each at
    another moment, so that those of an app do not all come back in the same instant. Always the
    same one for an account, or each refusal would put it off anew."""
    return until + SPREAD * (account_id * 2654435761 % 2**32 / 2**32)


def _hold(account_ids: Sequence[int], until: datetime) -> None:
    returns = [returns_at(account_id, until) for account_id in account_ids]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"ids": list(account_ids), "returns": returns})


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
        way=account.way,
    )


def lapses_soon(account: Account, now: datetime) -> bool:
    """Whether its access token must be renewed before it is used once more."""
    return account.token_expires_at is not None and account.token_expires_at < now + REFRESH_AHEAD


def accounts_to_refresh() -> list[Account]:
    """Those whose tokens are to be renewed now, the most pressing first."""
    due = Account.objects.filter(state=AccountState.CONNECTED, refresh_at__lte=Now())
    return list(due.order_by("refresh_at")[:50])


def put_refresh_off(account: Account) -> None:
    """The network did not answer: again in a while, and still well before the tokens lapse."""
    Account.objects.filter(pk=account.pk, refresh_at=account.refresh_at).update(
        refresh_at=Now() + REFRESH_AGAIN
    )


def lapsing_accounts(workspace: Workspace | None = None) -> list[Account]:
    """Those whose permission only a person can renew, and must within the next days, or should
    have; of every workspace unless one is named."""
    lapsing = Account.objects.filter(
        state=AccountState.CONNECTED, lapses_at__lt=Now() + LAPSE_ANNOUNCED
    )
    if workspace is not None:
        lapsing = lapsing.filter(workspace=workspace)
    return list(lapsing.order_by("lapses_at", "pk"))


def lease_refresh(account: Account) -> bool:
    """Only one process may refresh: the second would spend a refresh token that is dead by then."""
    taken = Account.objects.filter(pk=account.pk, refreshed_at=account.refreshed_at).filter(
        Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=Now())
    )
    if not taken.update(refresh_lease_until=Now() + REFRESH_LEASE):
        return False
    account.refresh_from_db(fields=["refresh_lease_until"])
    return True


def give_refresh_back(account: Account) -> None:
    """Only the lease that this process took: another may have taken one since."""
    Account.objects.filter(pk=account.pk, refresh_lease_until=account.refresh_lease_until).update(
        refresh_lease_until=None
    )


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
    forget_apps_that_cannot_be_unsealed()
    return unopened


def _can_be_unsealed(account: Account) -> bool:
    try:
        speaking_as(account)
    except CannotUnseal:
        return False
    return True


def _purpose(account: Account) -> str:
    return f"tokens:{account.network}:{account.server}:{account.remote_id}"


# In the order of the ids: two that hold the accounts of an app at once must not lock each other.
_HOLD = """
WITH told AS (
    SELECT a.id, t.returns_at
    FROM unnest(%(ids)s::bigint[], %(returns)s::timestamptz[]) AS t(id, returns_at)
    JOIN connections_account a ON a.id = t.id
    WHERE a.waits_until IS NULL OR a.waits_until < t.returns_at
    ORDER BY a.id FOR UPDATE OF a
)
UPDATE connections_account a SET waits_until = told.returns_at FROM told WHERE a.id = told.id
"""
