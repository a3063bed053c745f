"""Fetching media from a public address, and looking into what was handed in.

Meta fetches from anywhere; the sandbox never asks a host beyond loopback.
"""

import asyncio
import io
from dataclasses import dataclass

import av
import av.error
from aiohttp import ClientError, ClientSession, ClientTimeout
from PIL import Image, UnidentifiedImageError
from yarl import URL

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 20.0


class NotFetched(Exception):
    """Nothing could be had from the address."""


class TooLarge(Exception):
    pass


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


async def fetch(url: str, limit: int) -> bytes:
    address = _loopback(url)
    content = bytearray()
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=_SECONDS)) as session,
            session.get(address) as answer,
        ):
            if answer.status != 200:
                raise NotFetched(f"{address.host} answered {answer.status}")
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > limit:
                    raise TooLarge
    except (ClientError, TimeoutError) as trouble:
        raise NotFetched(str(trouble)) from None
    return bytes(content)


def _loopback(url: str) -> URL:
    try:
        address = URL(url)
    except ValueError:
        raise NotFetched("This is no address.") from None
    if address.scheme not in ("http", "https") or address.host not in _LOOPBACK:
        raise NotFetched("The sandbox fetches from loopback alone.")
    return address


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
