"""Which entries a rule takes, and what accounts say of them. Pure, but for `rule_of`."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from parvis.compose.content import Content, Said
from parvis.compose.models import Campaign
from parvis.compose.parts import Added, parts_said
from parvis.connections.models import Account
from parvis.intake.feed_models import Becomes, Feed
from parvis.intake.feed_text import cut_at_word
from parvis.networks.text import count

NAMES = ("title", "link", "summary", "author")
USUAL_TEMPLATE = "{title}\n\n{link}"
# What gives way first where a text is too long; a link that was cut would lead nowhere.
_GIVE_WAY = ("summary", "title", "author")
_BLANK = re.compile(r"\{(title|link|summary|author)\}")
_ANY_BRACES = re.compile(r"\{([^{}\n]*)\}")
_LOOSE_ENDS = " \t–—-|·:,/"


class Told(Protocol):
    """An entry, however it is kept."""

    @property
    def title(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def author(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """See `models.Feed`."""

    words: Sequence[str] = ()
    without: Sequence[str] = ()
    categories: Sequence[str] = ()

    def refusal(self, entry: Told, categories: Sequence[str]) -> str:
        """Why it is left out, as a code; empty where it is taken."""
        text = _folded(" ".join((entry.title, entry.summary, *categories)))
        if any(_stands_in(word, text) for word in self.without):
            return "without"
        if self.words and not any(_stands_in(word, text) for word in self.words):
            return "no-word"
        named = {_folded(category) for category in categories}
        if self.categories and not any(_folded(each) in named for each in self.categories):
            return "no-category"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """See `models.Feed`."""

    accounts: Sequence[Account] = ()
    template: str = USUAL_TEMPLATE
    campaign: Campaign | None = None
    tags: Sequence[str] = ()
    utm: Mapping[str, str] = field(default_factory=dict)
    becomes: Becomes = Becomes.DRAFT
    delay_minutes: int = 15
    most_a_day: int | None = None
    words: Sequence[str] = ()
    without: Sequence[str] = ()
    categories: Sequence[str] = ()
    from_before: int = 0

    @property
    def sieve(self) -> Sieve:
        return Sieve(words=self.words, without=self.without, categories=self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How entries of a feed are put into words.

    utm         the campaign's joined with the feed's own
    signatures  by account; the one of None is for accounts that have none of their own
    """

    template: str
    content: Content
    utm: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[int | None, str] = field(default_factory=dict)

    def added_for(self, account: Account) -> Added:
        signature = self.signatures.get(account.pk, self.signatures.get(None, ""))
        return Added(utm=self.utm, signature=signature)


def rule_of(feed: Feed) -> Rule:
    """`feed` with its campaign. Of its accounts those that are connected still."""
    connected = feed.accounts.select_related("workspace").exclude(sealed_tokens=None)
    return Rule(
        accounts=list(connected.order_by("pk")),
        template=feed.template,
        campaign=feed.campaign,
        tags=feed.tags,
        utm=feed.utm,
        becomes=Becomes(feed.becomes),
        delay_minutes=feed.delay_minutes,
        most_a_day=feed.most_a_day,
        words=feed.words,
        without=feed.without,
        categories=feed.categories,
        from_before=feed.from_before,
    )


def unknown_names(template: str) -> list[str]:
    """What stands between braces and is none of NAMES."""
    return [name for name in _ANY_BRACES.findall(template) if name not in NAMES]


def put_into_words(entry: Told, wording: Wording, among: Sequence[Account]) -> Content:
    """What these accounts would post of it; an account for which the text is too long says a
    shorter one."""
    whole = filled(wording.template, {name: getattr(entry, name) for name in NAMES})
    content = replace(wording.content, text=whole)
    said = {account.pk: _said(entry, wording, content, account) for account in among}
    return replace(content, said=said)


def filled(template: str, values: Mapping[str, str]) -> str:
    """A line of which nothing is left goes; so do the dashes beside what is empty."""
    return _without_gaps("\n".join(_lines(template, values)))


def _lines(template: str, values: Mapping[str, str]) -> Iterator[str]:
    for line in template.replace("\r\n", "\n").split("\n"):
        names = _BLANK.findall(line)
        if names and not any(values[name] for name in names):
            continue
        written = _BLANK.sub(lambda found: values[found[1]], line)
        has_gap = any(not values[name] for name in names)
        yield written.strip(_LOOSE_ENDS) if has_gap else written


def _without_gaps(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _said(entry: Told, wording: Wording, content: Content, account: Account) -> Said:
    added = wording.added_for(account)

    def fits(text: str) -> bool:
        parts = parts_said(content, Said(text=text), (), account.traits, added)
        return all(count(part.text, account.traits, part.content_warning).fits for part in parts)

    return Said() if fits(content.text) else Said(text=_shortened(entry, wording.template, fits))


def _shortened(entry: Told, template: str, fits: Callable[[str], bool]) -> str | None:
    """None where nothing helps: the shared text is then found to be too long."""
    values = {name: getattr(entry, name) for name in NAMES}
    for name in _GIVE_WAY:
        if f"{{{name}}}" not in template:
            continue
        kept = _longest(values, name, template, fits)
        if kept is not None:
            return filled(template, {**values, name: kept})
        values[name] = ""
    return None


def _longest(
    values: Mapping[str, str], name: str, template: str, fits: Callable[[str], bool]
) -> str | None:
    """The longest beginning with which the whole text fits; None where not even nothing does. A
    text without any of its words is not worth posting, so a title keeps one at least."""
    least, most = (1 if name == "title" else 0), len(values[name])
    best: str | None = None
    while least <= most:
        middle = (least + most) // 2
        shorter = cut_at_word(values[name], middle) if middle else ""
        if fits(filled(template, {**values, name: shorter})):
            best, least = shorter, middle + 1
        else:
            most = middle - 1
    return best


def _stands_in(word: str, folded: str) -> bool:
    wanted = re.escape(_folded(word))
    return re.search(rf"(?<!\w){wanted}(?!\w)", folded) is not None


def _folded(text: str) -> str:
    """Without capitals and accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())
