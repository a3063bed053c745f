"""What a network says of one delivery and means for the whole account."""

from asgiref.sync import sync_to_async

from parvis.connections import allowances
from parvis.connections import verbs as connections
from parvis.connections.models import Account
from parvis.deliver.preparing import Voice
from parvis.deliver.verbs import RECONNECT, hold_for
from parvis.networks.errors import Expired, NetworkError, Reconnect, SlowDown


async def heed(voice: Voice, error: NetworkError) -> NetworkError:
    """Answers the error that decides: tokens that cannot be renewed weigh more than lapsed ones."""
    if isinstance(error, Reconnect) and voice.account.can_publish:
        await _ask_to_reconnect(voice.account, error)
    elif isinstance(error, SlowDown):
        await sync_to_async(allowances.heed)(voice.account, error)
    elif isinstance(error, Expired):
        return await _renew_tokens(voice) or error
    return error


async def _ask_to_reconnect(account: Account, error: Reconnect) -> None:
    await sync_to_async(connections.ask_to_reconnect)(
        account, error.sentence, code=error.code, facts=error.facts
    )
    await sync_to_async(hold_for)(account, RECONNECT)
    await account.arefresh_from_db()


async def _renew_tokens(voice: Voice) -> NetworkError | None:
    try:
        await voice.renewed()
    except Expired:
        return None
    except NetworkError as error:
        return await heed(voice, error)
    return None
