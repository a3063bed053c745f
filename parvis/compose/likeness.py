"""Finds pictures that look alike: the same photograph at another size, or saved once more.

dHash: a picture is made very small and grey, and each of its 64 bits says whether a point is
darker than its right neighbour. Alike pictures differ in few bits. Source: Neal Krawetz, “Kind of
Like That” (hackerfactor.com, 2013): 0 bits for a copy, up to 10 for a variation.
"""

import time
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from django.db import connection
from PIL import Image as Pillow

from parvis.compose.models import Media
from parvis.compose.pictures import BROKEN, MEDIA_TYPES

_ALIKE_WITHIN = 6
# Of an even surface, or of one that only fades to a side, the bits say nothing.
_FEWEST_TELLING, _MOST_TELLING = 8, 56
_SAYS_NOTHING = 0
_SIDE = 8


def likeness_of(file: BinaryIO | Path) -> int:
    """64 bits as a signed number; 0 where they would say nothing."""
    try:
        with Pillow.open(file, formats=list(MEDIA_TYPES)) as opened:
            opened.draft("L", (_SIDE * 16, _SIDE * 16))
            grey = opened.convert("RGBA").convert("L")
    except BROKEN:
        return _SAYS_NOTHING
    bits = _bits(grey.resize((_SIDE + 1, _SIDE), Pillow.Resampling.BOX).tobytes())
    if not _FEWEST_TELLING <= bits.bit_count() <= _MOST_TELLING:
        return _SAYS_NOTHING
    return bits - (1 << 64) if bits >> 63 else bits


def look_at_pictures(limit: int = 500, seconds: float = 5) -> int:
    """Looks at pictures that were kept before likenesses were, for about so many seconds at most.
    Answers at how many; the rest is left for the next time."""
    ends = time.monotonic() + seconds
    waiting = Media.objects.filter(likeness=None, media_type__startswith="image/")
    seen: list[Media] = []
    for media in waiting.order_by("-pk")[:limit]:
        if time.monotonic() > ends:
            break
        media.likeness = likeness_of(media.path)
        seen.append(media)
    Media.objects.bulk_update(seen, ["likeness"], batch_size=100)
    return len(seen)


def alike(media_ids: Collection[int]) -> dict[int, list[int]]:
    """By the number of each picture those of the same workspace that look like it, newest
    first, and no copies that were made for networks."""
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [_ALIKE_WITHIN, list(media_ids)])
        for mine, other in cursor.fetchall():
            found.setdefault(mine, []).append(other)
    return found


_ALIKE = """
    SELECT mine.id, other.id
    FROM compose_media mine
    JOIN compose_media other
      ON other.workspace_id = mine.workspace_id
     AND other.id <> mine.id
     AND other.likeness <> 0
     AND other.copy_of_id IS NULL
     AND bit_count(int8send(mine.likeness # other.likeness)) <= %s
    WHERE mine.id = ANY(%s) AND mine.likeness <> 0
    ORDER BY mine.id, other.id DESC
"""


def _bits(points: bytes) -> int:
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            bits = bits << 1 | (points[at] < points[at + 1])
    return bits
