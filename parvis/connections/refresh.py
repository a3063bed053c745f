"""Gives a network module an account with tokens that still live, refreshing them once for all."""

import asyncio
import logging
from datetime import timedelta

from asgiref.sync import sync_to_async

from parvis.config.reach import all_networks
from parvis.connections import verbs
from parvis.connections.client_apps import app_of
from parvis.connections.models import Account
from parvis.connections.sealing import CannotUnseal
from parvis.networks import contract, present
from parvis.networks.errors import Blocked, NetworkError, NotSent, Reconnect
from parvis.networks.http import Http

log = logging.getLogger("parvis.connections")

_OTHER_REFRESH_LASTS = timedelta(seconds=30)
_LOOK_EVERY_SECONDS = 0.2


async def with_living_tokens(http: Http, account: Account) -> contract.Account:
    """Refreshes only when the access token lapses soon. Raises a NetworkError."""
    if not verbs.lapses_soon(account, present.now()):
        return verbs.speaking_as(account)
    return await with_new_tokens(http, account)


async def with_new_tokens(http: Http, account: Account) -> contract.Account:
    """Refreshes, or waits for the process that is refreshing this account already."""
    if await sync_to_async(verbs.lease_refresh)(account):
        await _refresh(http, account)
    else:
        await _wait_for_the_other_refresh(account)
    return verbs.speaking_as(account)


async def refresh_what_is_due(http: Http) -> int:
    """Renews the tokens whose time has come, well before they lapse; answers how many were tried.

    What cannot be renewed now is tried again soon; what cannot be renewed at all is said.
    """
    due = await sync_to_async(verbs.accounts_to_refresh)()
    for account in due:
        await _renew_or_say(http, account)
    return len(due)


async def _renew_or_say(http: Http, account: Account) -> None:
    try:
        await with_new_tokens(http, account)
    except Reconnect as dead:
        await sync_to_async(verbs.ask_to_reconnect)(
            account, dead.sentence, code=dead.code, facts=dead.facts
        )
    except NetworkError as error:
        log.warning("the tokens of %s could not be renewed: %s", account, error.code)
        await sync_to_async(_keep_for_later)(account, error)
    except CannotUnseal:
        log.warning("the tokens of %s cannot be unsealed", account)
        await sync_to_async(verbs.put_refresh_off)(account)


def _keep_for_later(account: Account, error: NetworkError) -> None:
    """Blocked, the account is not lost: the owner acts, as by entering the developer app again,
    and the tokens that are kept are renewed then."""
    verbs.put_refresh_off(account)
    if isinstance(error, Blocked):
        verbs.tell_trouble(account, error.sentence, code=error.code, facts=error.facts)


async def _refresh(http: Http, account: Account) -> None:
    network = all_networks()[account.network]
    try:
        app = await app_of(account)
        tokens = await network.refresh(http, verbs.speaking_as(account), app)
    except BaseException:
        await sync_to_async(verbs.give_refresh_back)(account)
        raise
    await sync_to_async(verbs.keep_tokens)(account, tokens)
    await account.arefresh_from_db()


async def _wait_for_the_other_refresh(account: Account) -> None:
    refreshed_before = account.refreshed_at
    deadline = asyncio.get_running_loop().time() + _OTHER_REFRESH_LASTS.total_seconds()
    while asyncio.get_running_loop().time() < deadline:
        await account.arefresh_from_db()
        if account.refreshed_at != refreshed_before:
            return
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    raise NotSent("refresh-busy", "Another worker is renewing this account’s tokens.")
