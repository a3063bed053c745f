"""Finding a post again: how like ours another post is, and what a listing of posts proves.

A network that knows no key of ours lists what the account posted. Each module tells by its own
signs how like ours one listed post is; what follows from that is decided here, for all of them.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import IntEnum
from typing import Generic, Protocol, TypeVar

from parvis.networks.answer import Answer
from parvis.networks.contract import Candidate, Found, Presence

# How far two well-kept clocks, ours and a network's, may differ.
SKEW = timedelta(minutes=2)


class Likeness(IntEnum):
    """In this order: the likeness of a whole is the least likeness of its sides."""

    OTHER = 0
    ALIKE = 1
    SAME = 2


class _Listed(Protocol):
    @property
    def remote_id(self) -> str: ...


Post = TypeVar("Post", bound=_Listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Post]):
    """What the account posted since a moment; `is_complete` when none of it can be missing."""

    posts: tuple[Post, ...]
    is_complete: bool

    def without(self, remote_ids: frozenset[str]) -> "Listing[Post]":
        kept = tuple(post for post in self.posts if post.remote_id not in remote_ids)
        return Listing(posts=kept, is_complete=self.is_complete)


def judge(likeness: Mapping[Candidate, Likeness], *, is_complete: bool) -> Found:
    """One that is the same is ours. None is absence only in a listing that misses nothing."""
    same = [post for post, how in likeness.items() if how is Likeness.SAME]
    doubtful = tuple(post for post, how in likeness.items() if how is not Likeness.OTHER)
    if len(same) == 1:
        return Found(presence=Presence.PRESENT, published=same[0].as_published())
    if doubtful:
        return Found(presence=Presence.CANNOT_TELL, candidates=doubtful)
    return Found(presence=Presence.ABSENT if is_complete else Presence.CANNOT_TELL)


def floor_of(sent_at: datetime, answer: Answer, now: datetime) -> datetime:
    """The earliest time that a network can have written on a post that was sent at `sent_at`, by
    the clock that this answer shows."""
    return sent_at - SKEW - clock_lag(answer, now)


def clock_lag(answer: Answer, now: datetime) -> timedelta:
    """How far the network's clock is behind ours. A clock that is ahead counts as right: looking
    back too far can only find more, while missing our own post would post it twice."""
    try:
        return max(now - parsedate_to_datetime(answer.headers.get("Date", "")), timedelta())
    except (TypeError, ValueError):
        return timedelta()


def closely(text: str) -> str:
    """For comparing: composed letters and single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())
