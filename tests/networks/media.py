"""Pictures and videos to post, and the public address of those that a network fetches."""

from __future__ import annotations

import secrets
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from aiohttp import web
from PIL import Image as Picture

from parvis.networks.contract import MediaFile
from tests.networks.loopback import Server

ALT = "The shop window, seen from the square"


def draw_picture(path: Path, *, colour: str = "teal", size: tuple[int, int] = (640, 480)) -> None:
    """In the format that the name says."""
    Picture.new("RGB", size, colour).save(path)


def film(path: Path, *, seconds: int = 4, size: tuple[int, int] = (640, 360)) -> None:
    """An MP4 of H.264 and silence in AAC, which every network takes."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        picture = container.add_stream("libx264", rate=24)
        picture.width, picture.height = size
        picture.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=44_100, layout="mono")
        still = av.VideoFrame.from_image(Picture.new("RGB", size, "teal"))
        for number in range(24 * seconds):
            still.pts, still.time_base = number, Fraction(1, 24)
            container.mux(picture.encode(still))
        for number in range(44_100 * seconds // 1024):
            silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            silence.sample_rate, silence.pts = 44_100, number * 1024
            container.mux(sound.encode(silence))
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))


def picture_file(path: Path, *, alt: str = ALT, size: tuple[int, int] = (640, 480)) -> MediaFile:
    return MediaFile(
        path=path,
        media_type={".jpg": "image/jpeg", ".png": "image/png"}[path.suffix],
        size=path.stat().st_size,
        width=size[0],
        height=size[1],
        alt=alt,
    )


def video_file(path: Path, *, alt: str = ALT, seconds: float = 4.0) -> MediaFile:
    return MediaFile(
        path=path,
        media_type="video/mp4",
        size=path.stat().st_size,
        width=640,
        height=360,
        alt=alt,
        seconds=seconds,
    )


class MediaHost:
    """Serves files on loopback under addresses that nobody can guess."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._served: dict[str, MediaFile] = {}
        server.answer = self._answer

    def serve(self, media: MediaFile) -> MediaFile:
        """The same file, with its public address."""
        path = f"/{secrets.token_urlsafe(16)}{media.path.suffix}"
        self._served[path] = media
        return replace(media, public_url=self._server.url + path)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        media = self._served.get(request.path)
        if media is None:
            return web.Response(status=404)
        return web.Response(body=media.path.read_bytes(), content_type=media.media_type)
