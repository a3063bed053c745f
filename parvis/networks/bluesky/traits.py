"""What Bluesky carries: the limits are part of the protocol, the same on every server."""

from parvis.networks.part import GIF
from parvis.networks.traits import ReplySetting, Traits, VideoTraits, Visibility

# app.bsky.feed.post: 300 graphemes and 3,000 bytes; app.bsky.embed.images: 4 images of
# 2,000,000 bytes; app.bsky.embed.video: 300,000,000 bytes. The schema sets no limit for alt texts
# and lengths: 2,000 and ten minutes are the app's (social-app, src/lib/constants.ts, 2026-10), as
# are the types of video, among which is the GIF.
TRAITS = Traits(
    text_limit=300,
    text_bytes_limit=3000,
    image_limit=4,
    image_bytes_limit=2_000_000,
    image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
    animation_bytes_limit=300_000_000,
    # The video service takes GIFs alone of the moving pictures (social-app, src/lib/constants.ts).
    animation_types=(GIF,),
    animation_alone=True,
    alt_limit=2000,
    video=VideoTraits(
        bytes_limit=300_000_000,
        types=("video/mp4", "video/quicktime", "video/webm", "video/mpeg"),
        longest_seconds=600.0,
        alt_limit=2000,
    ),
    visibilities=(Visibility.PUBLIC,),
    reply_settings=(
        ReplySetting.EVERYONE,
        ReplySetting.FOLLOWED,
        ReplySetting.FOLLOWERS,
        ReplySetting.MENTIONED,
        ReplySetting.NOBODY,
    ),
    native_key_seconds=None,
)
