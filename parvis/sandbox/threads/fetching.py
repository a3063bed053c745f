"""Media as Threads fetches them from the address that was named, and what it finds unfit."""

import asyncio
import io
from dataclasses import dataclass

import av
import av.error
from PIL import Image, UnidentifiedImageError

from parvis.sandbox.fetching import TooLarge, fetch

# documentation/threads/posts, "Media Specifications"; MB taken as the larger one.
IMAGE_BYTES = 8 * 1024 * 1024
VIDEO_BYTES = 1024 * 1024 * 1024
_STEEPEST = 10.0
_LONGEST_SECONDS = 300.0
_WIDEST_VIDEO = 1920
_IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
_CODECS = frozenset({"h264", "hevc"})


class Unfit(Exception):
    """What was fetched will not do. `reason` is one of Threads' names for that, for a video."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    media_type: str


async def fetch_image(url: str) -> Fetched:
    content = await _fetch(url, IMAGE_BYTES)
    return Fetched(content, await asyncio.to_thread(_image_type, content))


async def fetch_video(url: str) -> Fetched:
    content = await _fetch(url, VIDEO_BYTES)
    await asyncio.to_thread(_check_video, content)
    return Fetched(content, "video/mp4")


async def _fetch(url: str, limit: int) -> bytes:
    try:
        return await fetch(url, limit)
    except TooLarge:
        raise Unfit("UNKNOWN") from None


def _image_type(content: bytes) -> str:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            found, (width, height) = _IMAGE_TYPES.get(picture.format or ""), picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Unfit("UNKNOWN") from None
    if found is None:
        raise Unfit("UNKNOWN")
    if max(width, height) > _STEEPEST * min(width, height):
        raise Unfit("INVALID_ASPEC_RATIO")
    return found


def _check_video(content: bytes) -> None:
    try:
        with av.open(io.BytesIO(content), mode="r") as video:
            stream = next(iter(video.streams.video), None)
            seconds = (video.duration or 0) / 1_000_000
            container = video.format.name
    except av.error.FFmpegError:
        raise Unfit("FAILED_PROCESSING_VIDEO") from None
    if stream is None or "mp4" not in container or stream.codec_context.name not in _CODECS:
        raise Unfit("FAILED_PROCESSING_VIDEO")
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise Unfit("INVALID_DURATION")
    if stream.width > _WIDEST_VIDEO or stream.width > _STEEPEST * stream.height:
        raise Unfit("INVALID_ASPEC_RATIO")
