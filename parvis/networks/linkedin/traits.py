"""What LinkedIn carries. It states none of this at run time."""

from dataclasses import replace

from parvis.networks.traits import (
    Counting,
    Following,
    PollTraits,
    Traits,
    VideoTraits,
    Visibility,
)

DAY = 24 * 60
# PollContent on the Posts API's page; a poll stays open for one of these.
POLL_DURATIONS = {
    DAY: "ONE_DAY",
    3 * DAY: "THREE_DAYS",
    7 * DAY: "SEVEN_DAYS",
    14 * DAY: "FOURTEEN_DAYS",
}

# Texts: 3,000 and comments 1,250 are third parties', and whether escapes count is told nowhere:
# the text is counted as it was typed. Images: fewer than 36,152,320 pixels and GIFs of up to 250
# frames, the Images API's page; it names no size in bytes, 8 MB is what other tools keep to.
# Alt texts: fewer than 4,086 characters, the Posts API's page. Videos: the Videos API's page; it
# also asks for 75 KB at least, but not what becomes of a smaller one. Whether a video can be
# described is not told, so it is not.
MEMBER_TRAITS = Traits(
    text_limit=3000,
    counting=Counting.UTF16,
    image_limit=20,
    image_bytes_limit=8_000_000,
    image_pixels_limit=36_152_319,
    image_types=("image/jpeg", "image/png", "image/gif"),
    alt_limit=4085,
    video=VideoTraits(
        bytes_limit=500_000_000,
        types=("video/mp4",),
        shortest_seconds=3.0,
        longest_seconds=30 * 60.0,
    ),
    poll=PollTraits(
        most_options=4,
        option_limit=30,
        shortest_minutes=DAY,
        longest_minutes=14 * DAY,
        minutes=tuple(POLL_DURATIONS),
        question_limit=140,
    ),
    visibilities=(Visibility.PUBLIC, Visibility.CONNECTIONS),
    following=Following.COMMENT,
    comment_limit=1250,
)
# An organisation has followers and no connections.
ORGANISATION_TRAITS = replace(MEMBER_TRAITS, visibilities=(Visibility.PUBLIC,))
