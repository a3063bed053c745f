"""Reads figures and replies from the networks: claim, ask, keep."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError

from parvis.config.database import database_news
from parvis.config.log_context import about
from parvis.config.reach import all_networks
from parvis.connections.allowances import Meter
from parvis.connections.models import Account
from parvis.deliver.heeding import heed
from parvis.deliver.preparing import Voice
from parvis.engagement import claims, counting, keeping
from parvis.engagement.budget import reading_waits_until
from parvis.engagement.claims import Hand
from parvis.engagement.models import Following
from parvis.engagement.rhythms import rhythms_of
from parvis.networks import contract, present
from parvis.networks.contract import CountsFollowers
from parvis.networks.errors import Expired, NetworkError, NotSent, Refused
from parvis.networks.http import Http
from parvis.networks.measures import Metrics, Replies, Reply

log = logging.getLogger("parvis.engagement")

_ACCOUNTS_AT_ONCE = 4
_REPLIES_IN_ONE_HAND = 10
_PAGES_OF_REPLIES = 3
# Such a refusal holds for every post of the account: there is no use in asking one by one.
_OF_THE_ACCOUNT = frozenset({"scope-missing", "no-permission", "forbidden"})

_T = TypeVar("_T")
_Ask = Callable[[Http, contract.Account], Awaitable[_T]]


class Reader:
    """One per worker process."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._meter = Meter()
        self._few = asyncio.Semaphore(_ACCOUNTS_AT_ONCE)

    async def read_what_is_due(self) -> int:
        """Answers how many posts were claimed."""
        hands = await sync_to_async(claims.take_due)(present.now())
        await asyncio.gather(*(self._read_in_turn(hand) for hand in hands))
        await self._meter.flush()
        return sum(len(hand.followings) for hand in hands)

    async def count_followers(self) -> int:
        """Of the accounts that have not been counted today; answers how many were asked."""
        accounts = await sync_to_async(counting.take_due)(present.now())
        for account in accounts:
            with about(account=account.pk, network=account.network):
                await self._count(account)
        await self._meter.flush()
        return len(accounts)

    async def _count(self, account: Account) -> None:
        """What cannot be read today is left out: a day without a count is no harm."""
        network = all_networks()[account.network]
        wait = await sync_to_async(reading_waits_until)(account, present.now())
        if wait is not None or not isinstance(network, CountsFollowers):
            return
        voice = Voice(self._http.metered(self._meter.of(account)), account)
        try:
            standing = await _asked(voice, network.read_standing)
        except NetworkError as error:
            decides = await heed(voice, error)
            log.info("followers could not be counted: %s", decides.code)
            return
        await sync_to_async(counting.keep)(account, standing, present.now())

    async def _read_in_turn(self, hand: Hand) -> None:
        async with self._few:
            with about(account=hand.account.pk, network=hand.account.network):
                try:
                    await self._read(hand)
                except DatabaseError as error:
                    database_news.away(error)

    async def _read(self, hand: Hand) -> None:
        wait = await sync_to_async(reading_waits_until)(hand.account, present.now())
        if wait is not None:
            await sync_to_async(keeping.wait)(hand, wait)
            return
        voice = Voice(self._http.metered(self._meter.of(hand.account)), hand.account)
        try:
            found = await _figures(voice, hand.remote_ids)
        except NetworkError as error:
            await self._put_off(voice, hand, error)
            return
        kept = await sync_to_async(keeping.keep)(hand, found, present.now())
        await self._read_replies(voice, hand, kept)

    async def _put_off(self, voice: Voice, hand: Hand, error: NetworkError) -> None:
        decides = await heed(voice, error)
        log.info("figures could not be read: %s", decides.code)
        await sync_to_async(keeping.put_off)(hand, decides, present.now())

    async def _read_replies(self, voice: Voice, hand: Hand, kept: Sequence[Following]) -> None:
        """Of those of which there are more than were gathered. What fails leaves the figures
        standing, and is tried again at the next look."""
        wanted = await sync_to_async(_with_new_replies)(hand, kept, present.now())
        for one in wanted[:_REPLIES_IN_ONE_HAND]:
            try:
                replies = await _replies(voice, one.remote_id)
            except Refused as refusal:
                log.info("replies could not be read: %s", refusal.code)
                continue
            except NetworkError as error:
                await heed(voice, error)
                return
            await sync_to_async(keeping.keep_replies)(one, replies, present.now())


def _with_new_replies(hand: Hand, kept: Sequence[Following], now: datetime) -> list[Following]:
    rhythm = rhythms_of([hand.account], now.date())[hand.account.pk]
    asked = {one.pk for one in hand.followings if one.asked_at is not None}
    return [
        one
        for one in kept
        if keeping.answers_in(one) > one.replied
        and ((rhythm is not None and rhythm.replies) or one.pk in asked)
    ]


async def _figures(voice: Voice, remote_ids: Sequence[str]) -> list[Metrics]:
    """Raises a NetworkError when none of them could be read. One post that is refused does not
    keep the others from being read."""
    network = all_networks()[voice.account.network]

    async def ask(http: Http, account: contract.Account) -> tuple[Metrics, ...]:
        return await network.read_metrics(http, account, remote_ids)

    try:
        return list(await _asked(voice, ask))
    except Refused as refusal:
        if len(remote_ids) < 2 or refusal.code in _OF_THE_ACCOUNT:
            raise
    return await _figures_of_halves(voice, remote_ids)


async def _figures_of_halves(voice: Voice, remote_ids: Sequence[str]) -> list[Metrics]:
    middle = len(remote_ids) // 2
    found: list[Metrics] = []
    refused: Refused | None = None
    for half in (remote_ids[:middle], remote_ids[middle:]):
        try:
            found += await _figures(voice, half)
        except Refused as refusal:
            refused = refusal
    if refused is not None and not found:
        raise refused
    return found


async def _replies(voice: Voice, remote_id: str) -> list[Reply]:
    """A few pages of them: what answers a post that much is spoken of is not read whole."""
    network = all_networks()[voice.account.network]
    found: list[Reply] = []
    cursor: str | None = None
    for _ in range(_PAGES_OF_REPLIES):
        at = cursor

        async def ask(http: Http, account: contract.Account, at: str | None = at) -> Replies:
            return await network.read_replies(http, account, remote_id, at)

        page = await _asked(voice, ask)
        found += page.replies
        cursor = page.cursor
        if cursor is None:
            break
    return found


async def _asked(voice: Voice, ask: _Ask[_T]) -> _T:
    """With tokens renewed once where they were found to have lapsed."""
    try:
        try:
            return await ask(voice.http, await voice.speaking())
        except Expired:
            return await ask(voice.http, await voice.renewed())
    except (NetworkError, DatabaseError):
        raise
    except Exception as defect:
        log.exception("reading from %s met a defect", voice.account.network)
        raise NotSent("defect", type(defect).__name__) from None
