"""How the furnished desk's posts have fared: read along the sandbox's curves."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.engagement.models import Following, Reply, Snapshot
from parvis.engagement.pace import NORMAL, Look, first_look, next_look
from parvis.networks.measures import Metric
from parvis.people.models import Workspace
from parvis.sandbox import audience

_TOLD_ON = {
    "x": ("IMPRESSIONS", "LIKES", "REPLIES", "REPOSTS", "QUOTES", "BOOKMARKS", "LINK_CLICKS"),
    "facebook": ("VIEWS", "REACH", "REACTIONS", "COMMENTS", "SHARES", "CLICKS"),
    "instagram": ("VIEWS", "REACH", "LIKES", "COMMENTS", "SAVES", "SHARES"),
    "linkedin": ("IMPRESSIONS", "REACH", "REACTIONS", "COMMENTS", "REPOSTS", "CLICKS"),
    "threads": ("VIEWS", "LIKES", "REPLIES", "REPOSTS", "QUOTES", "SHARES"),
    "mastodon": ("LIKES", "REPOSTS", "REPLIES"),
    "bluesky": ("LIKES", "REPOSTS", "REPLIES", "QUOTES", "BOOKMARKS"),
}
_BOOKED = {
    "IMPRESSIONS": "views",
    "VIEWS": "views",
    "REACH": "reach",
    "LIKES": "likes",
    "REACTIONS": "likes",
    "REPLIES": "replies",
    "COMMENTS": "replies",
    "REPOSTS": "reposts",
    "SHARES": "reposts",
    "QUOTES": "quotes",
    "BOOKMARKS": "bookmarks",
    "SAVES": "bookmarks",
    "LINK_CLICKS": "clicks",
    "CLICKS": "clicks",
}
_CAST = ("Alice", "Bob", "Charlie")


def let_fare(workspace: Workspace, now: datetime) -> None:
    """All that has gone out is read from its first quarter of an hour until now."""
    out = Delivery.objects.filter(workspace=workspace, state=State.PUBLISHED)
    for delivery in out.select_related("account"):
        _follow(delivery, now)


def _follow(delivery: Delivery, now: datetime) -> None:
    assert delivery.settled_at is not None
    out_at = delivery.settled_at
    following = Following.objects.create(
        account=delivery.account,
        delivery=delivery,
        remote_id=delivery.receipts[0]["remote_id"],
        published_at=out_at,
    )
    seen, snapshot, at = None, None, first_look(NORMAL, out_at, out_at).at
    while at is not None and at <= now:
        counts = _counts(delivery, at - out_at)
        snapshot = Snapshot.objects.create(following=following, at=at, until=at, counts=counts)
        look = Look(at=at, total=sum(counts.values()))
        seen, at = look, next_look(NORMAL, out_at, seen, look).at
    following.next_at = at
    if snapshot is not None:
        following.counts, following.looked_at = snapshot.counts, snapshot.at
        following.newest = snapshot
    following.save()
    Reply.objects.bulk_create(_replies(following, delivery, now))


def _counts(delivery: Delivery, age: timedelta) -> dict[str, int]:
    booked = asdict(audience.counts(1, f"{delivery.account.network}/{delivery.pk}", age))
    told = _TOLD_ON[delivery.account.network]
    return {Metric[name].value: booked[_BOOKED[name]] for name in told}


def _replies(following: Following, delivery: Delivery, now: datetime) -> Iterable[Reply]:
    name = f"{delivery.account.network}/{delivery.pk}"
    for number, answer in enumerate(audience.answers(1, name)):
        at = following.published_at + answer.after
        if at > now:
            return
        who = _CAST[answer.author]
        yield Reply(
            account=delivery.account,
            following=following,
            remote_id=f"{delivery.pk}-{number}",
            parent_id=following.remote_id,
            url=f"https://{delivery.account.network}.example.org/{who.lower()}/{number}",
            author_handle=f"{who.lower()}.example.org",
            author_name=who,
            text=answer.text,
            written_at=at,
        )
