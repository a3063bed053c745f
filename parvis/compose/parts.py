"""What one account says of a post, part by part, as its network module takes it. Pure.

Where a network has threads, each text is a part that answers the one before, and a text that is
too long may go on. Where it has none, the texts stand below each other in one post.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from parvis.compose.content import Content, Said
from parvis.compose.links import Utm, with_utm
from parvis.compose.validation import Finding, Severity
from parvis.networks.errors import Refused
from parvis.networks.part import MediaFile, Part
from parvis.networks.text import count, split
from parvis.networks.traits import Following, Format, ReplySetting, Traits, Visibility

# Each media file with the number of the text that it stands with.
Placed = Sequence[tuple[int, MediaFile]]


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    media: tuple[MediaFile, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What goes out beside what was typed, for one account."""

    utm: Utm = field(default_factory=dict)
    signature: str = ""

    def to(self, text: str, *, is_last: bool) -> str:
        """A signature goes below the last text, also where that is a picture alone."""
        marked = with_utm(text, self.utm)
        if not is_last or not self.signature.strip():
            return marked
        signature = with_utm(self.signature.strip(), self.utm)
        return f"{marked.rstrip()}\n\n{signature}" if marked.strip() else signature


NOTHING_ADDED = Added()


def parts_said(
    content: Content,
    said: Said,
    placed: Placed,
    traits: Traits,
    added: Added = NOTHING_ADDED,
) -> tuple[Part, ...]:
    """At least one part, however empty."""
    texts = [
        piece
        for written in _completed(_written(content, said, placed, traits), added)
        for piece in _pieces(written, content, traits)
    ]
    first, *more = [_part(each, content, said) for each in texts]
    return (_opening(first, content, said), *more, *_comment(content, said, traits, added))


def about_the_thread(content: Content, said: Said, traits: Traits) -> Iterator[Finding]:
    """What this account does with a thread otherwise than it was written."""
    filled = [text for text in content.thread if text.strip()]
    if said.text is not None and filled:
        yield Finding(severity=Severity.NOTE, code="thread-left-out")
        return
    count = len(filled) + bool(content.text.strip())
    if count > 1 and traits.following is not Following.REPLIES:
        facts: dict[str, str | int] = {"count": count}
        yield Finding(severity=Severity.NOTE, code="joined-here", facts=facts)


def _written(content: Content, said: Said, placed: Placed, traits: Traits) -> list[_Text]:
    """The texts as a person wrote them. An account with a text of its own says that alone."""
    if said.text is not None:
        return [_Text(said.text, tuple(media for _, media in placed))]
    texts = [
        _Text(text, tuple(media for part, media in placed if part == number))
        for number, text in enumerate((content.text, *content.thread))
    ]
    filled = [text for text in texts if text.text.strip() or text.media] or texts[:1]
    return filled if traits.following is Following.REPLIES else [_joined(filled)]


def _completed(texts: Sequence[_Text], added: Added) -> list[_Text]:
    """Nothing is signed where nothing is said."""
    if not any(text.text.strip() or text.media for text in texts):
        return list(texts)
    last = len(texts) - 1
    return [
        replace(text, text=added.to(text.text, is_last=number == last))
        for number, text in enumerate(texts)
    ]


def _joined(texts: Sequence[_Text]) -> _Text:
    return _Text(
        "\n\n".join(text.text for text in texts if text.text.strip()),
        tuple(media for text in texts for media in text.media),
    )


def _pieces(written: _Text, content: Content, traits: Traits) -> Iterator[_Text]:
    """What is too long goes on in further parts, when that was asked for; media stay in front."""
    try:
        first, *more = _cut(written.text, content, traits)
    except Refused:
        # A link longer than a part: the finding that the text is too long says the rest.
        yield written
        return
    yield _Text(first, written.media)
    yield from (_Text(text) for text in more)


def _cut(text: str, content: Content, traits: Traits) -> tuple[str, ...]:
    if not _goes_on(text, content, traits):
        return (text,)
    return split(text, traits, content_warning=content.content_warning).parts


def _goes_on(text: str, content: Content, traits: Traits) -> bool:
    may = content.splits and traits.following is Following.REPLIES
    return may and not count(text, traits, content.content_warning).fits


def _part(each: _Text, content: Content, said: Said) -> Part:
    visibility = said.visibility or content.visibility
    return Part(
        text=each.text,
        media=each.media,
        language=content.language,
        content_warning=content.content_warning,
        visibility=Visibility(visibility) if visibility else None,
    )


def _opening(part: Part, content: Content, said: Said) -> Part:
    return replace(
        part,
        poll=content.poll,
        reply_setting=ReplySetting(said.reply_setting) if said.reply_setting else None,
        format=Format(said.format) if said.format else Format.POST,
    )


def _comment(content: Content, said: Said, traits: Traits, added: Added) -> Iterator[Part]:
    if content.first_comment.strip():
        part = _part(_Text(with_utm(content.first_comment, added.utm)), content, said)
        alone = traits.following is not Following.REPLIES
        yield replace(
            part,
            is_comment=True,
            content_warning="" if alone else part.content_warning,
            visibility=None if alone else part.visibility,
        )
