"""What comes before an attempt: tokens that live, media where the network wants them, the request.

Nothing here publishes, so all of it may be repeated; what was reached is kept as it goes.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError

from parvis.compose.public_media import opened_to
from parvis.config.reach import all_networks
from parvis.connections.models import Account
from parvis.connections.refresh import with_living_tokens, with_new_tokens
from parvis.connections.sealing import CannotUnseal
from parvis.connections.verbs import lapses_soon
from parvis.deliver import ledger
from parvis.deliver.claims import Claim, Taken
from parvis.deliver.freeze import part_from_json
from parvis.deliver.outcomes import receipt_from_json
from parvis.networks import contract
from parvis.networks.contract import Json, Prepared
from parvis.networks.errors import Expired, NetworkError, NotSent, Reconnect
from parvis.networks.http import Http
from parvis.networks.part import Part
from parvis.networks.present import now

log = logging.getLogger("parvis.deliver")

_Unsealing: TypeAlias = Callable[[Http, Account], Awaitable[contract.Account]]


class LeaseLost(Exception):
    """Another worker may be on it: this one must not send, and has nothing to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProgress:
    """How far the preparing of one part has come, in the delivery's row."""

    claim: Claim
    part: int
    worker: str
    steps: dict[str, Json]

    def read(self, step: str) -> Json | None:
        return self.steps.get(step)

    async def keep(self, step: str, value: Json) -> None:
        held = await sync_to_async(ledger.keep_step)(
            self.claim, self.worker, part=self.part, step=step, value=value
        )
        if not held:
            raise LeaseLost
        self.steps[step] = value


class Voice:
    """An account that speaks to its network: its tokens, unsealed once for many posts."""

    def __init__(self, http: Http, account: Account) -> None:
        self.http = http
        self.account = account
        self._speaker: contract.Account | None = None

    async def speaking(self) -> contract.Account:
        """With tokens that live. Raises a NetworkError."""
        if not self.account.can_publish:
            raise Reconnect("reconnect", "The account must be connected again.")
        if self._speaker is None or lapses_soon(self.account, now()):
            self._speaker = await self._unsealed(with_living_tokens)
        return self._speaker

    async def renewed(self) -> contract.Account:
        """With new tokens: the old ones were found to have lapsed. Raises a NetworkError."""
        self._speaker = await self._unsealed(with_new_tokens)
        return self._speaker

    async def _unsealed(self, how: _Unsealing) -> contract.Account:
        try:
            return await how(self.http, self.account)
        except CannotUnseal as error:
            raise Reconnect("cannot-unseal", str(error)) from None


async def prepare(voice: Voice, taken: Taken, part: int, worker: str) -> Prepared:
    """Raises a NetworkError: nothing was posted then."""
    try:
        try:
            return await _prepared(voice, await voice.speaking(), taken, part, worker)
        except Expired:
            return await _prepared(voice, await voice.renewed(), taken, part, worker)
    except (NetworkError, LeaseLost, DatabaseError):
        raise
    except Exception as defect:
        # Nothing was sent. Left to the sweep, it would come back at once and for ever.
        log.exception("the delivery could not be prepared")
        raise NotSent("defect", type(defect).__name__) from None


async def _prepared(
    voice: Voice, speaker: contract.Account, taken: Taken, part: int, worker: str
) -> Prepared:
    if stored := taken.prepared.get(str(part)):
        return Prepared.from_json(stored)
    steps = dict(taken.progress.get(str(part), {}))
    return await all_networks()[speaker.network].prepare(
        voice.http,
        speaker,
        _opened(part_from_json(taken.parts[part]), voice.account),
        key=taken.keys[part],
        created_at=now(),
        follows=[receipt_from_json(receipt) for receipt in taken.receipts[:part]],
        progress=KeptProgress(claim=taken.claim, part=part, worker=worker, steps=steps),
    )


def _opened(part: Part, account: Account) -> Part:
    if not part.media:
        return part
    return replace(part, media=tuple(opened_to(account, file) for file in part.media))
