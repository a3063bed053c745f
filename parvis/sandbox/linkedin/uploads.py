"""Images and videos: begun here, sent to an address of their own, and worked on for a while."""

import io
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from parvis.sandbox.faults import Purpose
from parvis.sandbox.linkedin import answers, asked
from parvis.sandbox.linkedin.desk import Desk
from parvis.sandbox.network import Answered, Route, SandboxNetwork
from parvis.sandbox.records import Item, Json, Media

PART = 4 * 1024 * 1024
PIXELS = 36_152_320
LARGEST_VIDEO = 500 * 1024 * 1024
FRAMES = 250
_LIFETIME = timedelta(hours=24)
_VIDEO_SECONDS = 1.0
_IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}


class Uploads:
    def __init__(self, network: SandboxNetwork, desk: Desk) -> None:
        self._network = network
        self._desk = desk
        self._begun = network.shelf.items("upload")

    def routes(self) -> Iterable[Route]:
        for resource in ("images", "videos"):
            yield Route("POST", f"/rest/{resource}", self.act, Purpose.UPLOAD)
            yield Route("GET", f"/rest/{resource}", self.show_many, Purpose.PROCESSING)
            yield Route("GET", f"/rest/{resource}/{{urn}}", self.show, Purpose.PROCESSING)
        yield Route("PUT", "/dms-uploads/{key}/{kind}/{part}", self.take, Purpose.UPLOAD)

    async def act(self, request: web.Request) -> web.Response:
        resource = request.path.rpartition("/")[2]
        what = f"{resource}.ACTION"
        token, query = await self._desk.entered(request)
        body = await asked.read_body(request)
        if query.get("action") == "initializeUpload":
            wanted = body.get("initializeUploadRequest") or {}
            owner = self._desk.author(token, wanted.get("owner"), what, writes=True)
            return self._begin(resource, owner.id, wanted)
        if query.get("action") == "finalizeUpload" and resource == "videos":
            return self._finish(body.get("finalizeUploadRequest") or {})
        raise Answered(answers.bad_query())

    def _begin(self, resource: str, owner_id: str, wanted: Json) -> web.Response:
        kind = resource[:-1]
        urn = f"urn:li:{kind}:{'C5' if kind == 'video' else 'D4'}E10AQ{secrets.token_hex(8)}"
        now = self._network.clock.now()
        size = wanted.get("fileSizeBytes", 0)
        if kind == "video" and not (isinstance(size, int) and 0 < size <= LARGEST_VIDEO):
            raise Answered(answers.bad_input("INVALID_VALUE", "fileSizeBytes", "/fileSizeBytes"))
        upload = self._begun.put(
            Item(
                id=secrets.token_hex(12),
                created_at=now,
                owner_id=owner_id,
                expires_at=now + _LIFETIME,
                extra={"urn": urn, "size": size, "parts": {}, "token": secrets.token_hex(4)},
            )
        )
        lapses_at = int((now + _LIFETIME).timestamp() * 1000)
        if kind == "image":
            url = self._address(upload, "uploaded-image", 0)
            value: Json = {"uploadUrlExpiresAt": lapses_at, "uploadUrl": url, "image": urn}
        else:
            value = {
                "uploadUrlsExpireAt": lapses_at,
                "video": urn,
                "uploadInstructions": self._instructions(upload, size),
                "uploadToken": upload.extra["token"],
            }
        return web.json_response({"value": value})

    def _instructions(self, upload: Item, size: int) -> list[Json]:
        return [
            {
                "uploadUrl": self._address(upload, "uploaded-video", number),
                "firstByte": start,
                "lastByte": min(start + PART, size) - 1,
            }
            for number, start in enumerate(range(0, size, PART))
        ]

    def _address(self, upload: Item, kind: str, part: int) -> str:
        marks = f"ca=vector_feedshare&cn=uploads&sync=0&v=beta&ut={upload.extra['token']}%2B"
        return f"{self._network.origin}/dms-uploads/{upload.id}/{kind}/{part}?{marks}"

    async def take(self, request: web.Request) -> web.Response:
        upload = self._begun.get(request.match_info["key"])
        now = self._network.clock.now()
        if upload is None or upload.expires_at is None or upload.expires_at <= now:
            return web.Response(status=403, text="Signature expired")
        if not request.raw_path.endswith("%2B"):
            return web.Response(status=403, text="Signature does not match")
        content = await request.read()
        sha256 = self._network.shelf.blobs.keep(content)
        if request.match_info["kind"] == "uploaded-image":
            await self._network.token(request)
            self._keep_image(upload, content, sha256)
            return web.Response(status=201)
        return self._take_part(upload, request.match_info["part"], len(content), sha256)

    def _take_part(self, upload: Item, number: str, size: int, sha256: str) -> web.Response:
        start = int(number) * PART if number.isdigit() else -1
        if not 0 <= start < upload.extra["size"] or size != min(PART, upload.extra["size"] - start):
            return web.Response(status=400, text="The part has another size")
        etag = f"/ambry-video/signedId/{upload.id}-{number}-{sha256[:12]}"
        parts = upload.extra["parts"] | {number: {"etag": etag, "sha256": sha256}}
        self._begun.put(replace(upload, extra=upload.extra | {"parts": parts}))
        return web.Response(status=200, headers={"ETag": etag})

    def _keep_image(self, upload: Item, content: bytes, sha256: str) -> None:
        media_type = _image_type(content)
        media = Media(
            id=upload.extra["urn"],
            owner_id=upload.owner_id,
            media_type=media_type or "application/octet-stream",
            size=len(content),
            sha256=sha256,
            created_at=self._network.clock.now(),
            extra={"failed": media_type is None},
        )
        self._network.shelf.media.put(self._network.in_processing(media))

    def _finish(self, stated: Json) -> web.Response:
        upload = self._of(str(stated.get("video", "")))
        if upload is None or upload.extra["token"] != stated.get("uploadToken"):
            raise Answered(answers.bad_input("INVALID_UPLOAD", "Unknown upload", "/video"))
        parts = [upload.extra["parts"][key] for key in sorted(upload.extra["parts"], key=int)]
        whole = len(parts) == -(-upload.extra["size"] // PART)
        if not whole or [part["etag"] for part in parts] != stated.get("uploadedPartIds"):
            raise Answered(
                answers.bad_input(
                    "INVALID_UPLOAD", "The parts are not those uploaded", "/uploadedPartIds"
                )
            )
        if upload.extra["urn"] in self._network.shelf.media:
            raise Answered(answers.bad_input("INVALID_UPLOAD", "Finalized already", "/video"))
        self._keep_video(upload, b"".join(map(self._read, (part["sha256"] for part in parts))))
        return web.Response(status=200)

    def _read(self, sha256: str) -> bytes:
        return self._network.shelf.blobs.read(sha256)

    def _keep_video(self, upload: Item, content: bytes) -> None:
        media = Media(
            id=upload.extra["urn"],
            owner_id=upload.owner_id,
            media_type="video/mp4",
            size=len(content),
            sha256=self._network.shelf.blobs.keep(content),
            created_at=self._network.clock.now(),
            extra={"failed": content[4:8] != b"ftyp"},
        )
        self._network.shelf.media.put(self._network.in_processing(media, _VIDEO_SECONDS))

    async def show(self, request: web.Request) -> web.Response:
        await self._desk.entered(request)
        urn = request.match_info["urn"]
        status = self._status(urn)
        return answers.not_found(urn) if status is None else web.json_response(_entity(urn, status))

    async def show_many(self, request: web.Request) -> web.Response:
        _, query = await self._desk.entered(request)
        ids = asked.read_ids(query)
        statuses = {urn: status for urn in ids if (status := self._status(urn)) is not None}
        found = {urn: _entity(urn, status) for urn, status in statuses.items()}
        return answers.batch(found, [urn for urn in ids if urn not in found], "media")

    def _status(self, urn: str) -> str | None:
        media = self._network.shelf.media.get(urn)
        if media is None:
            return "WAITING_UPLOAD" if self._of(urn) else None
        if not self._network.is_ready(self._network.shelf.media, media):
            return "PROCESSING"
        return "PROCESSING_FAILED" if media.extra["failed"] else "AVAILABLE"

    def _of(self, urn: str) -> Item | None:
        return next((each for each in self._begun if each.extra["urn"] == urn), None)


def _entity(urn: str, status: str) -> Json:
    return {"id": urn, "status": status}


def _image_type(content: bytes) -> str | None:
    """None for what LinkedIn cannot make an image of."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            known = image.format in _IMAGE_TYPES and image.width * image.height < PIXELS
            fits = known and getattr(image, "n_frames", 1) <= FRAMES
            return _IMAGE_TYPES[str(image.format)] if fits else None
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
