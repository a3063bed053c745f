"""What a Facebook Page can carry."""

from parvis.networks.traits import Counting, Following, Format, Traits, VideoTraits

MB = 1024 * 1024

TRAITS = Traits(
    # From memory; no API page that was found states it.
    text_limit=63_206,
    counting=Counting.UTF16,
    # The API states no number; ten is what other tools allow.
    image_limit=10,
    # The Pages guides of 2026 say 10 MB, older translations of the same pages 4 MB.
    image_bytes_limit=10 * MB,
    image_types=("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"),
    # A GIF is taken as a photo and stops moving [from memory].
    animation_bytes_limit=0,
    # No limit is documented; longer ones have not been tried.
    alt_limit=1_000,
    video=VideoTraits(
        # 10 GB and four hours for resumable uploads [from memory].
        bytes_limit=10 * 1024 * MB,
        types=("video/mp4", "video/quicktime"),
        shortest_seconds=1.0,
        longest_seconds=4 * 3600.0,
    ),
    formats=(Format.POST, Format.REEL, Format.STORY),
    following=Following.COMMENT,
    # From memory.
    comment_limit=8_000,
)

# developers.facebook.com/docs/video-api/guides/reels-publishing and /docs/page-stories-api
REEL_SECONDS = (3.0, 90.0)
STORY_SECONDS = (3.0, 60.0)
