"""What a server states of its limits, as traits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from parvis.networks.contract import Traits, Visibility
from parvis.networks.traits import PollTraits, VideoTraits

# Mastodon limits a video's bytes, pixels and frames per second (video_frame_rate_limit: it refuses
# more while uploading, which is told then), not how long it lasts.
_A_DAY = 24 * 3600.0

# What Mastodon proper has when its administrator changed nothing. A server that states its own
# limits overrides each of these.
VIDEO = VideoTraits(
    bytes_limit=99 * 1024 * 1024,
    pixels_limit=8_294_400,
    types=("video/mp4", "video/webm", "video/quicktime"),
    longest_seconds=_A_DAY,
    alt_limit=1500,
)
# poll_options_validator.rb and poll_expiration_validator.rb. A poll and media exclude each other
# (post_status_service.rb).
POLL = PollTraits(
    most_options=4,
    option_limit=50,
    shortest_minutes=5,
    longest_minutes=2_629_746 // 60,
    has_multiple_choice=True,
)
TRAITS = Traits(
    text_limit=500,
    url_weight=23,
    mention_counts_without_host=True,
    image_limit=4,
    image_bytes_limit=16 * 1024 * 1024,
    image_pixels_limit=33_177_600,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
    alt_limit=1500,
    video=VIDEO,
    poll=POLL,
    visibilities=(
        Visibility.PUBLIC,
        Visibility.UNLISTED,
        Visibility.FOLLOWERS,
        Visibility.MENTIONED,
    ),
    has_content_warning=True,
)


def read_limits(stated: Mapping[str, Any]) -> Traits:
    """The traits from `configuration`, of /api/v2/instance or /api/v1/instance."""
    configuration = section(stated, "configuration")
    statuses = section(configuration, "statuses")
    media = section(configuration, "media_attachments")
    usual = TRAITS
    return replace(
        usual,
        # Pleroma and its kin state their limit as max_toot_chars only.
        text_limit=_number(statuses, "max_characters")
        or _number(stated, "max_toot_chars")
        or usual.text_limit,
        url_weight=_number(statuses, "characters_reserved_per_url") or usual.url_weight,
        image_limit=_number(statuses, "max_media_attachments") or usual.image_limit,
        image_bytes_limit=_number(media, "image_size_limit") or usual.image_bytes_limit,
        image_pixels_limit=_number(media, "image_matrix_limit"),
        alt_limit=_number(media, "description_limit") or usual.alt_limit,
        image_types=_types(media, "image/") or usual.image_types,
        video=_video(media),
        poll=_poll(section(configuration, "polls") or section(stated, "poll_limits")),
    )


def _video(media: Mapping[str, Any]) -> VideoTraits | None:
    """None where the server lists its media types and no video is among them."""
    types = _types(media, "video/")
    if _types(media, "") and not types:
        return None
    return replace(
        VIDEO,
        bytes_limit=_number(media, "video_size_limit") or VIDEO.bytes_limit,
        pixels_limit=_number(media, "video_matrix_limit"),
        types=types or VIDEO.types,
        alt_limit=_number(media, "description_limit") or VIDEO.alt_limit,
    )


def _poll(polls: Mapping[str, Any]) -> PollTraits:
    """Pleroma's poll_limits names the length of an option its own way."""
    shortest, longest = _number(polls, "min_expiration"), _number(polls, "max_expiration")
    return replace(
        POLL,
        most_options=_number(polls, "max_options") or POLL.most_options,
        option_limit=_number(polls, "max_characters_per_option")
        or _number(polls, "max_option_chars")
        or POLL.option_limit,
        shortest_minutes=-(-shortest // 60) if shortest else POLL.shortest_minutes,
        longest_minutes=longest // 60 if longest else POLL.longest_minutes,
    )


def section(stated: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = stated.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(stated: Mapping[str, Any], name: str) -> int | None:
    found = stated.get(name)
    return found if isinstance(found, int) and found > 0 else None


def _types(media: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    types = media.get("supported_mime_types")
    if not isinstance(types, list):
        return ()
    return tuple(t for t in types if isinstance(t, str) and t.startswith(kind))
