"""Looking into the pictures and videos that were handed in or fetched."""

import asyncio
import io
from dataclasses import dataclass

import av
import av.error
from PIL import Image, UnidentifiedImageError


class Unreadable(Exception):
    """The bytes are no picture, or no video."""


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Video:
    media_type: str
    seconds: float


async def look_into_picture(content: bytes) -> Picture:
    return await asyncio.to_thread(_picture, content)


async def look_into_video(content: bytes) -> Video:
    return await asyncio.to_thread(_video, content)


def _picture(content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return Picture(Image.MIME.get(picture.format or "", ""), *picture.size)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Unreadable from None


def _video(content: bytes) -> Video:
    try:
        with av.open(io.BytesIO(content), "r") as video:
            if not video.streams.video or "mp4" not in video.format.name:
                raise Unreadable
            return Video("video/mp4", (video.duration or 0) / 1_000_000)
    except (av.error.FFmpegError, ValueError):
        raise Unreadable from None
