"""What stands in the way of publishing: variant and traits in, findings out. No I/O.

A finding's code and facts are turned into a sentence by `report.sentences`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from parvis.networks.contract import Image, Part, Traits
from parvis.networks.text import Length, count


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    severity: Severity
    code: str
    facts: dict[str, str | int] = field(default_factory=dict)


RECONNECT_FIRST = Finding(severity=Severity.ERROR, code="reconnect-first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was found about one part on one account, and how long its text is there."""

    length: Length
    findings: tuple[Finding, ...]

    @property
    def may_go_out(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def review(part: Part, traits: Traits) -> Review:
    length = count(part.text, traits, content_warning=part.content_warning)
    findings = (
        *_about_emptiness(part, traits),
        *_about_length(length),
        *_about_features(part, traits),
        *_about_pictures(part.images, traits),
    )
    return Review(length=length, findings=findings)


def _about_emptiness(part: Part, traits: Traits) -> Iterator[Finding]:
    if not part.text.strip() and not part.images:
        yield _error("empty")
    elif not part.images and not traits.posts_text_alone:
        yield _error("needs-picture")


def _about_length(length: Length) -> Iterator[Finding]:
    if length.units > length.limit:
        yield _error("too-long", over=length.units - length.limit, limit=length.limit)
    if length.bytes_limit is not None and length.bytes > length.bytes_limit:
        yield _error("too-many-bytes", bytes=length.bytes, limit=length.bytes_limit)


def _about_features(part: Part, traits: Traits) -> Iterator[Finding]:
    if part.content_warning and not traits.has_content_warning:
        yield _error("no-content-warning-here")
    if part.visibility and traits.visibilities and part.visibility not in traits.visibilities:
        yield _error("no-such-visibility-here", visibility=part.visibility)
    if part.visibility and part.visibility != "public" and not traits.visibilities:
        yield _error("only-public-here")


def _about_pictures(images: Sequence[Image], traits: Traits) -> Iterator[Finding]:
    if len(images) > traits.image_limit:
        yield _error("too-many-pictures", count=len(images), limit=traits.image_limit)
    for number, image in enumerate(images, start=1):
        yield from _about_picture(number, image, traits)


def _about_picture(number: int, image: Image, traits: Traits) -> Iterator[Finding]:
    if not image.alt.strip():
        yield Finding(severity=Severity.WARNING, code="no-alt", facts={"number": number})
    if len(image.alt) > traits.alt_limit:
        yield _error("alt-too-long", number=number, limit=traits.alt_limit)
    if needs_smaller_copy(image, traits):
        yield _about_smaller_copy(number, image, traits)


def needs_smaller_copy(image: Image, traits: Traits) -> bool:
    too_wide = (
        traits.image_pixels_limit is not None
        and image.width * image.height > traits.image_pixels_limit
    )
    return (
        image.size > traits.image_bytes_limit
        or image.media_type not in traits.image_types
        or too_wide
    )


def _about_smaller_copy(number: int, image: Image, traits: Traits) -> Finding:
    """An animation would stop moving as a JPEG: that is refused, never done silently."""
    if image.media_type == "image/gif":
        return _error("animation-too-large", number=number, limit=traits.image_bytes_limit)
    return Finding(
        severity=Severity.NOTE,
        code="smaller-copy",
        facts={"number": number, "limit": traits.image_bytes_limit},
    )


def _error(code: str, **facts: str | int) -> Finding:
    return Finding(severity=Severity.ERROR, code=code, facts=facts)
