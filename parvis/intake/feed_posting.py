"""Entries become posts: each at most one, and an account says the same thing once.

The post, its deliveries, what its accounts have said and what became of the entry are written in
one transaction, so that a process that dies leaves an entry as it was, or done.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from parvis.compose.additions import additions_of
from parvis.compose.content import Content
from parvis.compose.models import Post
from parvis.compose.verbs import start_draft
from parvis.connections.models import Account
from parvis.deliver import verbs as deliver
from parvis.deliver.freeze import NotReady
from parvis.deliver.queueing import NoFreeSlot, fill_next_slot
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed, Uttered
from parvis.intake.feed_rules import Rule, Wording, put_into_words, rule_of
from parvis.people.models import User
from parvis.schedule.slots import moment_of

# What has waited for longer is news no more.
WAITS_AT_MOST = timedelta(days=3)


class BecameAPost(Exception):
    """It did already. Nothing was made."""


def post_what_waits(feed: Feed) -> int:
    """In the order in which they came; answers how many were posted or drafted."""
    waiting = Entry.objects.filter(feed=feed, fate=Fate.WAITING).order_by("pk")
    return sum(_turn(entry_id) for entry_id in list(waiting.values_list("pk", flat=True)))


def draft_of(entry: Entry, by: User | None) -> Post:
    """By hand, whatever the rule says, for all accounts of its feed. Raises BecameAPost."""
    with transaction.atomic():
        feed, current = _held(entry.pk)
        if current.fate in (Fate.DRAFT, Fate.SCHEDULED):
            raise BecameAPost
        rule = rule_of(feed)
        _utter(current, rule.accounts)
        content = put_into_words(current, wording_for(feed, rule), rule.accounts)
        post = start_draft(feed.workspace, by, content)
        _end(current, Fate.DRAFT, post=post)
        Entry.objects.filter(pk=current.pk).update(as_draft=True)
    return post


def leave_out(entry: Entry) -> None:
    """By hand; only while it waits."""
    waiting = Entry.objects.filter(pk=entry.pk, fate=Fate.WAITING)
    waiting.update(fate=Fate.LEFT_OUT, why="by-hand", ended_at=Now())


def wording_for(feed: Feed, rule: Rule) -> Wording:
    """`feed` with its workspace. What is to be said of its entries by this rule, kept or not."""
    content = Content(
        language=feed.language or feed.workspace.language,
        campaign_id=rule.campaign.pk if rule.campaign else None,
        tags=tuple(rule.tags),
        utm=rule.utm,
    )
    additions = additions_of(feed.workspace_id, content)
    return Wording(
        template=rule.template,
        content=content,
        utm=additions.utm,
        signatures=additions.signatures,
    )


def made_today(feed: Feed, now: datetime) -> int:
    """On the workspace's day. What was asked for by hand does not count."""
    zone = feed.workspace.zone
    midnight = moment_of(datetime.combine(now.astimezone(zone).date(), time()), zone)
    made = feed.entries.filter(post__isnull=False, ended_at__gte=midnight, as_draft=False)
    return made.count()


def _turn(entry_id: int) -> bool:
    with transaction.atomic():
        feed, entry = _held(entry_id)
        if entry.fate != Fate.WAITING or not feed.is_on:
            return False
        now = deliver.database_now()
        if not entry.as_draft:
            if entry.found_at < now - WAITS_AT_MOST:
                return _end(entry, Fate.LEFT_OUT, why="waited-too-long")
            if feed.most_a_day is not None and made_today(feed, now) >= feed.most_a_day:
                return False
        return _make(feed, entry, now)


def _make(feed: Feed, entry: Entry, now: datetime) -> bool:
    rule = rule_of(feed)
    still_to_say = _utter(entry, rule.accounts)
    if rule.accounts and not still_to_say:
        return _end(entry, Fate.SAID)
    content = put_into_words(entry, wording_for(feed, rule), still_to_say)
    if content.is_blank:
        return _end(entry, Fate.LEFT_OUT, why="nothing-to-say")
    post = start_draft(feed.workspace, None, content)
    if entry.as_draft or feed.becomes == Becomes.DRAFT:
        return _end(entry, Fate.DRAFT, post=post)
    if not rule.accounts:
        return _end(entry, Fate.DRAFT, post=post, why="no-account")
    return _schedule(feed, entry, post, now)


def _schedule(feed: Feed, entry: Entry, post: Post, now: datetime) -> bool:
    """What cannot go out stays a draft, with what is in its way."""
    try:
        with transaction.atomic():
            if feed.becomes == Becomes.SLOT:
                fill_next_slot(post)
            else:
                deliver.schedule(post, now + timedelta(minutes=feed.delay_minutes))
    except NotReady as refused:
        seen = {
            str(account.pk): [asdict(finding) for finding in found]
            for account, found in refused.findings.items()
        }
        return _end(entry, Fate.DRAFT, post=post, why="not-ready", seen=seen)
    except NoFreeSlot:
        return _end(entry, Fate.DRAFT, post=post, why="no-slot")
    return _end(entry, Fate.SCHEDULED, post=post)


def _held(entry_id: int) -> tuple[Feed, Entry]:
    """The feed is held as well: its day's number is counted under it."""
    of_entry = Entry.objects.values_list("feed_id", flat=True).get(pk=entry_id)
    feeds = Feed.objects.select_for_update(no_key=True, of=("self",))
    feed = feeds.select_related("workspace", "campaign").get(pk=of_entry)
    return feed, Entry.objects.select_for_update(no_key=True).get(pk=entry_id)


def _utter(entry: Entry, accounts: Sequence[Account]) -> list[Account]:
    """Those that had not said it. Another worker that is just saying it is waited for."""
    Uttered.objects.bulk_create(
        (Uttered(account=account, place=entry.place, entry=entry) for account in accounts),
        ignore_conflicts=True,
    )
    own = set(Uttered.objects.filter(entry=entry).values_list("account_id", flat=True))
    return [account for account in accounts if account.pk in own]


def _end(
    entry: Entry,
    fate: Fate,
    *,
    post: Post | None = None,
    why: str = "",
    seen: dict[str, Any] | None = None,
) -> bool:
    """Whether a post was made."""
    Entry.objects.filter(pk=entry.pk).update(
        fate=fate, post=post, why=why, seen=seen or {}, ended_at=Now()
    )
    return post is not None
