"""What a rule would make of the entries that are there: nothing is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from parvis.compose.content import Content
from parvis.compose.parts import parts_said
from parvis.compose.validation import Finding
from parvis.compose.verbs import review_said
from parvis.connections.models import Account
from parvis.deliver.verbs import database_now
from parvis.intake.feed_models import Becomes, Entry, Feed
from parvis.intake.feed_posting import wording_for
from parvis.intake.feed_rules import Rule, Wording, put_into_words
from parvis.schedule.slots import free_slots_for

TRIED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one account would say, and what was found about that."""

    account: Account
    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`refusal` is the code of why it would be left out. `due_at` is when it would go out; None for
    a draft, and where there is no free slot."""

    entry: Entry
    refusal: str = ""
    due_at: datetime | None = None
    said: tuple[Said, ...] = ()


def try_rule(feed: Feed, rule: Rule) -> list[Tried]:
    """On the newest entries, as if they came now. `feed` with its workspace."""
    entries = list(Entry.objects.filter(feed=feed).order_by("-pk")[:TRIED])
    wording, moments = wording_for(feed, rule), _moments(rule)
    tried = [_tried(entry, rule, wording, moments) for entry in reversed(entries)]
    return tried[::-1]


def _tried(entry: Entry, rule: Rule, wording: Wording, moments: Iterator[datetime | None]) -> Tried:
    if refusal := rule.sieve.refusal(entry, entry.categories):
        return Tried(entry=entry, refusal=refusal)
    content = put_into_words(entry, wording, rule.accounts)
    if content.is_blank:
        return Tried(entry=entry, refusal="nothing-to-say")
    return Tried(
        entry=entry,
        due_at=next(moments, None),
        said=tuple(_said(content, wording, account, rule.accounts) for account in rule.accounts),
    )


def _said(content: Content, wording: Wording, account: Account, beside: Sequence[Account]) -> Said:
    own = content.said[account.pk]
    parts = parts_said(content, own, (), account.traits, wording.added_for(account))
    found = review_said(content, account, parts, beside=beside)
    return Said(account=account, text=parts[0].text, findings=found.findings)


def _moments(rule: Rule) -> Iterator[datetime | None]:
    now = database_now()
    if rule.becomes == Becomes.SLOT and rule.accounts:
        yield from free_slots_for(rule.accounts, now)
    elif rule.becomes == Becomes.AT_ONCE:
        while True:
            yield now + timedelta(minutes=rule.delay_minutes)
