"""Decides what follows from what a network said. Pure: an answer in, a settlement out."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from parvis.deliver.claims import Taken
from parvis.deliver.ledger import Settlement
from parvis.deliver.models import Happened, Outcome
from parvis.deliver.states import State
from parvis.networks.contract import Found, Presence, Published
from parvis.networks.errors import (
    Blocked,
    Duplicate,
    Expired,
    NetworkError,
    NotSent,
    PrepareAnew,
    Reconnect,
    Refused,
    SlowDown,
    Unknown,
)

# Why a delivery is held when its account must be connected again, whatever showed that: with one
# code for all of them, all go on once it is.
RECONNECT = "reconnect"
# Held because a person has paused the account, or everything.
PAUSED = "paused"

LOOKUPS_BEFORE_ASKING = 6
LOOKUPS_WITHOUT_ANSWER = 40
TRIES_REFUSED_AS_EQUAL = 4


def published(taken: Taken, part: int, attempt_id: int, receipt: Published) -> Settlement:
    more_parts = part + 1 < len(taken.parts)
    return Settlement(
        claim=taken.claim,
        before=State.SENDING,
        after=State.SENDING if more_parts else State.PUBLISHED,
        part=part,
        attempt_id=attempt_id,
        outcome=Outcome.PUBLISHED,
        receipt=receipt_to_json(receipt),
        answer={"remote_id": receipt.remote_id, "url": receipt.url},
    )


def failed(
    taken: Taken,
    part: int,
    attempt_id: int | None,
    error: NetworkError,
    *,
    sent_before: int = 0,
) -> Settlement:
    """`attempt_id` is None when the try ended before anything could have been sent; `sent_before`
    is how often this part was sent before this try."""
    after, outcome = _follows(attempt_id, error, sent_before)
    return Settlement(
        claim=taken.claim,
        before=State(taken.state) if attempt_id is None else State.SENDING,
        after=after,
        part=part,
        attempt_id=attempt_id,
        outcome=outcome,
        answer={**error.facts, "sentence": error.sentence},
        **_told(error, code=RECONNECT if isinstance(error, Reconnect) else error.code),
        cause=error.code,
        ready_in=_pause_after(after, taken.tries),
        ready_at=error.until if isinstance(error, SlowDown) else None,
        forgets=isinstance(error, PrepareAnew),
    )


def _follows(
    attempt_id: int | None, error: NetworkError, sent_before: int
) -> tuple[State, Outcome]:
    if isinstance(error, Unknown) and attempt_id is None:
        return State.SCHEDULED, Outcome.NOT_SENT
    if isinstance(error, Duplicate) and attempt_id is not None and _may_be_ours(sent_before):
        return State.CHECKING, Outcome.UNKNOWN
    return next(follows for kind, follows in _FOLLOWS if isinstance(error, kind))


def _may_be_ours(sent_before: int) -> bool:
    """Refused as equal to a post that is there: after an earlier attempt it may be that one. When
    it was looked for again and again in vain, the equal post is another."""
    return 0 < sent_before < TRIES_REFUSED_AS_EQUAL


def looked_up(taken: Taken, found: Found) -> Settlement:
    if found.presence is Presence.PRESENT and found.published:
        return _present(taken, found.published)
    if found.presence is Presence.ABSENT:
        return _lookup_settlement(
            taken,
            State.SCHEDULED,
            outcome=Outcome.ABSENT,
            code="absent",
            ready_in=pause(taken.tries),
            found="absent",
        )
    return _cannot_tell(taken, found)


def too_soon(taken: Taken, seconds: float) -> Settlement:
    """It is not there, but the request may be under way for so many seconds yet."""
    return _lookup_settlement(
        taken, State.CHECKING, code="under-way", ready_in=min(seconds, pause(taken.lookups))
    )


def contested(taken: Taken) -> Settlement:
    """What was found may be another delivery's: once that one is settled, this can be told."""
    return _lookup_settlement(taken, State.CHECKING, code="cannot-tell", ready_in=1.0)


def postponed(taken: Taken, until: datetime, facts: Mapping[str, Any]) -> Settlement:
    """Not a try: the network told the account to wait before this one's turn came."""
    return Settlement(
        claim=taken.claim,
        before=State(taken.state),
        after=State.SCHEDULED,
        part=len(taken.receipts),
        ready_at=until,
        code="rate-limit",
        facts=dict(facts),
        event=Happened.WAITS,
        event_code="rate-limit",
    )


