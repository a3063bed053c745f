"""The last look at a part before anything of it is sent: what does not fit is refused, not cut.

Each refusal's code is stable; `compose.validation` makes findings of them while a post is written.
"""

from collections.abc import Iterator
from dataclasses import replace

from parvis.networks.errors import Refused
from parvis.networks.part import GIF, MediaFile, Part, Poll, split_question
from parvis.networks.text import (
    Length,
    count,
    count_units,
    find_cashtags,
    most_hashtags,
    most_mentions,
)
from parvis.networks.traits import (
    Following,
    Format,
    PollTraits,
    Traits,
    VideoTraits,
    Visibility,
)


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
    yield from _media_misfits(part, traits, network)
    if part.poll is not None:
        yield from _poll_misfits(part.poll, part, traits, network)


def _comment_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if traits.following is Following.NOTHING:
        yield _refused(
            "no-comment",
            f"{network} takes no comment of ours below a post.",
            "Take the comment out",
        )
    if traits.following is Following.COMMENT and (part.media or part.poll):
        yield _refused(
            "comment-text-alone",
            f"A comment on {network} is text alone.",
            "Take the media and the poll out of the comment",
        )


def _format_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if part.format not in traits.formats:
        yield _refused(
            "no-format",
            f"{network} cannot post as “{part.format}”.",
            "Choose another format",
            format=str(part.format),
        )
    if part.format is Format.REEL and not (len(part.media) == len(part.videos) == 1):
        yield _refused("reel-needs-video", "A reel is one video.", "Attach one video alone")
    if part.format is Format.STORY:
        yield from _story_misfits(part, network)


def _story_misfits(part: Part, network: str) -> Iterator[Refused]:
    if len(part.media) != 1:
        yield _refused("story-needs-one", "A story is one image or one video.", "Attach just one")
    if part.text.strip():
        yield _refused(
            "story-without-text",
            f"A story on {network} carries no text.",
            "Take the text out, or choose another format",
        )


def _text_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if not part.text.strip() and not part.media:
        yield _refused("empty", "A post needs a text or an image.", "Write one")
    if not part.media and not traits.posts_text_alone and not part.is_comment:
        yield _refused(
            "needs-image", f"{network} takes no post without an image.", "Attach an image"
        )
    yield from _length_misfits(_length(part, traits), network)


def _length(part: Part, traits: Traits) -> Length:
    if part.is_comment and traits.comment_limit is not None:
        traits = replace(traits, text_limit=traits.comment_limit)
    return count(part.text, traits, part.content_warning)


def _length_misfits(length: Length, network: str) -> Iterator[Refused]:
    if length.units > length.limit:
        yield _refused(
            "too-long",
            f"The text has {length.units} characters of {length.limit} that {network} takes.",
            "Shorten it, or make it a thread",
            length=length.units,
            limit=length.limit,
        )
    if length.bytes_limit is not None and length.bytes > length.bytes_limit:
        yield _refused(
            "too-many-bytes",
            f"The text has {length.bytes} bytes of {length.bytes_limit} that {network} takes.",
            "Shorten it, or make it a thread",
            length=length.bytes,
            limit=length.bytes_limit,
        )


def _tag_misfits(text: str, traits: Traits, network: str) -> Iterator[Refused]:
    for what, found, limit in (
        ("hashtags", most_hashtags(text), traits.hashtag_limit),
        ("mentions", most_mentions(text), traits.mention_limit),
        ("cashtags", len(find_cashtags(text)), traits.cashtag_limit),
    ):
        if limit is not None and found > limit:
            yield _refused(
                f"too-many-{what}",
                f"The text has {found} {what} of {limit} that {network} takes.",
                "Take some out",
                count=found,
                limit=limit,
            )


def _choice_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if part.content_warning and not traits.has_content_warning:
        yield _refused(
            "no-content-warning", f"{network} has no content warning.", "Take the warning out"
        )
    # Where nothing can be chosen, everything is public.
    if part.visibility not in (None, *(traits.visibilities or (Visibility.PUBLIC,))):
        yield _refused(
            "no-visibility",
            f"{network} cannot post as “{part.visibility}”.",
            "Choose another visibility",
            visibility=str(part.visibility),
        )
    if part.reply_setting is not None and part.reply_setting not in traits.reply_settings:
        yield _refused(
            "no-reply-setting",
            f"{network} cannot let “{part.reply_setting}” alone answer.",
            "Choose another setting",
            reply_setting=str(part.reply_setting),
        )


