"""What a person compares before deciding: what was sent, and what was found on the account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from parvis.deliver.freeze import part_from_json
from parvis.deliver.models import Attempt, Delivery, Event, Happened
from parvis.networks.likeness import SKEW
from parvis.networks.part import MediaFile
from parvis.report.differing import Difference, difference
from parvis.report.going_out import PartOut, going_out, web_address
from parvis.report.likeness import (
    sentence_for_added,
    sentence_for_distance,
    sentence_for_likeness,
    sentence_for_media,
    sentence_for_missing,
)

_CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMedia:
    """Named by the hash of its bytes, as they were sent."""

    sha256: str
    alt: str
    is_video: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The part in question, exactly as it was sent.

    `number` counts from 1 and `follows` is the part that it answers. `first_at` and `last_at` are
    when its first and its last attempt were written down; None when no attempt is on record.
    """

    number: int
    is_comment: bool
    text: str
    language: str
    content_warning: str
    options: tuple[str, ...]
    media: tuple[SentMedia, ...]
    follows: PartOut | None
    attempts: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A post on the account that may be ours. `number` counts from 1 and `seconds` from the
    attempt that it would belong to. Of `missing`, `added` and `likeness`, each a sentence, those
    are empty that do not say how its text differs; `shows` tells of its pictures and videos, of
    which there are `media_count`: None where the network does not say. `is_as_sent` as far as can
    be seen."""

    number: int
    remote_id: str
    url: str
    text: str
    published_at: datetime | None
    seconds: float | None
    distance: str
    difference: Difference
    missing: str
    added: str
    likeness: str
    media_count: int | None
    shows: str
    is_as_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How far was looked. `since` is the earliest moment that a post found could bear;
    `was_answered` is False when the network never let itself be read."""

    times: int
    since: datetime | None
    last_at: datetime | None
    was_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`twice_is_impossible`: the network takes the same identity once, however often it comes."""

    sent: Sent
    candidates: tuple[Candidate, ...]
    search: Search
    twice_is_impossible: bool


def evidence_about(delivery: Delivery) -> Evidence:
    """Of the part that is not confirmed. Reads attempts and events, prefetched or not."""
    at = min(len(delivery.receipts), len(delivery.parts) - 1)
    attempts = [each for each in delivery.attempts.all() if each.part == at and _was_sent(each)]
    attempts.sort(key=lambda attempt: attempt.started_at)
    sent = _sent(delivery, at, attempts)
    return Evidence(
        sent=sent,
        candidates=tuple(_candidates(delivery, sent, attempts)),
        search=_search(delivery, at, sent),
        twice_is_impossible=delivery.account.traits.native_key_seconds is None,
    )


def _was_sent(attempt: Attempt) -> bool:
    """What ended before anything could be sent has no request."""
    return "key" in attempt.request


def _sent(delivery: Delivery, at: int, attempts: Sequence[Attempt]) -> Sent:
    part = part_from_json(delivery.parts[at])
    return Sent(
        number=at + 1,
        is_comment=part.is_comment,
        text=part.text,
        language=part.language,
        content_warning=part.content_warning,
        options=part.poll.options if part.poll else (),
        media=tuple(_media(file) for file in part.media),
        follows=going_out(delivery).out[-1] if at else None,
        attempts=len(attempts),
        first_at=attempts[0].started_at if attempts else None,
        last_at=attempts[-1].started_at if attempts else None,
    )


def _media(file: MediaFile) -> SentMedia:
    return SentMedia(
        sha256=file.path.name,
        alt=file.alt,
        is_video=file.is_video,
        width=file.width,
        height=file.height,
    )


def _candidates(delivery: Delivery, sent: Sent, attempts: Sequence[Attempt]) -> Iterable[Candidate]:
    for number, found in enumerate(delivery.candidates, start=1):
        published_at = _moment(found)
        seconds = _seconds_after(published_at, attempts)
        differs = difference(sent.text, found["text"])
        # Who looked before this was asked did not write it down.
        shown = found.get("media_count")
        yield Candidate(
            number=number,
            remote_id=found["remote_id"],
            url=web_address(found["url"]),
            text=found["text"],
            published_at=published_at,
            seconds=seconds,
            distance="" if seconds is None else sentence_for_distance(seconds),
            difference=differs,
            missing=sentence_for_missing(differs.missing),
            added=sentence_for_added(differs.added),
            likeness=sentence_for_likeness(differs.added, differs.missing),
            media_count=shown,
            shows=sentence_for_media(shown, len(sent.media)),
            is_as_sent=differs.is_none and shown in (None, len(sent.media)),
        )


def _moment(found: Mapping[str, Any]) -> datetime | None:
    at = found.get("published_at")
    return datetime.fromisoformat(at) if at else None


def _seconds_after(published_at: datetime | None, attempts: Sequence[Attempt]) -> float | None:
    """From the last attempt that can have made it, as far as two clocks may differ."""
    if published_at is None or not attempts:
        return None
    before = [each for each in attempts if each.started_at <= published_at + timedelta(seconds=1)]
    nearest = (before or attempts[:1])[-1]
    return (published_at - nearest.started_at).total_seconds()


def _search(delivery: Delivery, at: int, sent: Sent) -> Search:
    looked = [event for event in delivery.events.all() if _is_look_up(event, at)]
    told = looked[-1].code if looked else delivery.reason_code
    return Search(
        times=len(looked) or delivery.lookups,
        since=sent.first_at - SKEW if sent.first_at else None,
        last_at=looked[-1].at if looked else None,
        was_answered=told == _CANNOT_TELL,
    )


def _is_look_up(event: Event, at: int) -> bool:
    return event.kind == Happened.LOOKED_UP and event.part == at
