"""Writes what was read: a snapshot where figures changed, and when each post is looked at next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from parvis.connections.models import Account
from parvis.engagement.claims import Hand
from parvis.engagement.models import Following, Reading, Reply, Snapshot
from parvis.engagement.pace import Look, Next, Rhythm, next_look
from parvis.engagement.rhythms import rhythms_of
from parvis.networks import measures
from parvis.networks.errors import NetworkError, Reconnect, Refused, SlowDown
from parvis.networks.measures import Metrics

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
# What a network counts as answers, by the field's two names for them.
_ANSWERS = (measures.Metric.REPLIES.value, measures.Metric.COMMENTS.value)
_LONGEST = 300


def keep(hand: Hand, found: Iterable[Metrics], now: datetime) -> list[Following]:
    """Answers those that were kept: a post that the network left out is missed, and one that
    another worker claimed meanwhile is that worker's."""
    told = {one.remote_id: one for one in found}
    rhythm = rhythms_of([hand.account], now.date())[hand.account.pk]
    with transaction.atomic():
        ours = list(_still_ours(hand))
        answered = [one for one in ours if one.remote_id in told]
        _keep_snapshots(answered, told)
        for one in answered:
            _settle(one, told[one.remote_id], rhythm)
        for one in ours:
            if one.remote_id not in told:
                _miss(one, now)
        Following.objects.bulk_update(ours, _CHANGED)
        Reading.objects.filter(account=hand.account).update(**_NO_TROUBLE)
    return answered


def put_off(hand: Hand, error: NetworkError, now: datetime) -> None:
    """Nothing was read: the account is read again later, and the reason is kept for pages."""
    with transaction.atomic():
        misses = max((one.misses for one in hand.followings), default=0)
        _keep_trouble(hand.account, error, now + _pause(error, misses, now))
        ours = list(_still_ours(hand))
        for one in ours:
            one.misses = min(one.misses + 1, 1000)
            one.lease_until = None
        Following.objects.bulk_update(ours, ["misses", "lease_until"])


def wait(hand: Hand, until: datetime) -> None:
    """The account's budget is used up: its posts are read then."""
    Reading.objects.update_or_create(account=hand.account, defaults={"waits_until": until})
    with transaction.atomic():
        ids = [one.pk for one in _still_ours(hand)]
        Following.objects.filter(pk__in=ids).update(lease_until=None)


def keep_replies(one: Following, replies: Sequence[measures.Reply], now: datetime) -> int:
    """Told again, a reply is as it is told now. Parts of the own thread are no replies."""
    own = set(
        Following.objects.filter(delivery=one.delivery_id).values_list("remote_id", flat=True)
    )
    rows = {reply.remote_id: reply for reply in replies if reply.remote_id not in own}
    with transaction.atomic():
        Reply.objects.bulk_create(
            [_row(one, reply) for reply in rows.values()],
            update_conflicts=True,
            unique_fields=["account", "remote_id"],
            update_fields=["text", "url", "author_handle", "author_name", "is_hidden"],
        )
        replied = {"replied": answers_in(one), "replied_at": now}
        Following.objects.filter(pk=one.pk).update(**replied)
    return len(rows)


def answers_in(one: Following) -> int:
    """As its figures count them."""
    return max(int(one.counts.get(name, 0)) for name in _ANSWERS)


def _still_ours(hand: Hand) -> QuerySet[Following]:
    ids = [one.pk for one in hand.followings]
    ours = Following.objects.filter(pk__in=ids, lease_until=hand.lease_until)
    return ours.select_for_update().order_by("pk")


