"""What X carries: docs of 2026-08, media/quickstart/best-practices and the OpenAPI description."""

from parvis.networks.traits import (
    Counting,
    Following,
    PollTraits,
    ReplySetting,
    Traits,
    VideoTraits,
)

_MEGABYTE = 1024 * 1024

# An account with Premium may write more (changelog of 2024-08-20). 280 fits every account.
TRAITS = Traits(
    text_limit=280,
    counting=Counting.WEIGHTED,
    url_weight=23,
    # Self-serve apps, changelog of 2026-02-23.
    cashtag_limit=1,
    image_limit=4,
    image_bytes_limit=5 * _MEGABYTE,
    image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
    animation_bytes_limit=15 * _MEGABYTE,
    animation_alone=True,
    alt_limit=1000,
    video=VideoTraits(
        bytes_limit=512 * _MEGABYTE,
        # "Dimensions must be between 32x32 and 1280x1024" in the developers' pages, but X takes and
        # plays 1080p; 1920 x 1200 is the help pages', from memory, not confirmed.
        pixels_limit=1920 * 1200,
        types=("video/mp4", "video/quicktime"),
        shortest_seconds=0.5,
        longest_seconds=140.0,
        alt_limit=1000,
    ),
    poll=PollTraits(most_options=4, option_limit=25, shortest_minutes=5, longest_minutes=10080),
    reply_settings=(
        ReplySetting.EVERYONE,
        ReplySetting.FOLLOWED,
        ReplySetting.MENTIONED,
        ReplySetting.SUBSCRIBERS,
        ReplySetting.VERIFIED,
    ),
    # A reply is open to who was mentioned or quoted by the parent's author (since 2026-02-23).
    # That an author may always answer their own post is from memory, not confirmed.
    following=Following.REPLIES,
)
