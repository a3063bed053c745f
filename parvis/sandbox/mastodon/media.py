"""Uploads: what is taken, how long it takes, and what becomes of it (media_controller.rb,
media_attachment.rb, attachmentable.rb)."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import av
from aiohttp import web
from aiohttp.web_request import FileField
from PIL import Image as Picture

from parvis.sandbox.faults import Purpose
from parvis.sandbox.mastodon import shapes
from parvis.sandbox.mastodon.asked import fields_of, text
from parvis.sandbox.mastodon.dialect import IMAGE_TYPES, VIDEO_TYPES
from parvis.sandbox.mastodon.server import Server, said
from parvis.sandbox.network import Answered, Route
from parvis.sandbox.records import Json, Media

# A video is handed to a worker; an image is ready at once.
_VIDEO_SECONDS = 1.0
# What no status shows is thrown away.
_UNUSED_LIVES = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in a file. `frame_rate` is 0 for an image."""

    kind: str
    media_type: str
    width: int
    height: int
    frame_rate: float = 0.0
    seconds: float = 0.0

    def meta(self) -> Json:
        size: Json = {"width": self.width, "height": self.height}
        if self.frame_rate:
            size |= {"frame_rate": f"{self.frame_rate:g}/1", "duration": self.seconds}
        else:
            size |= {"size": f"{self.width}x{self.height}", "aspect": self.width / self.height}
        return {"original": size}


class Uploads:
    def __init__(self, server: Server) -> None:
        self._server = server

    def routes(self) -> Iterable[Route]:
        limited = self._server.limited
        yield Route("POST", "/api/v2/media", limited(self.create), Purpose.UPLOAD)
        yield Route("POST", "/api/v1/media", limited(self.create), Purpose.UPLOAD)
        yield Route("GET", "/api/v1/media/{id}", limited(self.show), Purpose.PROCESSING)
        yield Route("PUT", "/api/v1/media/{id}", limited(self.describe), Purpose.UPLOAD)

    async def create(self, request: web.Request) -> web.Response:
        token = await self._server.owner_of(request, "write:media")
        fields = await fields_of(request)
        file = fields.get("file")
        if not isinstance(file, FileField):
            self._server.refuse_record("File can't be blank")
        content = file.file.read()
        looked = self._look(content)
        description = self._description(text(fields, "description"))
        media = Media(
            id=self._server.new_id(),
            owner_id=token.person_id,
            media_type=looked.media_type,
            size=len(content),
            sha256=self._server.shelf.blobs.keep(content),
            created_at=self._server.clock.now(),
            alt=description,
            expires_at=self._server.clock.now() + _UNUSED_LIVES,
            extra={"type": looked.kind, "meta": looked.meta()},
        )
        usual = _VIDEO_SECONDS if looked.kind == "video" else 0.0
        kept = self._server.shelf.media.put(self._server.in_processing(media, usual))
        is_ready = self._server.is_ready(self._server.shelf.media, kept, asked=False)
        shape = shapes.media(self._server, kept, is_ready=is_ready)
        return web.json_response(shape, status=200 if is_ready else 202)

    async def show(self, request: web.Request) -> web.Response:
        return self._told(await self._unattached(request))

    async def describe(self, request: web.Request) -> web.Response:
        media = await self._unattached(request)
        alt = self._description(text(await fields_of(request), "description"))
        return self._told(self._server.shelf.media.put(replace(media, alt=alt)))

    def _told(self, media: Media) -> web.Response:
        is_ready = self._server.is_ready(self._server.shelf.media, media)
        shape = shapes.media(self._server, media, is_ready=is_ready)
        return web.json_response(shape, status=200 if is_ready else 206)

    async def _unattached(self, request: web.Request) -> Media:
        """Media that a status shows already are not found here."""
        token = await self._server.owner_of(request, "write:media")
        media = self.unattached(request.match_info["id"], token.person_id)
        if media is None:
            self._server.not_found()
        return media

    def unattached(self, media_id: str, owner_id: str) -> Media | None:
        media = self._server.shelf.media.get(media_id)
        if media is None or media.owner_id != owner_id or media.extra.get("status_id"):
            return None
        has_lapsed = media.expires_at is not None and media.expires_at <= self._server.clock.now()
        return None if has_lapsed else media

    def attach(self, media_ids: Iterable[str], status_id: str) -> None:
        for media_id in media_ids:
            if (media := self._server.shelf.media.get(media_id)) is not None:
                shown = replace(media, extra=media.extra | {"status_id": status_id})
                self._server.shelf.media.put(shown)

    def is_ready(self, media: Media) -> bool:
        return self._server.is_ready(self._server.shelf.media, media, asked=False)

    # What is taken.

    def _description(self, stated: str) -> str:
        limit = self._server.dialect.description_limit
        if len(stated.strip()) > limit:
            self._server.refuse_record(f"Description is too long (maximum is {limit} characters)")
        return stated.strip()

    def _look(self, content: bytes) -> Looked:
        looked = _look_at_image(content) or _look_at_video(content)
        if looked is None:
            raise Answered(said("File type of uploaded media could not be verified", 422))
        dialect = self._server.dialect
        if looked.media_type not in (*IMAGE_TYPES, *VIDEO_TYPES):
            self._server.refuse_record(
                "File content type is invalid, File file type is invalid (not allowed)"
            )
        limit = dialect.video_bytes if looked.kind == "video" else dialect.image_bytes
        if len(content) >= limit:
            self._server.refuse_record(
                f"File file size must be less than {limit // (1024 * 1024)} MB"
            )
        self._check_size(looked)
        return looked

    def _check_size(self, looked: Looked) -> None:
        dialect = self._server.dialect
        limit: int | None = dialect.image_pixels
        if looked.kind == "video":
            limit = dialect.video_pixels
        elif looked.media_type == "image/gif":
            limit = dialect.gif_pixels
        if limit is not None and looked.width * looked.height > limit:
            kind = "videos" if looked.kind == "video" else "images"
            self._server.refuse(f"{looked.width}x{looked.height} {kind} are not supported")
        if looked.frame_rate > dialect.frame_rate:
            self._server.refuse(f"{int(looked.frame_rate)}fps videos are not supported")


def _look_at_image(content: bytes) -> Looked | None:
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            media_type = Picture.MIME.get(picture.format or "", "")
            moves = media_type == "image/gif" and getattr(picture, "n_frames", 1) > 1
            width, height = picture.size
    except (OSError, ValueError, Picture.DecompressionBombError):
        return None
    kind = "gifv" if moves else "image"
    return Looked(kind=kind, media_type=media_type, width=width, height=height)


def _look_at_video(content: bytes) -> Looked | None:
    try:
        with av.open(io.BytesIO(content), "r") as movie:
            stream = movie.streams.video[0]
            rate, length = stream.average_rate, movie.duration
            return Looked(
                kind="video",
                media_type=_video_type(movie.format.name, content),
                width=stream.codec_context.width,
                height=stream.codec_context.height,
                frame_rate=float(rate or 25),
                seconds=(length or 0) / av.time_base,
            )
    except (av.FFmpegError, IndexError, OSError):
        return None


def _video_type(format_name: str, content: bytes) -> str:
    if "matroska" in format_name:
        return "video/webm"
    if "mp4" in format_name:
        return "video/quicktime" if content[8:10] == b"qt" else "video/mp4"
    return f"video/{format_name.split(',')[0]}"
