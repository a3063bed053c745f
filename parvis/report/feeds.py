"""Feeds as their pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from parvis.compose.models import Campaign
from parvis.compose.validation import Finding, Severity
from parvis.connections.models import Account
from parvis.connections.verbs import accounts_of
from parvis.intake.feed_looking import TOLD_AFTER
from parvis.intake.feed_models import Becomes, Entry, Fate, Feed
from parvis.intake.feed_rules import Rule
from parvis.intake.feed_trying import Said, Tried, try_rule
from parvis.people.models import Workspace
from parvis.report.faces import Speaker, speaker_of
from parvis.report.feed_phrases import TROUBLES, WHY
from parvis.report.importing import Told, told

ENTRIES_ON_A_PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """`state` is "new", "on", "paused" or "deleted"; `mark` the state whose mark it carries.
    `posts` counts what was made of it, drafts included."""

    feed_id: int
    title: str
    address: str
    site: str
    state: str
    mark: str
    becomes: str
    places: tuple[Speaker, ...]
    posts: int
    waiting: int
    looked_at: datetime | None
    next_look_at: datetime | None
    problem: str
    failures: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one account would say or could not say."""

    speaker: Speaker
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    entry_id: int
    title: str
    link: str
    author: str
    categories: Sequence[str]
    at: datetime
    fate: Fate
    words: str
    mark: str
    why: str
    places: tuple[Place, ...]
    post_id: int | None

    @property
    def can_become_a_draft(self) -> bool:
        return self.fate in (Fate.BEFORE, Fate.LEFT_OUT, Fate.SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """`shelf` is the fate that is shown alone, if any; `further` the number of the last entry of
    this page, where there are older ones."""

    line: FeedLine
    shelf: str
    shelves: Sequence[tuple[str, str, int]]
    all: int
    entries: Sequence[EntryLine]
    further: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSo:
    """The accounts that would say the same stand together."""

    text: str
    speakers: tuple[Speaker, ...]
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialLine:
    """`becomes` is "left out", "draft", "scheduled", or "draft" with a reason in `why`."""

    title: str
    becomes: str
    mark: str
    why: str
    due_at: datetime | None
    said: tuple[SaidSo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoices:
    """`categories` are those that its entries have."""

    accounts: Sequence[Account]
    campaigns: Sequence[Campaign]
    categories: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a post came from."""

    feed_id: int
    feed: str
    link: str


def feed_lines(workspace: Workspace) -> list[FeedLine]:
    """Those that were deleted last."""
    lines = [_line(feed) for feed in _counted(Feed.objects.filter(workspace=workspace))]
    return sorted(lines, key=lambda line: line.state == "deleted")


def page_of_feed(feed: Feed, *, shelf: str = "", before: int | None = None) -> FeedPage:
    entries = Entry.objects.filter(feed=feed)
    if shelf:
        entries = entries.filter(fate=shelf)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries.order_by("-pk")[: ENTRIES_ON_A_PAGE + 1])
    shown = found[:ENTRIES_ON_A_PAGE]
    accounts = Account.objects.in_bulk({int(pk) for entry in shown for pk in entry.seen})
    counts = dict(
        Entry.objects.filter(feed=feed).order_by().values_list("fate").annotate(Count("pk"))
    )
    return FeedPage(
        line=_line(_counted(Feed.objects.filter(pk=feed.pk)).get()),
        shelf=shelf,
        shelves=[(fate.value, str(fate.label), counts[fate]) for fate in Fate if fate in counts],
        all=sum(counts.values()),
        entries=[_entry(entry, accounts) for entry in shown],
        further=shown[-1].pk if len(found) > len(shown) else None,
    )


def trial_of(feed: Feed, rule: Rule) -> list[TrialLine]:
    return [_trial(tried, rule) for tried in try_rule(feed, rule)]


def rule_choices(feed: Feed) -> RuleChoices:
    campaigns = Campaign.objects.filter(workspace=feed.workspace_id)
    newest = Entry.objects.filter(feed=feed).order_by("-pk")[:100]
    named = (name for said in newest.values_list("categories", flat=True) for name in said)
    return RuleChoices(
        accounts=list(accounts_of(feed.workspace)),
        campaigns=list(campaigns.filter(Q(ended_at=None) | Q(pk=feed.campaign_id))),
        categories=sorted(dict.fromkeys(named)),
    )


def troubled_feeds(workspace: Workspace) -> list[FeedLine]:
    """Those that nothing was heard of for long, until somebody puts that aside."""
    told_of = Q(failures__gte=TOLD_AFTER) | Q(problem_code="gone")
    troubled = Feed.objects.filter(
        told_of, workspace=workspace, deleted_at=None, problem_seen=False
    ).exclude(problem_code="")
    return [_line(feed) for feed in _counted(troubled)]


def origin_of(post_id: int) -> Origin | None:
    entry = Entry.objects.select_related("feed").filter(post=post_id).first()
    if entry is None:
        return None
    return Origin(feed_id=entry.feed_id, feed=entry.feed.title, link=entry.link)


def sentence_for_trouble(code: str, facts: Mapping[str, Any]) -> str:
    told_of = {"host": _("The server"), "status": "", **facts}
    return str(TROUBLES.get(code, TROUBLES["odd-status"]) % told_of)


def sentence_for_why(code: str) -> str:
    return str(WHY.get(code, ""))


_MARKS = {
    Fate.BEFORE: "cancelled",
    Fate.LEFT_OUT: "cancelled",
    Fate.WAITING: "scheduled",
    Fate.DRAFT: "published",
    Fate.SCHEDULED: "published",
    Fate.SAID: "cancelled",
}
_MARKS_OF_STATES = {"new": "held", "on": "published", "paused": "cancelled", "deleted": "cancelled"}


def _counted(feeds: "QuerySet[Feed]") -> "QuerySet[Feed]":
    """By the indexes of what became posts and of what waits: the rest of the entries is many."""
    return feeds.annotate(
        posts=_number_of(post__isnull=False), waiting=_number_of(fate=Fate.WAITING)
    ).prefetch_related("accounts")


def _number_of(**which: object) -> Coalesce:
    entries = Entry.objects.filter(feed=OuterRef("pk"), **which).order_by().values("feed")
    return Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0)


def _line(feed: Feed) -> FeedLine:
    state = _state(feed)
    failing = bool(feed.problem_code)
    return FeedLine(
        feed_id=feed.pk,
        title=feed.title,
        address=feed.address,
        site=feed.site,
        state=state,
        mark="held" if failing else _MARKS_OF_STATES[state],
        becomes=str(Becomes(feed.becomes).label),
        places=tuple(speaker_of(account) for account in feed.accounts.all()),
        posts=feed.posts,  # type: ignore[attr-defined]  # annotated
        waiting=feed.waiting,  # type: ignore[attr-defined]  # annotated
        looked_at=feed.looked_at,
        next_look_at=feed.next_look_at if state == "on" else None,
        problem=sentence_for_trouble(feed.problem_code, feed.problem_facts) if failing else "",
        failures=feed.failures,
        failing_since=feed.failing_since,
    )


def _state(feed: Feed) -> str:
    if feed.deleted_at:
        return "deleted"
    if feed.switched_on_at is None:
        return "new"
    return "paused" if feed.paused_at else "on"


def _entry(entry: Entry, accounts: Mapping[int, Account]) -> EntryLine:
    fate = Fate(entry.fate)
    return EntryLine(
        entry_id=entry.pk,
        title=entry.title or entry.summary[:120] or entry.link,
        link=entry.link,
        author=entry.author,
        categories=entry.categories,
        at=entry.published_at or entry.found_at,
        fate=fate,
        words=str(fate.label),
        mark="held" if entry.why in ("not-ready", "no-slot", "no-account") else _MARKS[fate],
        why=sentence_for_why(entry.why),
        places=tuple(_places(entry, accounts)),
        post_id=entry.post_id,
    )


def _places(entry: Entry, accounts: Mapping[int, Account]) -> list[Place]:
    return [
        Place(
            speaker=speaker_of(accounts[int(pk)]),
            told=told([_finding(stored) for stored in found]),
        )
        for pk, found in entry.seen.items()
        if int(pk) in accounts
    ]


def _finding(stored: Mapping[str, Any]) -> Finding:
    return Finding(**{**stored, "severity": Severity(stored["severity"])})


def _trial(tried: Tried, rule: Rule) -> TrialLine:
    in_the_way = any(f.severity is Severity.ERROR for said in tried.said for f in said.findings)
    why = tried.refusal
    if not why and rule.becomes != Becomes.DRAFT:
        why = "not-ready" if in_the_way else "" if tried.due_at else "no-slot"
    becomes = "left out" if tried.refusal else "scheduled"
    becomes = "draft" if not tried.refusal and (why or rule.becomes == Becomes.DRAFT) else becomes
    marks = {"left out": "cancelled", "draft": "held" if why else "published"}
    return TrialLine(
        title=tried.entry.title or tried.entry.link,
        becomes=becomes,
        mark=marks.get(becomes, "scheduled"),
        why=sentence_for_why(why),
        due_at=tried.due_at if becomes == "scheduled" else None,
        said=tuple(_together(tried.said)),
    )


def _together(said: Sequence[Said]) -> list[SaidSo]:
    same: dict[tuple[str, tuple[tuple[str, str, str], ...]], list[Speaker]] = {}
    for each in said:
        key = (each.text, tuple(told(each.findings)))
        same.setdefault(key, []).append(speaker_of(each.account))
    return [
        SaidSo(text=text, speakers=tuple(speakers), told=list(of_it))
        for (text, of_it), speakers in same.items()
    ]
