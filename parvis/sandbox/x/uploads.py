"""Media: in one piece, or in chunks that are put together and worked on."""

import asyncio
import base64
import binascii
import io
import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import av
from aiohttp import web
from PIL import Image, UnidentifiedImageError

from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Item, Json, Media, Token
from parvis.sandbox.x import problems
from parvis.sandbox.x.posting import read_object

_MEGABYTE = 1024 * 1024
LIVES = timedelta(hours=24)
CHUNK_LIMIT = 5 * _MEGABYTE
ALT_LIMIT = 1000
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Category:
    kind: str
    limit: int
    types: tuple[str, ...]


CATEGORIES = {
    "tweet_image": Category("photo", 5 * _MEGABYTE, tuple(_IMAGES.values())),
    "tweet_gif": Category("animated_gif", 15 * _MEGABYTE, ("image/gif",)),
    "tweet_video": Category("video", 512 * _MEGABYTE, ("video/mp4", "video/quicktime")),
}
_SHORTEST, _LONGEST = 0.5, 140.0


class Uploads:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network
        self._under_way = network.shelf.items("upload")

    async def in_one(self, request: web.Request, token: Token) -> web.Response:
        name, content = await _sent(request)
        category = _category(name)
        _refuse_size(len(content), category)
        media = await self._stored(self._network.new_id(), token, category, content)
        return web.json_response({"data": self._told(media)})

    async def initialize(self, request: web.Request, token: Token) -> web.Response:
        asked = await read_object(request)
        category = _category(str(asked.get("media_category", "")))
        total = asked.get("total_bytes")
        if not isinstance(total, int) or total < 1:
            raise _invalid("total_bytes", total, "$.total_bytes: is missing but it is required")
        if asked.get("media_type") not in category.types:
            raise _invalid("media_type", asked.get("media_type"), "media type unrecognized.")
        _refuse_size(total, category)
        upload = Item(
            id=self._network.new_id(),
            created_at=self._network.clock.now(),
            owner_id=token.person_id,
            expires_at=self._network.clock.now() + LIVES,
            extra={"total": total, "category": asked["media_category"], "segments": {}},
        )
        self._under_way.put(upload)
        return web.json_response(
            {"data": {"id": upload.id, "expires_after_secs": int(LIVES.total_seconds())}}
        )

    async def append(self, request: web.Request, token: Token) -> web.Response:
        """A segment that is sent again takes the place of the first."""
        upload = self._upload(request, token)
        index, content = await _segment(request)
        if len(content) > CHUNK_LIMIT:
            raise _invalid("media", len(content), "The chunk is larger than 5 MB.")
        segments = upload.extra["segments"] | {
            str(index): [self._network.shelf.blobs.keep(content), len(content)]
        }
        if sum(size for _, size in segments.values()) > upload.extra["total"]:
            raise _invalid("media", index, "The segments are larger than total_bytes.")
        self._under_way.put(replace(upload, extra=upload.extra | {"segments": segments}))
        expires = upload.expires_at or self._network.clock.now()
        return web.json_response({"data": {"expires_at": int(expires.timestamp())}})

    async def finalize(self, request: web.Request, token: Token) -> web.Response:
        upload = self._upload(request, token)
        segments = upload.extra["segments"]
        wanted = [str(number) for number in range(len(segments))]
        total = sum(size for _, size in segments.values())
        if sorted(segments, key=int) != wanted or total != upload.extra["total"]:
            message = "Segments do not add up to provided total file size."
            raise _invalid("id", upload.id, message)
        blobs = self._network.shelf.blobs
        content = b"".join(blobs.read(segments[name][0]) for name in wanted)
        media = await self._stored(upload.id, token, _category(upload.extra["category"]), content)
        self._under_way.remove(upload.id)
        return web.json_response({"data": self._told(media)})

    async def status(self, request: web.Request, token: Token) -> web.Response:
        media = self._kept(request.query.get("media_id", ""), token)
        ready = self._network.is_ready(self._network.shelf.media, media)
        return web.json_response({"data": self._told(media, ready=ready)})

    async def describe(self, request: web.Request, token: Token) -> web.Response:
        asked = await read_object(request)
        media = self._kept(str(asked.get("id", "")), token)
        metadata = asked.get("metadata")
        told = metadata.get("alt_text") if isinstance(metadata, dict) else None
        text = told.get("text") if isinstance(told, dict) else None
        if not isinstance(text, str) or len(text) > ALT_LIMIT:
            message = "$.metadata.alt_text.text: at most 1000 characters"
            raise _invalid("metadata.alt_text.text", text, message)
        self._network.shelf.media.put(replace(media, alt=text))
        return web.json_response(
            {"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}}
        )

    def _upload(self, request: web.Request, token: Token) -> Item:
        upload = self._under_way.get(request.match_info["id"])
        now = self._network.clock.now()
        if (
            upload is None
            or upload.owner_id != token.person_id
            or (upload.expires_at and upload.expires_at <= now)
        ):
            raise _invalid("id", request.match_info["id"], "Invalid MediaId.")
        return upload

    def _kept(self, media_id: str, token: Token) -> Media:
        media = self._network.shelf.media.get(media_id)
        now = self._network.clock.now()
        if (
            media is None
            or media.owner_id != token.person_id
            or (media.expires_at and media.expires_at <= now)
        ):
            raise _invalid("media_id", media_id, "Invalid MediaId.")
        return media

    async def _stored(
        self, media_id: str, token: Token, category: Category, content: bytes
    ) -> Media:
        """A picture is looked at on the spot, the others while they are worked on."""
        facts, trouble = await asyncio.to_thread(_looked_at, category, content)
        if trouble and category.kind == "photo":
            raise _invalid("media", category.kind, trouble)
        now = self._network.clock.now()
        media = Media(
            id=media_id,
            owner_id=token.person_id,
            media_type=str(facts.pop("type", category.types[0])),
            size=len(content),
            sha256=self._network.shelf.blobs.keep(content),
            created_at=now,
            expires_at=now + LIVES,
            extra=facts | {"kind": category.kind} | ({"failed": trouble} if trouble else {}),
        )
        if category.kind != "photo":
            media = self._network.in_processing(media)
        return self._network.shelf.media.put(media)

    def _told(self, media: Media, *, ready: bool = False) -> Json:
        now = self._network.clock.now()
        expires = media.expires_at or now
        told: Json = {
            "id": media.id,
            "media_key": f"{_PREFIXES[media.extra['kind']]}_{media.id}",
            "size": media.size,
            "expires_after_secs": max(int((expires - now).total_seconds()), 0),
        }
        if media.extra["kind"] == "photo":
            return told | {
                "image": {
                    "image_type": media.media_type,
                    "w": media.extra["width"],
                    "h": media.extra["height"],
                }
            }
        return told | {"processing_info": self._processing(media, ready)}

    def _processing(self, media: Media, ready: bool) -> Json:
        """Where a number of questions is awaited instead of a time, X asks not to wait."""
        if not ready:
            left = (media.ready_at or self._network.clock.now()) - self._network.clock.now()
            return {
                "state": "in_progress" if media.polls_left else "pending",
                "check_after_secs": max(math.ceil(left.total_seconds()), 0),
                "progress_percent": 50,
            }
        if trouble := media.extra.get("failed"):
            error = {"code": 1, "name": "InvalidMedia", "message": trouble}
            return {"state": "failed", "progress_percent": 12, "error": error}
        return {"state": "succeeded", "progress_percent": 100}


_PREFIXES = {"photo": "3", "video": "7", "animated_gif": "16"}


async def _sent(request: web.Request) -> tuple[str, bytes]:
    """The category and the file, of a form or of JSON with Base64."""
    fields = await _fields(request)
    return str(fields.get("media_category", "")), _content(fields.get("media"))


async def _segment(request: web.Request) -> tuple[int, bytes]:
    fields = await _fields(request)
    index = str(fields.get("segment_index", ""))
    if not index.isdigit() or int(index) > 999:
        raise _invalid("segment_index", index, "$.segment_index: 0 to 999 are allowed")
    return int(index), _content(fields.get("media"))


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return await read_object(request)
    form = await request.post()
    return {
        name: value.file.read() if isinstance(value, web.FileField) else value
        for name, value in form.items()
    }


def _content(media: Any) -> bytes:
    try:
        content = media if isinstance(media, bytes) else base64.b64decode(media, validate=True)
    except (binascii.Error, TypeError, ValueError):
        content = b""
    if not content:
        raise _invalid("media", "", "$.media: is missing but it is required")
    return content


def _category(name: str) -> Category:
    if name not in CATEGORIES:
        raise _invalid(
            "media_category", name, f"$.media_category: is not one of [{', '.join(CATEGORIES)}]"
        )
    return CATEGORIES[name]


def _refuse_size(size: int, category: Category) -> None:
    if size > category.limit:
        message = f"File size exceeds {category.limit} bytes."
        raise _invalid("media", size, message)


def _looked_at(category: Category, content: bytes) -> tuple[Json, str]:
    """What the file is, and what is wrong with it, or nothing."""
    return _video(content) if category.kind == "video" else _image(content, category)


def _image(content: bytes, category: Category) -> tuple[Json, str]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind = _IMAGES.get(picture.format or "", "")
            facts = {"type": kind, "width": picture.width, "height": picture.height}
    except (UnidentifiedImageError, OSError, ValueError):
        return {}, "media type unrecognized."
    return facts, "" if kind in category.types else "media type unrecognized."


def _video(content: bytes) -> tuple[Json, str]:
    try:
        with av.open(io.BytesIO(content), mode="r") as container:
            stream = container.streams.video[0]
            seconds = float((container.duration or 0) / av.time_base)
            facts = {
                "type": "video/mp4",
                "width": stream.width,
                "height": stream.height,
                "duration_ms": int(seconds * 1000),
            }
    except (av.FFmpegError, IndexError, ValueError):
        return {}, "Unsupported video format"
    if not _SHORTEST <= seconds <= _LONGEST:
        actual = f"{seconds * 1000:.0f}"
        return facts, f"Duration out of bounds, minimum:500, maximum:140000, actual:{actual} (MS)"
    return facts, ""


def _invalid(parameter: str, value: object, message: str) -> Answered:
    return Answered(problems.invalid(parameter, value, message))