def _keep_snapshots(answered: Sequence[Following], told: Mapping[str, Metrics]) -> None:
    """One row for figures that stay the same, however often they are looked at; none where the
    network told nothing."""
    newest = Snapshot.objects.in_bulk([one.newest_id for one in answered if one.newest_id])
    same, new = [], []
    for one in answered:
        seen = told[one.remote_id]
        if not seen.counts and not seen.is_gone:
            continue
        last = newest.get(one.newest_id or 0)
        if last and last.counts == _named(seen) and last.is_gone == seen.is_gone:
            last.until = max(seen.read_at, last.until)
            same.append(last)
        else:
            new.append((one, _snapshot(one, seen)))
    Snapshot.objects.bulk_update(same, ["until"])
    Snapshot.objects.bulk_create([snapshot for _, snapshot in new])
    for one, snapshot in new:
        one.newest = snapshot


def _settle(one: Following, seen: Metrics, rhythm: Rhythm | None) -> None:
    look = Look(at=seen.read_at, total=_total({**one.counts, **_named(seen)}))
    before = _look_before(one)
    following = Next(at=None, along_at=None)
    if rhythm is not None and not seen.is_gone:
        following = next_look(rhythm, one.published_at, before, look)
    one.before_at, one.before_total = look.at, look.total
    one.counts = {**one.counts, **_named(seen)}
    one.looked_at, one.is_gone, one.misses = seen.read_at, seen.is_gone, 0
    one.next_at, one.along_at = following.at, following.along_at
    one.asked_at = one.lease_until = None


def _look_before(one: Following) -> Look | None:
    return Look(at=one.before_at, total=one.before_total) if one.before_at else None


def _miss(one: Following, now: datetime) -> None:
    pause = min(FIRST_PAUSE * (1 << min(one.misses + 2, 12)), timedelta(days=7))
    one.misses = min(one.misses + 1, 1000)
    one.next_at = one.along_at = now + pause
    one.asked_at = one.lease_until = None


def _pause(error: NetworkError, misses: int, now: datetime) -> timedelta:
    """A refusal that holds for the account is asked about once a day; everything else soon, and
    ever later. A dead permission waits for its person, not for a time."""
    if isinstance(error, SlowDown) and error.until is not None:
        return max(error.until - now, timedelta(0))
    if isinstance(error, Reconnect):
        return timedelta(0)
    if isinstance(error, Refused):
        return LONGEST_PAUSE
    return min(FIRST_PAUSE * (1 << min(misses, 12)), LONGEST_PAUSE)


def _keep_trouble(account: Account, error: NetworkError, until: datetime) -> None:
    Reading.objects.update_or_create(
        account=account,
        defaults={
            "waits_until": until,
            "trouble_code": error.code[:60],
            "trouble": error.sentence,
            "trouble_facts": dict(error.facts),
        },
    )


def _snapshot(one: Following, seen: Metrics) -> Snapshot:
    return Snapshot(
        following=one,
        at=seen.read_at,
        until=seen.read_at,
        counts=_named(seen),
        is_gone=seen.is_gone,
    )


def _named(seen: Metrics) -> dict[str, int]:
    return {metric.value: count for metric, count in seen.counts.items()}


def _total(counts: Mapping[str, int]) -> int:
    return sum(counts.values())


def _row(one: Following, reply: measures.Reply) -> Reply:
    return Reply(
        account_id=one.account_id,
        following=one,
        remote_id=reply.remote_id[:_LONGEST],
        parent_id=reply.parent_id[:_LONGEST],
        url=reply.url,
        author_id=reply.author_id[:_LONGEST],
        author_handle=_clean(reply.author_handle)[:_LONGEST],
        author_name=_clean(reply.author_name),
        text=_clean(reply.text),
        written_at=reply.written_at,
        is_hidden=reply.is_hidden,
    )


def _clean(said: str) -> str:
    """PostgreSQL keeps no NUL."""
    return said.replace("\x00", "")


_CHANGED = (
    *("before_at", "before_total", "counts", "looked_at", "is_gone", "misses", "next_at"),
    *("along_at", "asked_at", "lease_until", "newest"),
)
_NO_TROUBLE: dict[str, Any] = {
    "waits_until": None,
    "trouble_code": "",
    "trouble": "",
    "trouble_facts": {},
}
