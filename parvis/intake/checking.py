"""What stands in the way of a row becoming a post, as findings. Asks nobody: what must be known
of the workspace is handed in as `Grounds`."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from parvis.compose.additions import Additions
from parvis.compose.content import Content, Said, UsedMedia, ordered_tags
from parvis.compose.links import joined
from parvis.compose.media import as_media_file
from parvis.compose.models import Campaign, Media
from parvis.compose.parts import Added, parts_said
from parvis.compose.validation import Finding, Severity
from parvis.compose.verbs import review_said
from parvis.connections.models import Account
from parvis.intake.columns import MOST_PARTS
from parvis.intake.moments import Moment, NoMoment, read_moment
from parvis.networks.traits import Visibility

Cells = Mapping[str, str]
LONGEST_TAG, LONGEST_CAMPAIGN = 50, 120
_NAMES = re.compile(r"[,;|\n]")
# A file's name may hold a comma, and a description may hold more than that.
FILES = re.compile(r"[;|\n]")
_DESCRIPTIONS = re.compile(r"[|\n]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is known of a workspace.

    accounts   by each of their names in lower case: handle, network:handle, network
    media      the files that have a name, the newest first
    campaigns  by name in lower case
    signatures by account; the one of None is for accounts that have none of their own
    said       the posts that there are, by text and time
    """

    zone: ZoneInfo
    language: str
    now: datetime
    accounts: Mapping[str, Sequence[Account]]
    media: Mapping[str, Sequence[Media]]
    tags: frozenset[str]
    campaigns: Mapping[str, Campaign]
    signatures: Mapping[int | None, str]
    said: Mapping[tuple[str, datetime | None], int]

    def additions_to(self, content: Content) -> Additions:
        of_campaign = {each.pk: each.utm for each in self.campaigns.values()}
        utm = of_campaign.get(content.campaign_id or 0, {})
        return Additions(utm=joined(utm, content.utm), signatures=self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a row means. `due_at` is None for a draft without a time; `new_campaign` is the name of
    one that there is not yet."""

    content: Content
    due_at: datetime | None = None
    accounts: tuple[Account, ...] = ()
    new_campaign: str = ""
    findings: tuple[Finding, ...] = ()
    by_account: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def in_the_way(self) -> bool:
        every = [*self.findings, *(one for found in self.by_account.values() for one in found)]
        return any(finding.severity is Severity.ERROR for finding in every)

    @property
    def matter(self) -> str:
        said = f"{self.due_at}\n{self.content.media}\n{self.content.text}"
        return hashlib.sha256(said.encode()).hexdigest()


def check(cells: Cells, grounds: Grounds, *, as_drafts: bool) -> Reading:
    """A row that becomes a draft may be unfinished; what would be in its way later is a warning."""
    row = _Row(cells, grounds)
    moment = row.moment()
    due_at = moment.at if moment else None
    accounts = row.accounts()
    content = row.content(accounts, due_at)
    stays = as_drafts or due_at is None
    row.look_at_what_is_there(content, due_at)
    row.look_at_time(moment, stays=stays)
    if not accounts and not row.names("accounts"):
        row.found("no-account-yet" if stays else "no-account", warns=stays)
    return Reading(
        content=content,
        due_at=due_at,
        accounts=accounts,
        new_campaign=row.new_campaign(),
        findings=tuple(row.findings),
        by_account=dict(_reviewed(content, accounts, row.media, grounds, stays=stays)),
    )


class _Row:
    """Reads one cell after the other, and gathers what is found about them."""

    def __init__(self, cells: Cells, grounds: Grounds) -> None:
        self._cells = cells
        self._grounds = grounds
        self.findings: list[Finding] = []
        self.media = tuple(self._media())

    def text(self, column: str) -> str:
        return self._cells.get(column, "").strip()

    def names(self, column: str, between: re.Pattern[str] = _NAMES) -> list[str]:
        named = (name.strip() for name in between.split(self.text(column)))
        return list(dict.fromkeys(name for name in named if name))

    def found(self, code: str, *, warns: bool = False, **facts: str | int) -> None:
        severity = Severity.WARNING if warns else Severity.ERROR
        self.findings.append(Finding(severity=severity, code=code, facts=facts))

    def noted(self, code: str, **facts: str | int) -> None:
        self.findings.append(Finding(severity=Severity.NOTE, code=code, facts=facts))

    def moment(self) -> Moment | None:
        try:
            return read_moment(
                self.text("date"), self.text("time"), self.text("zone"), self._grounds.zone
            )
        except NoMoment as refused:
            self.findings.append(
                Finding(severity=Severity.ERROR, code=refused.code, facts=refused.facts)
            )
            return None

    def accounts(self) -> tuple[Account, ...]:
        chosen: dict[int, Account] = {}
        for name in self.names("accounts"):
            fitting = self._grounds.accounts.get(name.removeprefix("@").casefold(), ())
            if len(fitting) == 1:
                chosen[fitting[0].pk] = fitting[0]
            else:
                self.found("several-accounts" if fitting else "unknown-account", name=name[:80])
        return tuple(chosen.values())

    def content(self, accounts: Sequence[Account], due_at: datetime | None) -> Content:
        return Content(
            text=self.text("text"),
            thread=tuple(self._parts()),
            first_comment=self.text("first_comment"),
            language=self._language(),
            content_warning=self.text("content_warning"),
            visibility=self._visibility(),
            media=self._used_media(),
            said={account.pk: Said() for account in accounts},
            planned_at=due_at,
            tags=ordered_tags(self._tags()),
            campaign_id=self._campaign_id(),
        )

    def look_at_what_is_there(self, content: Content, due_at: datetime | None) -> None:
        if content.is_blank:
            self.found("nothing-said")
        same = self._grounds.said.get((content.text, due_at)) if content.text else None
        if same is not None:
            self.found("said-already", post=same)

    def look_at_time(self, moment: Moment | None, *, stays: bool) -> None:
        if moment is None:
            return
        if moment.could_be_other:
            local = moment.at.astimezone(self._grounds.zone)
            self.found("day-first", warns=True, day=local.date().isoformat())
        if moment.at < self._grounds.now:
            self.found("gone-by", warns=stays)

    def new_campaign(self) -> str:
        name = self.text("campaign")
        known = self._grounds.campaigns.get(name.casefold())
        if len(name) > LONGEST_CAMPAIGN:
            self.found("long-campaign", limit=LONGEST_CAMPAIGN)
        elif name and known is None:
            self.noted("new-campaign", name=name)
        elif known and known.ended_at:
            self.found("ended-campaign", warns=True, name=name)
        return "" if known else name

    def _campaign_id(self) -> int | None:
        known = self._grounds.campaigns.get(self.text("campaign").casefold())
        return known.pk if known else None

    def _tags(self) -> Iterator[str]:
        for name in self.names("tags"):
            if len(name) > LONGEST_TAG:
                self.found("long-tag", name=name[:40], limit=LONGEST_TAG)
                continue
            if name.casefold() not in self._grounds.tags:
                self.noted("new-tag", name=name)
            yield name

    def _media(self) -> Iterator[Media]:
        for name in self.names("media", FILES):
            fitting = self._grounds.media.get(name.casefold(), ())
            if not fitting:
                self.found("unknown-media", name=name[:80])
                continue
            if len(fitting) > 1:
                self.found("several-media", warns=True, name=name[:80])
            yield fitting[0]

    def _used_media(self) -> tuple[UsedMedia, ...]:
        alts = [alt.strip() for alt in _DESCRIPTIONS.split(self.text("alt"))]
        written = len(alts) if self.text("alt") else 0
        if written > len(self.names("media", FILES)):
            self.found("more-alts", alts=written, media=len(self.media))
        alts += [""] * len(self.media)
        return tuple(
            UsedMedia(media_id=media.pk, alt=alt or media.alt)
            for media, alt in zip(self.media, alts, strict=False)
        )

    def _parts(self) -> list[str]:
        parts = [self.text(f"part_{number}") for number in range(2, MOST_PARTS + 1)]
        return [part for part in parts if part]

    def _language(self) -> str:
        written = self.text("language")
        if not written:
            return self._grounds.language
        if not _LANGUAGE.fullmatch(written) or len(written) > 35:
            self.found("bad-language", written=written[:40])
            return self._grounds.language
        return written

    def _visibility(self) -> str:
        written = self.text("visibility").lower()
        if written and written not in set(Visibility):
            self.found("bad-visibility", written=written[:40])
            return ""
        return written


def _reviewed(
    content: Content,
    accounts: Sequence[Account],
    media: Sequence[Media],
    grounds: Grounds,
    *,
    stays: bool,
) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    alts = [used.alt for used in content.media]
    placed = [(0, as_media_file(file, alt)) for file, alt in zip(media, alts, strict=True)]
    additions = grounds.additions_to(content)
    for account in accounts:
        added = Added(utm=additions.utm, signature=additions.signature_of(account.pk))
        said = parts_said(content, Said(), placed, account.traits, added)
        found = review_said(content, account, said, beside=accounts).findings
        yield account.pk, tuple(_softened(each) if stays else each for each in found)


def _softened(finding: Finding) -> Finding:
    if finding.severity is not Severity.ERROR:
        return finding
    return Finding(
        severity=Severity.WARNING,
        code=finding.code,
        facts=finding.facts,
        part=finding.part,
        parts=finding.parts,
        in_comment=finding.in_comment,
    )
