"""What a post on Threads can carry."""

from parvis.networks.traits import (
    Counting,
    Following,
    PollTraits,
    ReplySetting,
    Traits,
    VideoTraits,
)

# documentation/threads/posts: "Carousels require a minimum of two children", 20 at most, images
# and videos mixed.
MEDIA_LIMIT = 20
ALT_LIMIT = 1000
DAY_MINUTES = 24 * 60

# documentation/threads/posts, "Limitations" and "Media Specifications" (2026-04). Whether their
# MB are of 1000 or 1024 kilobytes is not said: the smaller one holds either way.
TRAITS = Traits(
    text_limit=500,
    counting=Counting.EMOJI_BYTES,
    # One topic a post: the first tag in the text becomes it, the others stay plain words.
    hashtags_advised=1,
    # "Links", since 2025-12-22: five different ones at most, an attached one among them.
    link_limit=5,
    image_limit=MEDIA_LIMIT,
    image_bytes_limit=8_000_000,
    image_types=("image/jpeg", "image/png"),
    image_narrowest=0.1,
    image_widest=10.0,
    # Found at third parties only (composio, repliz).
    alt_limit=ALT_LIMIT,
    video=VideoTraits(
        limit=MEDIA_LIMIT,
        beside_images=True,
        bytes_limit=1_000_000_000,
        types=("video/mp4", "video/quicktime"),
        longest_seconds=300.0,
        alt_limit=ALT_LIMIT,
    ),
    fetches_media=True,
    # documentation/threads/create-posts/polls (2026-07): two to four options of 1 to 25 characters,
    # beside text alone. How long it runs cannot be chosen; 24 hours is from memory, not confirmed.
    poll=PollTraits(
        most_options=4,
        option_limit=25,
        shortest_minutes=DAY_MINUTES,
        longest_minutes=DAY_MINUTES,
        minutes=(DAY_MINUTES,),
    ),
    reply_settings=(
        ReplySetting.EVERYONE,
        ReplySetting.FOLLOWED,
        ReplySetting.FOLLOWERS,
        ReplySetting.MENTIONED,
    ),
    following=Following.REPLIES,
    # A container is published once; whether publishing it again answers with the first post or
    # refuses is not known.
    native_key_seconds=0,
)