def paused(taken: Taken, since: datetime) -> Settlement:
    """Not a try: a person has paused the account, or everything, before this one's turn came."""
    return Settlement(
        claim=taken.claim,
        before=State(taken.state),
        after=State.HELD,
        part=len(taken.receipts),
        code=PAUSED,
        facts={"since": since.isoformat()},
        event=Happened.HELD,
        event_code=PAUSED,
    )


def lookup_postponed(taken: Taken, until: datetime) -> Settlement:
    """What is left of a limit is kept for publishing."""
    return _lookup_settlement(taken, State.CHECKING, code="look-up-waits", ready_at=until)


def lookup_failed(taken: Taken, error: NetworkError) -> Settlement:
    """The network could not be read: nothing is known better, so it is asked again later."""
    enough = taken.lookups >= LOOKUPS_WITHOUT_ANSWER
    return _lookup_settlement(
        taken,
        State.UNKNOWN if enough else State.CHECKING,
        **_told(error, code=error.code),
        ready_in=pause(taken.lookups),
        ready_at=error.until if isinstance(error, SlowDown) else None,
        found=error.code,
    )


def receipt_to_json(receipt: Published) -> dict[str, Any]:
    at = receipt.published_at
    return {
        "remote_id": receipt.remote_id,
        "url": receipt.url,
        "published_at": at and at.isoformat(),
        "reference": receipt.reference,
    }


def receipt_from_json(stored: Mapping[str, Any]) -> Published:
    at = stored.get("published_at")
    return Published(
        remote_id=stored["remote_id"],
        url=stored["url"],
        published_at=datetime.fromisoformat(at) if at else None,
        reference=stored.get("reference", {}),
    )


def pause(times: int) -> float:
    """Seconds: each twice the one before, up to the longest; spread so that many do not come at
    once."""
    terms = settings.TERMS
    grown = terms.first_pause * 2.0 ** (min(times, 20) - 1)
    return float(min(grown, terms.longest_pause)) * random.uniform(0.8, 1.2)  # noqa: S311


def _present(taken: Taken, receipt: Published) -> Settlement:
    more_parts = len(taken.receipts) + 1 < len(taken.parts)
    return _lookup_settlement(
        taken,
        State.SCHEDULED if more_parts else State.PUBLISHED,
        outcome=Outcome.FOUND,
        receipt=receipt_to_json(receipt),
        ready_in=0.0,
        found="present",
    )


def _cannot_tell(taken: Taken, found: Found) -> Settlement:
    enough = taken.lookups >= LOOKUPS_BEFORE_ASKING
    return _lookup_settlement(
        taken,
        State.UNKNOWN if enough else State.CHECKING,
        code="cannot-tell",
        ready_in=pause(taken.lookups),
        found="cannot-tell",
        candidates=[
            {
                "remote_id": candidate.remote_id,
                "url": candidate.url,
                "text": candidate.text,
                "published_at": candidate.published_at and candidate.published_at.isoformat(),
                "media_count": candidate.media_count,
            }
            for candidate in found.candidates
        ],
    )


def _lookup_settlement(taken: Taken, after: State, *, found: str = "", **what: Any) -> Settlement:
    """`found` is what the trace tells of it; that nothing was learnt yet is not told."""
    return Settlement(
        claim=taken.claim,
        before=State.CHECKING,
        after=after,
        part=len(taken.receipts),
        event=Happened.LOOKED_UP if found else None,
        event_code=found,
        **what,
    )


def _told(error: NetworkError, *, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "sentence": error.sentence,
        "facts": dict(error.facts),
    }


def _pause_after(after: State, tries: int) -> float | None:
    if after is State.CHECKING:
        return float(settings.TERMS.settling)
    return pause(tries) if after is State.SCHEDULED else None


_FOLLOWS: tuple[tuple[type[NetworkError], tuple[State, Outcome]], ...] = (
    (Refused, (State.REFUSED, Outcome.REFUSED)),
    (Reconnect, (State.HELD, Outcome.NOT_SENT)),
    (Blocked, (State.HELD, Outcome.NOT_SENT)),
    (Expired, (State.SCHEDULED, Outcome.NOT_SENT)),
    (SlowDown, (State.SCHEDULED, Outcome.NOT_SENT)),
    (NotSent, (State.SCHEDULED, Outcome.NOT_SENT)),
    (Unknown, (State.CHECKING, Outcome.UNKNOWN)),
)