def _media_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    yield from _number_misfits(part, traits, network)
    for number, file in enumerate(part.media, start=1):
        for refusal in _file_misfits(file, part, traits, network):
            refusal.facts["number"] = number
            yield refusal


def _file_misfits(file: MediaFile, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if not file.is_video:
        yield from _image_misfits(file, part, traits, network)
    elif traits.video is not None:
        yield from _video_misfits(file, traits.video, network)


def _number_misfits(part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    yield from _too_many("images", len(part.images), traits.image_limit, network)
    if not part.videos:
        return
    if traits.video is None:
        yield _refused("no-video", f"{network} takes no video from us.", "Take the video out")
        return
    yield from _too_many("videos", len(part.videos), traits.video.limit, network)
    if part.images and not traits.video.beside_images:
        yield _refused(
            "video-beside-images",
            f"{network} takes no video beside images.",
            "Keep the video or the images",
        )
    together = max(traits.image_limit, traits.video.limit)
    yield from _too_many("media", len(part.media), together, network)


def _too_many(what: str, number: int, limit: int, network: str) -> Iterator[Refused]:
    if number > limit:
        yield _refused(
            f"too-many-{what}",
            f"{network} takes at most {limit} {what} in one post.",
            "Take some out",
            limit=limit,
            count=number,
        )


def _image_misfits(image: MediaFile, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if image.is_animated and traits.animation_bytes_limit is not None:
        yield from _animation_misfits(image, part, traits, network)
    else:
        yield from _type_misfits("image", image, traits.image_types, network)
        yield from _size_misfits("image", image, traits.image_bytes_limit, network)
    yield from _pixel_misfits(image, traits, network)
    if part.format is Format.POST:
        yield from _shape_misfits(image, traits, network)
    yield from _alt_misfits(image, traits.alt_limit, network)


def _animation_misfits(
    image: MediaFile, part: Part, traits: Traits, network: str
) -> Iterator[Refused]:
    if not traits.animation_bytes_limit:
        yield _refused(
            "no-animation",
            f"On {network} a moving picture would stand still.",
            "Attach a still picture or a video",
            name=image.path.name,
        )
        return
    yield from _type_misfits("image", image, (GIF, *traits.image_types), network)
    yield from _size_misfits("animation", image, traits.animation_bytes_limit, network)
    if traits.animation_alone and len(part.media) > 1:
        yield _refused(
            "animation-alone",
            f"On {network} a moving picture stands alone in a post.",
            "Take the other media out",
        )


def _type_misfits(
    what: str, file: MediaFile, types: tuple[str, ...], network: str
) -> Iterator[Refused]:
    if file.media_type not in types:
        yield _refused(
            f"{what}-type",
            f"{network} takes no {what} of type {file.media_type}.",
            "Attach it in another form",
            type=file.media_type,
            name=file.path.name,
        )


def _size_misfits(what: str, file: MediaFile, limit: int, network: str) -> Iterator[Refused]:
    if file.size > limit:
        yield _refused(
            f"{what}-too-large",
            f"“{file.path.name}” has {file.size} bytes of {limit} that {network} takes.",
            "Attach a smaller one",
            size=file.size,
            limit=limit,
            name=file.path.name,
        )


def _pixel_misfits(image: MediaFile, traits: Traits, network: str) -> Iterator[Refused]:
    pixels = traits.image_pixels_limit
    if pixels is not None and image.width * image.height > pixels:
        yield _refused(
            "image-too-wide",
            f"An image has more pixels than {network} takes.",
            "Attach a smaller one",
        )


def _shape_misfits(image: MediaFile, traits: Traits, network: str) -> Iterator[Refused]:
    if not _has_fitting_shape(image, traits):
        yield _refused(
            "image-shape",
            f"{network} takes no image of {image.width} × {image.height}: it is too wide or too "
            "tall.",
            "Crop it",
            width=image.width,
            height=image.height,
            name=image.path.name,
        )


def _has_fitting_shape(image: MediaFile, traits: Traits) -> bool:
    narrowest, widest = traits.image_narrowest or 0.0, traits.image_widest or float("inf")
    return narrowest * image.height <= image.width <= widest * image.height


def _alt_misfits(file: MediaFile, limit: int, network: str) -> Iterator[Refused]:
    if file.alt and not limit:
        yield _refused(
            "alt-not-taken",
            f"{network} takes no description with this kind of media.",
            "Take the description out",
            name=file.path.name,
        )
    elif len(file.alt) > limit:
        yield _refused(
            "alt-too-long",
            f"A description has {len(file.alt)} characters of {limit} that {network} takes.",
            "Shorten it",
            length=len(file.alt),
            limit=limit,
        )


def _video_misfits(video: MediaFile, traits: VideoTraits, network: str) -> Iterator[Refused]:
    yield from _type_misfits("video", video, traits.types, network)
    yield from _size_misfits("video", video, traits.bytes_limit, network)
    yield from _alt_misfits(video, traits.alt_limit, network)
    if video.seconds is None:
        return
    for code, limit, breaks in (
        ("video-too-short", traits.shortest_seconds, video.seconds < traits.shortest_seconds),
        ("video-too-long", traits.longest_seconds, video.seconds > traits.longest_seconds),
    ):
        if breaks:
            yield _refused(
                code,
                f"A video has {video.seconds:g} seconds; {network}’s limit is {limit:g}.",
                "Attach another one",
                seconds=f"{video.seconds:g}",
                limit=f"{limit:g}",
                name=video.path.name,
            )


def _poll_misfits(poll: Poll, part: Part, traits: Traits, network: str) -> Iterator[Refused]:
    if traits.poll is None:
        yield _refused("no-poll", f"{network} takes no poll from us.", "Take the poll out")
        return
    yield from _option_misfits(poll, traits, traits.poll, network)
    yield from _question_misfits(part.text, traits, traits.poll, network)
    if poll.multiple_choice and not traits.poll.has_multiple_choice:
        yield _refused(
            "poll-one-choice",
            f"A poll on {network} allows one choice alone.",
            "Let people choose one option",
        )
    if part.media and not traits.poll.with_media:
        yield _refused(
            "poll-with-media",
            f"{network} takes no poll beside media.",
            "Keep the poll or the media",
        )
    if not _has_fitting_minutes(poll, traits.poll):
        yield _refused(
            "poll-minutes",
            f"A poll on {network} cannot last {poll.minutes} minutes.",
            "Choose another duration",
            minutes=poll.minutes,
            shortest=traits.poll.shortest_minutes,
            longest=traits.poll.longest_minutes,
        )


def _option_misfits(
    poll: Poll, traits: Traits, poll_traits: PollTraits, network: str
) -> Iterator[Refused]:
    if not 2 <= len(poll.options) <= poll_traits.most_options:
        yield _refused(
            "poll-options",
            f"A poll on {network} has 2 to {poll_traits.most_options} options.",
            "Change their number",
            count=len(poll.options),
            limit=poll_traits.most_options,
        )
    if not all(option.strip() for option in poll.options):
        yield _refused("poll-empty-option", "An option of the poll is empty.", "Fill it in")
    longest = max((count_units(option, traits) for option in poll.options), default=0)
    if longest > poll_traits.option_limit:
        yield _refused(
            "poll-option-too-long",
            f"An option has {longest} characters of {poll_traits.option_limit} that {network} "
            "takes.",
            "Shorten it",
            length=longest,
            limit=poll_traits.option_limit,
        )


def _question_misfits(
    text: str, traits: Traits, poll_traits: PollTraits, network: str
) -> Iterator[Refused]:
    limit = poll_traits.question_limit
    question, _ = split_question(text)
    length = count_units(question, traits)
    if limit is not None and not 0 < length <= limit:
        yield _refused(
            "poll-question",
            f"{network} shows a poll’s question by itself: the first line of the text, of at most "
            f"{limit} characters. It has {length}.",
            "Put the question on the first line",
            length=length,
            limit=limit,
        )


def _has_fitting_minutes(poll: Poll, traits: PollTraits) -> bool:
    if traits.minutes and poll.minutes not in traits.minutes:
        return False
    return traits.shortest_minutes <= poll.minutes <= traits.longest_minutes


def _refused(code: str, sentence: str, remedy: str, **facts: str | int) -> Refused:
    """`remedy` is what to do, without its full stop."""
    return Refused(code, f"{sentence} Nothing was posted. {remedy}.", **facts)
