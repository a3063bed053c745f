"""What the two servers say of themselves and how they refuse."""

from dataclasses import dataclass

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
VIDEO_TYPES = ("video/webm", "video/mp4", "video/quicktime", "video/ogg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """`counts_links_whole`: the length is that of the raw code points, whatever the stated weight
    of a link. `refusal_status` is that of what does not pass validation."""

    software: str
    version: str
    source_url: str
    most_characters: int
    link_weight: int
    counts_raw: bool
    most_media: int
    mixes_media: bool
    description_limit: int
    image_bytes: int
    video_bytes: int
    image_pixels: int = 33_177_600
    gif_pixels: int | None = 921_600
    video_pixels: int = 8_294_400
    frame_rate: int = 120
    most_options: int
    option_characters: int = 50
    shortest_poll: int = 300
    longest_poll: int = 2_629_746
    usual_visibility: str
    has_keys: bool
    has_batches: bool
    refusal_status: int


# Mastodon 4.5: status_length_validator.rb, media_attachment.rb, attachmentable.rb,
# poll_options_validator.rb, poll_expiration_validator.rb.
MASTODON = Dialect(
    software="mastodon",
    version="4.5.2",
    source_url="https://github.com/mastodon/mastodon",
    most_characters=500,
    link_weight=23,
    counts_raw=False,
    most_media=4,
    mixes_media=False,
    description_limit=1_500,
    image_bytes=16 * 1024 * 1024,
    video_bytes=99 * 1024 * 1024,
    most_options=4,
    usual_visibility="public",
    has_keys=True,
    has_batches=True,
    refusal_status=422,
)
# GoToSocial 0.20: its stated limits were seen on a running one; statuscreate.go counts runes.
GOTOSOCIAL = Dialect(
    software="gotosocial",
    version="0.20.2",
    source_url="https://codeberg.org/superseriousbusiness/gotosocial",
    most_characters=5_000,
    link_weight=25,
    counts_raw=True,
    most_media=6,
    mixes_media=True,
    description_limit=1_500,
    image_bytes=40 * 1024 * 1024,
    video_bytes=40 * 1024 * 1024,
    gif_pixels=None,
    most_options=6,
    usual_visibility="unlisted",
    has_keys=False,
    has_batches=False,
    refusal_status=400,
)
