"""What the composer shows of a draft, made of plain data for its template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd

from parvis.compose.additions import Additions, additions_of
from parvis.compose.content import Content, Said
from parvis.compose.models import Media, Post, Version
from parvis.compose.parts import Added
from parvis.compose.pictures import UPLOAD_BYTES_LIMIT
from parvis.compose.validation import Finding, Review, Severity
from parvis.compose.verbs import parts_of, review_said
from parvis.compose.videos import VIDEO_BYTES_LIMIT
from parvis.connections.models import Account
from parvis.connections.verbs import accounts_of
from parvis.networks.contract import Part, Traits
from parvis.networks.text import Length, count
from parvis.networks.traits import Following
from parvis.people.models import Workspace
from parvis.report.faces import face_of
from parvis.report.library_uses import Memory, memories_of
from parvis.report.previews import Preview, previews_of
from parvis.report.sentences import sentence_for_finding
from parvis.web import compose_choices as choices
from parvis.web.compose_choices import Choices
from parvis.web.forms.when import Choice

_LONGEST_EXCERPT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One text as it is typed; `number` counts from 0.

    `length` is how long it is where it comes nearest to the limit: on `network`. None where no
    chosen account says it as a text by itself.
    """

    number: int
    text: str
    length: Length | None = None
    network: str = ""

    @property
    def shown(self) -> int:
        return self.number + 1

    @property
    def is_over(self) -> bool:
        return self.length is not None and not self.length.fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account: whether it is chosen, what it says and what was found about that."""

    account: Account
    traits: Traits
    chosen: bool
    said: Said
    parts: tuple[Part, ...] = ()
    review: Review | None = None

    @property
    def text(self) -> str | None:
        """What it says in its own way; None where it says the shared text."""
        return self.said.text

    @property
    def network(self) -> str:
        return face_of(self.account.network).label

    @property
    def verdict(self) -> str:
        return self.worst or "fits"

    @property
    def worst(self) -> str:
        found = {finding.severity for finding in self.review.findings} if self.review else set()
        return next((severity.value for severity in _BY_WEIGHT if severity in found), "")

    @property
    def sentences(self) -> list[tuple[str, str, str]]:
        """Severity, code and sentence, the worst first."""
        return told(self.review.findings) if self.review else []

    @property
    def part_count(self) -> int:
        """A first comment is no part of the post."""
        return sum(not part.is_comment for part in self.parts)

    @property
    def visibilities(self) -> Choices:
        return choices.visibilities_of(self.traits, self.said)

    @property
    def reply_settings(self) -> Choices:
        return choices.reply_settings_of(self.traits, self.said)

    @property
    def formats(self) -> Choices:
        return choices.formats_of(self.traits, self.said)

    @property
    def previews(self) -> list[Preview]:
        return previews_of(self.parts, self.account.network, self.traits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture or a video; `part` is the text that it stands with, counted from 0. `memory` is
    of another post that used it, or one that looks like it; None also where nobody asked."""

    media: Media
    alt: str
    part: int = 0
    memory: Memory | None = None

    @property
    def described_before(self) -> str:
        """What was said of it the last time, where that can be offered: it is not said already."""
        said = self.media.alt or (self.memory.alt if self.memory else "")
        return "" if said == self.alt.strip() else said

    @property
    def ratio(self) -> str:
        """“4:3” where the sides have a handy ratio, else “1024 × 767”."""
        width, height = self.media.width, self.media.height
        common = gcd(width, height)
        if max(width, height) // common <= 21:
            return f"{width // common}:{height // common}"
        return f"{width} × {height}"

    @property
    def duration(self) -> str:
        """“1:05” for a video, empty for a picture."""
        if self.media.seconds is None:
            return ""
        minutes, seconds = divmod(round(self.media.seconds), 60)
        return f"{minutes}:{seconds:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Why the post was not handed over, and what a person can choose. `is_about_when` where the
    fields of the moment are what must be changed."""

    sentence: str
    is_about_when: bool = False
    choices: Sequence[Choice] = ()
    in_the_way: Sequence[tuple[Account, list[tuple[str, str, str]]]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A draft as the page shows it: typed, looked at and ready to be changed."""

    content: Content
    lines: list[Line]
    written: list[Written]
    pictures: list[Picture]
    languages: Choices
    visibilities: Choices
    byte_limit: int = UPLOAD_BYTES_LIMIT
    video_byte_limit: int = VIDEO_BYTES_LIMIT

    @property
    def poll_durations(self) -> list[tuple[int, str]]:
        return choices.poll_durations(self.content.poll)

    @property
    def latenesses(self) -> list[tuple[int, str]]:
        return choices.latenesses(self.content)

    @property
    def chosen(self) -> list[Line]:
        return [line for line in self.lines if line.chosen]

    @property
    def has_warning(self) -> bool:
        return bool(self.content.content_warning) or any(
            line.traits.has_content_warning for line in self.chosen
        )

    @property
    def has_visibility(self) -> bool:
        return bool(self.content.visibility) or any(
            line.traits.visibilities for line in self.chosen
        )

    @property
    def alt_limit(self) -> int | None:
        return min((line.traits.alt_limit for line in self.chosen), default=None)

    @property
    def strictest_about_pictures(self) -> Line | None:
        return min(self.chosen, key=lambda line: line.traits.image_limit, default=None)


