"""What one account's network can carry, as data: composing, counting and the documentation read it.

Sizes are bytes, lengths are counted by `text.py`. Where a network states its limits at run time
they are read there; what is written down in a module is what holds until then.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from parvis.networks.json_text import read_json, write_json

Json = dict[str, Any]


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "private"
    MENTIONED = "direct"
    CONNECTIONS = "connections"


class ReplySetting(StrEnum):
    """Who may answer. What is not chosen is left to the account's own settings."""

    EVERYONE = "everyone"
    FOLLOWED = "followed"
    """Whom the account follows."""
    FOLLOWERS = "followers"
    MENTIONED = "mentioned"
    SUBSCRIBERS = "subscribers"
    VERIFIED = "verified"
    NOBODY = "nobody"


class Format(StrEnum):
    POST = "post"
    REEL = "reel"
    STORY = "story"


class Counting(StrEnum):
    """The unit in which a network counts a text."""

    GRAPHEMES = "graphemes"
    WEIGHTED = "weighted"
    """twitter-text's config/v3.json: many signs weigh 2, any emoji 2."""
    EMOJI_BYTES = "emoji bytes"
    """Code points, but an emoji counts as its UTF-8 bytes."""
    CODE_POINTS = "code points"
    """Unicode's characters, of which an accent or an emoji may be several."""
    UTF16 = "utf-16"
    """Code units, as Java and JavaScript count: never fewer than a network that does not say."""


class Following(StrEnum):
    """What may come after the first part of a post."""

    REPLIES = "replies"
    """A thread: each part answers the one before. A first comment is a reply as well."""
    COMMENT = "comment"
    """One comment below the post, of text alone."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTraits:
    """`limit` is how many go into one post; beside images only where `beside_images`."""

    limit: int = 1
    beside_images: bool = False
    bytes_limit: int
    pixels_limit: int | None = None
    """Width times height of a frame; None where any goes."""
    types: tuple[str, ...]
    shortest_seconds: float = 0.0
    longest_seconds: float
    alt_limit: int = 0
    """0 where a video carries no description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollTraits:
    most_options: int
    option_limit: int
    """Length of one option, in the unit in which the text is counted."""
    shortest_minutes: int
    longest_minutes: int
    minutes: tuple[int, ...] = ()
    """The only durations that can be chosen, where the network offers but a few."""
    has_multiple_choice: bool = False
    with_media: bool = False
    question_limit: int | None = None
    """Length of the text's first line, where the network shows it by itself as the question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What one account's network can carry."""

    text_limit: int
    counting: Counting = Counting.GRAPHEMES
    text_bytes_limit: int | None = None
    url_weight: int | None = None
    mention_counts_without_host: bool = False
    hashtags_advised: int | None = None
    """More are allowed by the letter, and refused or hidden by the product."""
    hashtag_limit: int | None = None
    mention_limit: int | None = None
    cashtag_limit: int | None = None
    link_limit: int | None = None
    """Different links in one text."""

    image_limit: int
    image_bytes_limit: int
    image_pixels_limit: int | None = None
    image_types: tuple[str, ...]
    image_narrowest: float | None = None
    image_widest: float | None = None
    """Width over height, at least and at most; None where any shape goes."""
    animation_bytes_limit: int | None = None
    """For an animated GIF; None where it counts as an image, 0 where it would stop moving."""
    animation_types: tuple[str, ...] | None = None
    """The kinds that keep moving; None where all do that are taken."""
    animation_alone: bool = False
    alt_limit: int
    """0 where images carry no description."""
    video: VideoTraits | None = None
    posts_text_alone: bool = True
    fetches_media: bool = False
    """The network comes to fetch media from a public address instead of being handed them."""

    poll: PollTraits | None = None
    formats: tuple[Format, ...] = (Format.POST,)
    visibilities: tuple[Visibility, ...] = ()
    has_content_warning: bool = False
    reply_settings: tuple[ReplySetting, ...] = ()
    following: Following = Following.REPLIES
    comment_limit: int | None = None
    """Length of a first comment, where it is not the text limit."""

    native_key_seconds: int | None = 0
    """How long the network answers a repeated key with the first post instead of posting anew:
    0 is never, None is for ever."""
    deletes: bool = True

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Traits":
        """Unknown names are left out and absent ones take their default, so that limits stored
        by an older or a newer version can still be read."""
        return _read(write_json(stored))


@lru_cache(maxsize=256)
def _read(written: bytes) -> Traits:
    """Most accounts of a network have the same, and each is asked for them many times."""
    known = _known(Traits, read_json(written))
    for name, read in _READING.items():
        if known.get(name) is not None:
            known[name] = read(known[name])
    return Traits(**known)


def _known(kind: type, stored: Mapping[str, Any]) -> Json:
    return {name: stored[name] for name in _names(kind) if name in stored}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _video_from_json(stored: Mapping[str, Any]) -> VideoTraits:
    known = _known(VideoTraits, stored)
    return VideoTraits(**known | {"types": tuple(known["types"])})


def _poll_from_json(stored: Mapping[str, Any]) -> PollTraits:
    known = _known(PollTraits, stored)
    return PollTraits(**known | {"minutes": tuple(known.get("minutes", ()))})


_READING: dict[str, Any] = {
    "counting": Counting,
    "image_types": tuple,
    "animation_types": tuple,
    "visibilities": lambda stored: tuple(Visibility(value) for value in stored),
    "reply_settings": lambda stored: tuple(ReplySetting(value) for value in stored),
    "formats": lambda stored: tuple(Format(value) for value in stored),
    "following": Following,
    "video": _video_from_json,
    "poll": _poll_from_json,
}
