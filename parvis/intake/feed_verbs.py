"""What can be done with a feed: find it, give it a rule, switch it on, look, pause, delete."""

from dataclasses import dataclass
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models.functions import Now
from yarl import URL

from parvis.config.reach import new_http
from parvis.intake.feed_fetching import NotFetched, Offered
from parvis.intake.feed_finding import find as find_feed
from parvis.intake.feed_looking import BeingLookedAt as BeingLookedAt
from parvis.intake.feed_looking import Claim, Look, claim, first_entries, keep, keep_trouble, look
from parvis.intake.feed_models import Entry, Fate, Feed
from parvis.intake.feed_posting import post_what_waits
from parvis.intake.feed_reading import NoFeed
from parvis.intake.feed_rules import USUAL_TEMPLATE, Rule
from parvis.people.models import User, Workspace

RESTORABLE = timedelta(days=30)
MOST_FROM_BEFORE = 20
LONGEST_DELAY = timedelta(days=7)


class NoAccounts(Exception):
    """A rule needs an account that speaks. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """`new` entries, of which `posted` became posts or drafts. `trouble` is the code of what was in
    the way; empty where nothing was."""

    new: int = 0
    posted: int = 0
    trouble: str = ""


def find(typed: str) -> Look | list[Offered]:
    """What stands at an address, or the feeds that the page there names. Raises NotFetched or
    NoFeed."""

    async def ask() -> Look | list[Offered]:
        async with new_http() as http:
            return await find_feed(http, typed)

    return async_to_sync(ask)()


@transaction.atomic
def add(workspace: Workspace, found: Look, by: User | None) -> Feed:
    """Keeps it with what it holds; nothing of it becomes a post before it is switched on."""
    fetched, read = found.fetched, found.read
    assert read is not None
    feed = Feed.objects.create(
        workspace=workspace,
        added_by=by,
        address=fetched.moved_to,
        title=read.title or URL(fetched.moved_to).host or "",
        site=read.site,
        language=read.language,
        template=USUAL_TEMPLATE,
        looked_at=Now(),
        etag=fetched.etag,
        modified=fetched.modified,
    )
    first_entries(feed, read)
    return feed


@transaction.atomic
def keep_rule(feed: Feed, rule: Rule) -> None:
    """For what comes from now on, and what waits already."""
    current = Feed.objects.select_for_update().get(pk=feed.pk)
    for name in _PLAIN:
        setattr(current, name, getattr(rule, name))
    for name in _LISTS:
        setattr(current, name, list(getattr(rule, name)))
    current.utm = dict(rule.utm)
    current.save(update_fields=[*_PLAIN, *_LISTS, "utm"])
    current.accounts.set(rule.accounts)


@transaction.atomic
def switch_on(feed: Feed) -> None:
    """From now on new entries become posts. Raises NoAccounts."""
    current = Feed.objects.select_for_update().get(pk=feed.pk)
    if not current.accounts.exclude(sealed_tokens=None).exists():
        raise NoAccounts
    if current.switched_on_at is None:
        _take_from_before(current)
    Feed.objects.filter(pk=feed.pk, switched_on_at=None).update(switched_on_at=Now())
    _go_on(feed)


def pause(feed: Feed) -> None:
    """It is asked for no more. What waits stays."""
    Feed.objects.filter(pk=feed.pk, paused_at=None).update(paused_at=Now())


def resume(feed: Feed) -> None:
    """What came meanwhile is listed, and becomes nothing by itself."""
    _go_on(feed)


def delete(feed: Feed) -> None:
    """It can be put back for 30 days. The posts that were made of it stay."""
    Feed.objects.filter(pk=feed.pk, deleted_at=None).update(deleted_at=Now())


def restore(feed: Feed) -> None:
    """As a pause that ends: what came meanwhile is listed, no more."""
    Feed.objects.filter(pk=feed.pk).update(deleted_at=None, begins_anew=True, next_look_at=Now())


def put_trouble_aside(feed: Feed) -> None:
    """A person knows of it. It is told again when it becomes another one."""
    Feed.objects.filter(pk=feed.pk).update(problem_seen=True)


def look_now(feed: Feed) -> Looked:
    """Raises BeingLookedAt."""
    claimed = claim(feed)
    try:
        new = keep(claimed, _looked(claimed))
    except (NotFetched, NoFeed) as trouble:
        keep_trouble(claimed, trouble)
        return Looked(trouble=trouble.code)
    feed.refresh_from_db()
    return Looked(new=new, posted=post_what_waits(feed))


def begin_all_anew() -> None:
    """After a restore: what came since the backup may have been posted by the desk that is gone."""
    Feed.objects.update(begins_anew=True, lease_until=None)
    Entry.objects.filter(fate=Fate.WAITING).update(fate=Fate.BEFORE, why="restored", ended_at=Now())


def forget_deleted() -> int:
    """Those that can be put back no more; what their accounts have said is remembered."""
    gone = Feed.objects.filter(deleted_at__lt=Now() - RESTORABLE)
    return gone.delete()[0] if gone.exists() else 0


_PLAIN = ("template", "campaign", "becomes", "delay_minutes", "most_a_day", "from_before")
_LISTS = ("tags", "words", "without", "categories")


def _go_on(feed: Feed) -> None:
    Feed.objects.filter(pk=feed.pk).update(
        paused_at=None,
        begins_anew=True,
        next_look_at=Now(),
        failures=0,
        failing_since=None,
        problem_code="",
        problem_facts={},
        problem_seen=False,
    )


def _take_from_before(feed: Feed) -> None:
    newest = feed.entries.filter(fate=Fate.BEFORE).order_by("-pk")[: feed.from_before]
    chosen = list(newest.values_list("pk", flat=True))
    Entry.objects.filter(pk__in=chosen).update(fate=Fate.WAITING, as_draft=True, found_at=Now())


def _looked(claimed: Claim) -> Look:
    async def ask() -> Look:
        async with new_http() as http:
            return await look(http, claimed.asked)

    return async_to_sync(ask)()
