"""What stands in the way of publishing: parts and traits in, findings out. No I/O.

What a network cannot carry is known in one place, `networks.fit`. Here it is told apart from what
can be helped, and what a writer should know besides is added. A finding's code and facts are
turned into a sentence by `report.sentences`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from parvis.networks.errors import Refused
from parvis.networks.fit import misfits
from parvis.networks.part import MediaFile, Part
from parvis.networks.text import Length, count, find_hashtags
from parvis.networks.traits import Traits


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`part` counts from 0: which one of the `parts` it is about. A comment is none of them."""

    severity: Severity
    code: str
    facts: dict[str, str | int] = field(default_factory=dict)
    part: int = 0
    parts: int = 1
    in_comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was found about what one account says, and how long its texts are there, by part."""

    lengths: tuple[Length, ...]
    findings: tuple[Finding, ...]

    @property
    def length(self) -> Length:
        """The part that comes nearest to its limit, or goes furthest beyond it."""
        return max(self.lengths, key=lambda length: length.units / max(length.limit, 1))

    @property
    def may_go_out(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def review(parts: Sequence[Part], traits: Traits) -> Review:
    return Review(
        lengths=tuple(_length(part, traits) for part in parts),
        findings=tuple(
            placed(finding, number, parts)
            for number, part in enumerate(parts)
            for finding in _about(part, traits)
        ),
    )


def placed(finding: Finding, number: int, parts: Sequence[Part]) -> Finding:
    """The finding with the part that it is about."""
    told = sum(not part.is_comment for part in parts)
    return replace(finding, part=number, parts=told, in_comment=parts[number].is_comment)


def needs_smaller_copy(image: MediaFile, traits: Traits) -> bool:
    """A still picture that this network takes once it is made smaller, or of another kind."""
    if image.is_video or image.is_animated:
        return False
    pixels = traits.image_pixels_limit
    return (
        image.size > traits.image_bytes_limit
        or image.media_type not in traits.image_types
        or (pixels is not None and image.width * image.height > pixels)
    )


def takes_description(file: MediaFile, traits: Traits) -> bool:
    if file.is_video:
        return traits.video is not None and traits.video.alt_limit > 0
    return traits.alt_limit > 0


def _length(part: Part, traits: Traits) -> Length:
    limited = traits.comment_limit if part.is_comment else None
    traits = replace(traits, text_limit=limited) if limited is not None else traits
    return count(part.text, traits, part.content_warning)


def _about(part: Part, traits: Traits) -> Iterator[Finding]:
    for misfit in misfits(part, traits, ""):
        yield _helped(misfit, part, traits) or _in_the_way(misfit)
    yield from _about_hashtags(part, traits)
    yield from _about_descriptions(part, traits)


# What a smaller copy, made when the post is handed over, cures.
_CURED_BY_A_COPY = frozenset({"image-type", "image-too-large", "image-too-wide"})


def _helped(misfit: Refused, part: Part, traits: Traits) -> Finding | None:
    """What is cured when the post is handed over: by a copy, or by leaving a description out."""
    if misfit.code == "alt-not-taken":
        left_out: dict[str, str | int] = {"number": misfit.facts["number"]}
        return Finding(severity=Severity.NOTE, code="alt-left-out", facts=left_out)
    if misfit.code not in _CURED_BY_A_COPY:
        return None
    number = int(misfit.facts["number"])
    if not needs_smaller_copy(part.media[number - 1], traits):
        return None
    code = "other-kind" if misfit.code == "image-type" else "smaller-copy"
    facts: dict[str, str | int] = {"number": number, "limit": traits.image_bytes_limit}
    return Finding(severity=Severity.NOTE, code=code, facts=facts)


def _in_the_way(misfit: Refused) -> Finding:
    """Too long is told by what must go."""
    facts = dict(misfit.facts)
    if misfit.code == "too-long":
        facts["over"] = int(facts["length"]) - int(facts["limit"])
    return Finding(severity=Severity.ERROR, code=misfit.code, facts=facts)


def _about_hashtags(part: Part, traits: Traits) -> Iterator[Finding]:
    advised = traits.hashtags_advised
    if advised is not None and (found := len(find_hashtags(part.text))) > advised:
        facts: dict[str, str | int] = {"count": found, "limit": advised}
        yield Finding(severity=Severity.WARNING, code="hashtags-advised", facts=facts)


def _about_descriptions(part: Part, traits: Traits) -> Iterator[Finding]:
    for number, file in enumerate(part.media, start=1):
        if takes_description(file, traits) and not file.alt.strip():
            code = "no-alt-of-video" if file.is_video else "no-alt"
            facts: dict[str, str | int] = {"number": number}
            yield Finding(severity=Severity.WARNING, code=code, facts=facts)
