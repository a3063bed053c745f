"""Looking at feeds: who may, how often, and what is kept of what was found.

A look is claimed with a lease, so that of two workers one asks; what comes back is kept in one
transaction, and only by who still has the claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import uniform

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from parvis.deliver.verbs import database_now
from parvis.intake.feed_apart import read_apart
from parvis.intake.feed_fetching import Asked, Fetched, NotFetched, fetch
from parvis.intake.feed_models import Entry, Fate, Feed
from parvis.intake.feed_reading import NoFeed, ReadEntry, ReadFeed
from parvis.intake.feed_rules import Sieve
from parvis.networks.http import Http

USUAL_REST = timedelta(minutes=30)
LONGEST_REST = timedelta(days=1)
# Longer than a look can take, with every move that is followed.
LEASE = timedelta(minutes=4)
# A feed that holds more that is new at once has moved or was built anew.
MOST_AT_ONCE = 20
# What was published before anybody asked for it is old, whenever it is found.
_OLD = timedelta(days=1)
# About four hours without anything to read.
TOLD_AFTER = 4


class BeingLookedAt(Exception):
    """A worker is at it just now. Nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    feed_id: int
    fence: int
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`read` is None where nothing has changed."""

    fetched: Fetched
    read: ReadFeed | None


async def look(http: Http, asked: Asked) -> Look:
    """Raises NotFetched or NoFeed."""
    fetched = await fetch(http, asked)
    if fetched.body is None:
        return Look(fetched=fetched, read=None)
    read = await read_apart(fetched.body, fetched.content_type, fetched.address)
    return Look(fetched=fetched, read=read)


def claim_due(most: int) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_DUE, {"most": most, "lease": str(LEASE)})
        return [
            Claim(feed_id=pk, fence=fence, asked=Asked(address=at, etag=etag, modified=modified))
            for pk, fence, at, etag, modified in cursor.fetchall()
        ]


def claim(feed: Feed) -> Claim:
    """Whenever it would be due. Raises BeingLookedAt."""
    free = Feed.objects.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), pk=feed.pk)
    if not free.update(lease_until=Now() + LEASE, fence=F("fence") + 1):
        raise BeingLookedAt
    feed.refresh_from_db()
    asked = Asked(address=feed.address, etag=feed.etag, modified=feed.modified)
    return Claim(feed_id=feed.pk, fence=feed.fence, asked=asked)


@transaction.atomic
def keep(claimed: Claim, found: Look) -> int:
    """Answers how many entries are new. Who has lost the claim keeps nothing."""
    feed = _held(claimed)
    if feed is None:
        return 0
    new = _take_in(feed, found.read) if found.read else 0
    feed.address = found.fetched.moved_to
    feed.etag = found.fetched.etag or (feed.etag if found.read is None else "")
    feed.modified = found.fetched.modified or (feed.modified if found.read is None else "")
    rests = (found.fetched.rest, found.read.rest if found.read else None)
    _rest(feed, max(rest or USUAL_REST for rest in rests))
    feed.failures, feed.failing_since = 0, None
    feed.problem_code, feed.problem_facts, feed.problem_seen = "", {}, False
    feed.save()
    return new


@transaction.atomic
def keep_trouble(claimed: Claim, trouble: NotFetched | NoFeed) -> None:
    """Asked for less and less often; what is gone for good is asked for no more."""
    feed = _held(claimed)
    if feed is None:
        return
    feed.failures += 1
    feed.failing_since = feed.failing_since or database_now()
    feed.problem_seen = feed.problem_seen and feed.problem_code == trouble.code
    feed.problem_code = trouble.code
    feed.problem_facts = trouble.facts if isinstance(trouble, NotFetched) else {}
    if trouble.code == "gone":
        feed.paused_at = feed.paused_at or database_now()
    asked_to_rest = trouble.rest if isinstance(trouble, NotFetched) else None
    backing_off = USUAL_REST * 2 ** min(feed.failures - 1, 10)
    _rest(feed, backing_off, at_least=asked_to_rest)
    feed.save()


def first_entries(feed: Feed, read: ReadFeed) -> None:
    """What is there when a feed is added."""
    Entry.objects.bulk_create(
        (_entry(feed, each, Fate.BEFORE, "") for each in reversed(read.entries)),
        ignore_conflicts=True,
    )


def _held(claimed: Claim) -> Feed | None:
    feeds = Feed.objects.select_for_update().filter(pk=claimed.feed_id, fence=claimed.fence)
    return feeds.first()


def _rest(feed: Feed, wished: timedelta, *, at_least: timedelta | None = None) -> None:
    """Not every feed of a desk in the same second."""
    rest = min(max(wished, USUAL_REST), LONGEST_REST) * uniform(1.0, 1.1)  # noqa: S311 - no secret
    feed.looked_at = now = database_now()
    feed.next_look_at = now + max(rest, at_least or rest)
    feed.lease_until = None


def _take_in(feed: Feed, read: ReadFeed) -> int:
    feed.title = read.title or feed.title
    feed.site, feed.language = read.site or feed.site, read.language
    new = _new(feed, read.entries)
    fates = list(_fates(feed, new))
    Entry.objects.bulk_create(
        (_entry(feed, each, fate, why) for each, (fate, why) in zip(new, fates, strict=True)),
        ignore_conflicts=True,
    )
    feed.begins_anew = False
    return len(new)


def _new(feed: Feed, entries: Sequence[ReadEntry]) -> list[ReadEntry]:
    """The oldest first. Neither a new id nor a change makes an entry new that leads to the same
    place."""
    known = Entry.objects.filter(feed=feed).filter(
        Q(key__in=[each.key for each in entries]) | Q(place__in=[each.place for each in entries])
    )
    names = {name for pair in known.values_list("key", "place") for name in pair}
    new = [each for each in entries if names.isdisjoint((each.key, each.place))]
    return list(reversed(new))


def _fates(feed: Feed, new: Sequence[ReadEntry]) -> Iterator[tuple[Fate, str]]:
    sieve = Sieve(words=feed.words, without=feed.without, categories=feed.categories)
    for entry in new:
        if feed.begins_anew or feed.switched_on_at is None:
            yield Fate.BEFORE, ""
        elif entry.published_at and entry.published_at < feed.switched_on_at - _OLD:
            yield Fate.BEFORE, "old"
        elif len(new) > MOST_AT_ONCE:
            yield Fate.BEFORE, "many-at-once"
        elif refusal := sieve.refusal(entry, entry.categories):
            yield Fate.LEFT_OUT, refusal
        else:
            yield Fate.WAITING, ""


def _entry(feed: Feed, read: ReadEntry, fate: Fate, why: str) -> Entry:
    return Entry(
        feed=feed,
        key=read.key,
        place=read.place,
        title=read.title,
        link=read.link,
        summary=read.summary,
        author=read.author,
        categories=list(read.categories),
        published_at=read.published_at,
        fate=fate,
        why=why,
    )


_CLAIM_DUE = """
UPDATE intake_feed
SET lease_until = clock_timestamp() + %(lease)s::interval, fence = fence + 1
WHERE id IN (
    SELECT id FROM intake_feed
    WHERE switched_on_at IS NOT NULL AND paused_at IS NULL AND deleted_at IS NULL
      AND next_look_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY next_look_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id, fence, address, etag, modified
"""