def sheet_of(workspace: Workspace, content: Content) -> Sheet:
    additions = additions_of(workspace.pk, content)
    parts = parts_of(workspace, content, additions)
    lines = [_line(account, content, parts) for account in _shown(workspace, parts)]
    return Sheet(
        content=content,
        lines=lines,
        written=_written(content, lines, additions),
        pictures=pictures_of(workspace, content),
        languages=choices.languages(workspace, content),
        visibilities=choices.visibilities([line.traits for line in lines], content),
    )


def pictures_of(workspace: Workspace, content: Content) -> list[Picture]:
    ids = [used.media_id for used in content.media]
    kept = Media.objects.filter(workspace=workspace).in_bulk(ids)
    return [
        Picture(media=kept[used.media_id], alt=used.alt, part=used.part)
        for used in content.media
        if used.media_id in kept
    ]


def remembering(pictures: Iterable[Picture], *, apart_from: int | None) -> list[Picture]:
    """The pictures with what is remembered of them from other posts than the one with this
    number."""
    shown = list(pictures)
    memories = memories_of([one.media.pk for one in shown], apart_from=apart_from)
    return [replace(one, memory=memories.get(one.media.pk)) for one in shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    version: Version
    content: Content
    excerpt: str


def versions_of(post: Post, limit: int = 30) -> list[KeptVersion]:
    found = post.versions.select_related("saved_by")[:limit]
    return [_kept(version) for version in found]


def told(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    by_weight = sorted(findings, key=lambda finding: _BY_WEIGHT.index(finding.severity))
    return [(f.severity.value, f.code, sentence_for_finding(f)) for f in by_weight]


SaidByAccount = Mapping[Account, tuple[Part, ...]]
_BY_WEIGHT = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def _shown(workspace: Workspace, parts: SaidByAccount) -> list[Account]:
    """A disconnected account that the draft still names is shown, so that it can be left out."""
    connected = accounts_of(workspace)
    gone = [account for account in parts if account not in connected]
    return connected + gone


def _line(account: Account, content: Content, parts: SaidByAccount) -> Line:
    said = parts.get(account, ())
    return Line(
        account=account,
        traits=account.traits,
        chosen=account in parts,
        said=content.said.get(account.pk, Said()),
        parts=said,
        review=review_said(content, account, said, beside=parts) if said else None,
    )


def _written(content: Content, lines: Iterable[Line], additions: Additions) -> list[Written]:
    """How long a text is where it stands by itself is told once there are several."""
    texts = (content.text, *content.thread)
    counting = [line for line in lines if line.chosen and _says_each_text(line)]
    if len(texts) < 2:
        counting = []
    last = max((number for number, text in enumerate(texts) if text.strip()), default=0)
    return [
        _counted(
            number, text, [_Saying(line, content, additions, number == last) for line in counting]
        )
        for number, text in enumerate(texts)
    ]


def _says_each_text(line: Line) -> bool:
    return line.said.text is None and line.traits.following is Following.REPLIES


@dataclass(frozen=True, slots=True)
class _Saying:
    """One text of a thread as one account says it, with what is added."""

    line: Line
    content: Content
    additions: Additions
    is_last: bool

    def length_of(self, text: str) -> Length:
        signature = self.additions.signature_of(self.line.account.pk)
        added = Added(utm=self.additions.utm, signature=signature)
        said = added.to(text, is_last=self.is_last)
        return count(said, self.line.traits, self.content.content_warning)


def _counted(number: int, text: str, sayings: Iterable[_Saying]) -> Written:
    lengths = [(saying.length_of(text), saying.line.network) for saying in sayings]
    if not lengths:
        return Written(number=number, text=text)
    length, network = max(lengths, key=lambda pair: pair[0].units / max(pair[0].limit, 1))
    return Written(number=number, text=text, length=length, network=network)


def _kept(version: Version) -> KeptVersion:
    content = Content.from_json(version.content)
    said = next((text.strip() for text in content.texts if text.strip()), "")
    short = said if len(said) <= _LONGEST_EXCERPT else said[:_LONGEST_EXCERPT].rstrip() + "…"
    return KeptVersion(version=version, content=content, excerpt=short)
