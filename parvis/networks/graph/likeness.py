"""Telling one's own post in what a Graph API lists.

Meta keeps a text as it was sent, but for the spaces at its ends and, here and there, those within
[from memory]: two texts are the same when they are so in all but spaces.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from parvis.networks.answer import Answer
from parvis.networks.contract import Candidate, Found, Presence, Published

# How far two well-kept clocks, ours and Meta's, may differ.
SKEW = timedelta(minutes=2)


class Likeness(Enum):
    SAME = "same"
    ALIKE = "alike"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One's own post, media or comment as Meta lists it. `media_ids` are those of the uploads
    that it shows, where the listing tells them; `media_count` is None where it does not say."""

    remote_id: str
    url: str
    text: str
    created_at: datetime
    media_ids: frozenset[str] = frozenset()
    media_count: int | None = None

    def as_published(self) -> Published:
        return Published(remote_id=self.remote_id, url=self.url, published_at=self.created_at)

    def as_candidate(self) -> Candidate:
        return Candidate(
            remote_id=self.remote_id, url=self.url, text=self.text, published_at=self.created_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was posted since a moment; `is_complete` when none of it can be missing."""

    posts: tuple[Listed, ...]
    is_complete: bool

    def without(self, remote_ids: frozenset[str]) -> "Listing":
        kept = tuple(post for post in self.posts if post.remote_id not in remote_ids)
        return Listing(posts=kept, is_complete=self.is_complete)


def same_text(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def judge(likeness: Mapping[Listed, Likeness], *, is_complete: bool) -> Found:
    """One that is the same is ours. None is absence only in a listing that misses nothing."""
    same = [post for post, how in likeness.items() if how is Likeness.SAME]
    doubtful = [post for post, how in likeness.items() if how is not Likeness.OTHER]
    if len(same) == 1:
        return Found(presence=Presence.PRESENT, published=same[0].as_published())
    if doubtful:
        candidates = tuple(post.as_candidate() for post in doubtful)
        return Found(presence=Presence.CANNOT_TELL, candidates=candidates)
    return Found(presence=Presence.ABSENT if is_complete else Presence.CANNOT_TELL)


def since(sent_at: datetime, answer: Answer) -> datetime:
    """The earliest time that Meta can have written on a post that was sent at `sent_at`, by the
    clock that this answer shows."""
    return sent_at - SKEW - _clock_lag(answer, datetime.now(UTC))


def ends_before(posts: Sequence[Listed], floor: datetime) -> bool:
    """Whether what follows this page of a listing is older still. That Meta lists the newest
    first is not documented everywhere, so it is looked at."""
    moments = [post.created_at for post in posts]
    return bool(moments) and moments[-1] < floor and moments == sorted(moments, reverse=True)


def recent(posts: Iterable[Listed], floor: datetime) -> tuple[Listed, ...]:
    return tuple(post for post in posts if post.created_at >= floor)


def moment(told: Any) -> datetime:
    """Meta writes times as 2026-11-21T12:00:00+0000. Raises ValueError or TypeError."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _clock_lag(answer: Answer, now: datetime) -> timedelta:
    """How far Meta's clock is behind ours. One that is ahead counts as right: looking back too
    far can only find more, while missing our own post would post it twice."""
    try:
        return max(now - parsedate_to_datetime(answer.headers.get("Date", "")), timedelta())
    except (TypeError, ValueError):
        return timedelta()
