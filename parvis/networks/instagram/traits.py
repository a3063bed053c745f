"""What an Instagram account can carry, by the way in which it was connected."""

from dataclasses import replace

from parvis.networks.instagram.api import FACEBOOK_LOGIN
from parvis.networks.traits import Counting, Following, Format, Traits, VideoTraits

_MB = 1024 * 1024

_TRAITS = Traits(
    # That it counts in UTF-16 units is not documented; no other count is higher.
    text_limit=2_200,
    counting=Counting.UTF16,
    # The reference says 30; since December 2025 the product shows 5 (several news pages).
    hashtags_advised=5,
    hashtag_limit=30,
    mention_limit=20,
    image_limit=10,
    image_bytes_limit=8 * _MB,
    image_types=("image/jpeg",),
    image_narrowest=0.8,
    image_widest=1.91,
    # From memory of the `alt_text` reference.
    alt_limit=1_000,
    video=VideoTraits(
        limit=10,
        beside_images=True,
        # Recent notes say 300 MB, an older sample of Meta's 1 GB.
        bytes_limit=300 * _MB,
        types=("video/mp4", "video/quicktime"),
        shortest_seconds=3.0,
        longest_seconds=15 * 60.0,
    ),
    posts_text_alone=False,
    fetches_media=True,
    formats=(Format.POST, Format.REEL, Format.STORY),
    following=Following.COMMENT,
    # “The total length of the comment cannot exceed 300 characters”, from memory of the reference.
    comment_limit=300,
)

# Meta's Instagram Platform pages on stories, as other clients quote them.
STORY_SECONDS = 60.0
STORY_BYTES = 100 * _MB
# In one comment, from memory of the reference.
COMMENT_HASHTAGS = 4


def traits_of(way: str) -> Traits:
    """Deleting a post is in Meta's field list for accounts connected through a Page (2026-04), and
    not in the pages on Instagram Login."""
    return replace(_TRAITS, deletes=way == FACEBOOK_LOGIN)
