"""Asking a network, on a person's word, whether an account still stands and what its limits are."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync, sync_to_async

from parvis.config.reach import all_networks, new_http
from parvis.connections import verbs
from parvis.connections.models import Account
from parvis.connections.refresh import with_living_tokens, with_new_tokens
from parvis.connections.sealing import CannotUnseal
from parvis.networks import contract
from parvis.networks.contract import Traits
from parvis.networks.errors import Expired, Reconnect
from parvis.networks.http import Http

_T = TypeVar("_T")


def check_connection(account: Account) -> str:
    """Signs in with what is kept, and keeps the present handle. Raises a NetworkError; where it is
    Reconnect, the account waits to be connected again from now on."""
    network = all_networks()[account.network]
    handle = _asked(account, network.check)
    if handle and handle != account.handle:
        verbs.keep_handle(account, handle)
    return handle


def read_limits(account: Account) -> Traits:
    """The limits as the network states them now, kept. Raises a NetworkError."""
    traits = _asked(account, all_networks()[account.network].read_traits)
    verbs.keep_traits(account, traits)
    return traits


def _asked(account: Account, ask: Callable[[Http, contract.Account], Awaitable[_T]]) -> _T:
    async def asked() -> _T:
        async with new_http() as http:
            try:
                return await _with_tokens(http, account, ask)
            except Reconnect as dead:
                await sync_to_async(verbs.ask_to_reconnect)(
                    account, dead.sentence, code=dead.code, facts=dead.facts
                )
                raise

    return async_to_sync(asked)()


async def _with_tokens(
    http: Http, account: Account, ask: Callable[[Http, contract.Account], Awaitable[_T]]
) -> _T:
    try:
        try:
            return await ask(http, await with_living_tokens(http, account))
        except Expired:
            return await ask(http, await with_new_tokens(http, account))
    except CannotUnseal as error:
        raise Reconnect("cannot-unseal", str(error)) from None
