"""The last look at a part before anything of it is sent: what does not fit is refused, not cut.

Each refusal's code is stable; `compose.validation` makes findings of them while a post is written.
"""

from collections.abc import Iterator
from dataclasses import replace

from parvis.networks.errors import Refused
from parvis.networks.fit.media import media_misfits
from parvis.networks.fit.poll import poll_misfits
from parvis.networks.fit.refusal import refused
from parvis.networks.part import Part
from parvis.networks.text import (
    Length,
    count,
    most_cashtags,
    most_hashtags,
    most_links,
    most_mentions,
)
from parvis.networks.traits import Following, Format, Traits, Visibility


def refuse_misfit(part: Part, traits: Traits, network: str) -> None:
    """Raises Refused with the first reason why this network cannot carry the part as it is."""
    for refusal in misfits(part, traits, network):
        raise refusal


def misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    """Every reason why this network cannot carry the part as it is. The fact `number` counts
    media from 1."""
    if part.is_comment:
        yield from _comment_misfits(part, traits, network)
    yield from _format_misfits(part, traits, network)
    yield from _text_misfits(part, traits, network)
    yield from _tag_misfits(part.text, traits, network)
    yield from _choice_misfits(part, traits, network)
    yield from media_misfits(part, traits, network)
    if part.poll is not None:
        yield from poll_misfits(part.poll, part, traits, network)


def _comment_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if traits.following is Following.NOTHING:
        yield refused(
            "no-comment",
            f"{network} takes no comment of ours below a post.",
            "Take the comment out",
        )
    if traits.following is Following.COMMENT and (part.media or part.poll):
        yield refused(
            "comment-text-alone",
            f"A comment on {network} is text alone.",
            "Take the media and the poll out of the comment",
        )


def _format_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if part.format not in traits.formats:
        yield refused(
            "no-format",
            f"{network} cannot post as “{part.format}”.",
            "Choose another format",
            format=str(part.format),
        )
        return
    if part.format is Format.REEL and not (len(part.media) == len(part.videos) == 1):
        yield refused("reel-needs-video", "A reel is one video.", "Attach one video alone")
    if part.format is Format.STORY:
        yield from _story_misfits(part, network)


def _story_misfits(part: Part, network: str) -> Iterator[Refused]:
    if len(part.media) != 1:
        yield refused("story-needs-one", "A story is one image or one video.", "Attach just one")
    if part.text.strip():
        yield refused(
            "story-without-text",
            f"A story on {network} carries no text.",
            "Take the text out, or choose another format",
        )


def _text_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if not part.text.strip() and not part.media:
        yield refused("empty", "A post needs a text or an image.", "Write one")
    if not part.media and not traits.posts_text_alone and not part.is_comment:
        yield refused(
            "needs-image", f"{network} takes no post without an image.", "Attach an image"
        )
    yield from _length_misfits(_length(part, traits), network)


def _length(part: Part, traits: Traits) -> Length:
    if part.is_comment and traits.comment_limit is not None:
        traits = replace(traits, text_limit=traits.comment_limit)
    return count(part.text, traits, part.content_warning)


def _length_misfits(length: Length, network: str) -> Iterator[Refused]:
    if length.units > length.limit:
        yield refused(
            "too-long",
            f"The text has {length.units} characters of {length.limit} that {network} takes.",
            "Shorten it, or make it a thread",
            length=length.units,
            limit=length.limit,
        )
    if length.bytes_limit is not None and length.bytes > length.bytes_limit:
        yield refused(
            "too-many-bytes",
            f"The text has {length.bytes} bytes of {length.bytes_limit} that {network} takes.",
            "Shorten it, or make it a thread",
            length=length.bytes,
            limit=length.bytes_limit,
        )


def _tag_misfits(text: str, traits: Traits, network: str) -> Iterator[Refused]:
    for what, find, limit in (
        ("hashtags", most_hashtags, traits.hashtag_limit),
        ("mentions", most_mentions, traits.mention_limit),
        ("cashtags", most_cashtags, traits.cashtag_limit),
        ("links", most_links, traits.link_limit),
    ):
        if limit is not None and (found := find(text)) > limit:
            yield refused(
                f"too-many-{what}",
                f"The text has {found} {what} of {limit} that {network} takes.",
                "Take some out",
                count=found,
                limit=limit,
            )


def _choice_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if part.content_warning and not traits.has_content_warning:
        yield refused(
            "no-content-warning", f"{network} has no content warning.", "Take the warning out"
        )
    # Where nothing can be chosen, everything is public.
    if part.visibility not in (None, *(traits.visibilities or (Visibility.PUBLIC,))):
        yield refused(
            "no-visibility",
            f"{network} cannot post as “{part.visibility}”.",
            "Choose another visibility",
            visibility=str(part.visibility),
        )
    if part.reply_setting is not None and part.reply_setting not in traits.reply_settings:
        yield refused(
            "no-reply-setting",
            f"{network} cannot let “{part.reply_setting}” alone answer.",
            "Choose another setting",
            reply_setting=str(part.reply_setting),
        )
