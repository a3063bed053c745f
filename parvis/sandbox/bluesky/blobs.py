"""Blobs: the bytes of pictures and videos, each under the hash of its content.

As the reference PDS 0.5.35: the kind is told by the first bytes and not by the header, the limits
of a post's pictures are checked only when a record refers to them, and nobody can fetch a blob
before that.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.accounts import Accounts
from parvis.sandbox.bluesky.cids import cid_of_blob
from parvis.sandbox.bluesky.lexicon import is_blob
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Route, SandboxNetwork
from parvis.sandbox.records import Json, Media, Person

_BLOB_LIMIT = 100_000_000
_BLOBS_A_DAY = 1000
# How long a blob is kept that no record refers to; from memory of the PDS's documentation.
_UNREFERENCED = timedelta(hours=6)
_MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftypqt  ", re.DOTALL), "video/quicktime"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
    (re.compile(rb"\x00\x00\x01[\xb3\xba]"), "video/mpeg"),
)


class Blobs:
    def __init__(self, network: SandboxNetwork, accounts: Accounts) -> None:
        self._network = network
        self._accounts = accounts

    def routes(self) -> Iterable[Route]:
        upload = xrpc.limited(self._network, self.upload)
        show = xrpc.limited(self._network, self.show)
        yield Route("POST", "/xrpc/com.atproto.repo.uploadBlob", upload, Purpose.UPLOAD)
        yield Route("GET", "/xrpc/com.atproto.sync.getBlob", show, Purpose.ACCOUNT)

    async def upload(self, request: web.Request) -> web.Response:
        person = self._accounts.speaker(request)
        key = f"blobs/{person.id}"
        xrpc.take(self._network, request, key, limit=_BLOBS_A_DAY, seconds=xrpc.DAY)
        content = await request.read()
        if len(content) > _BLOB_LIMIT:
            raise xrpc.refuse("request entity too large", "PayloadTooLarge", 413)
        stated = request.headers.get("Content-Type", "").partition(";")[0]
        media_type = type_of(content) or stated or "application/octet-stream"
        return web.json_response({"blob": self.keep(person, content, media_type)})

    def keep(self, person: Person, content: bytes, media_type: str, shown_type: str = "") -> Json:
        """The reference to a blob. `shown_type` is what it really is, where a video service only
        says that it has made something else of it."""
        cid = cid_of_blob(content)
        now = self._network.clock.now()
        self._network.shelf.media.put(
            Media(
                id=_blob_id(person, cid),
                owner_id=person.id,
                media_type=shown_type or media_type,
                size=len(content),
                sha256=self._network.shelf.blobs.keep(content),
                created_at=now,
                expires_at=now + _UNREFERENCED,
                extra={"cid": cid, "stated_type": media_type},
            )
        )
        return {
            "$type": "blob",
            "ref": {"$link": cid},
            "mimeType": media_type,
            "size": len(content),
        }

    async def show(self, request: web.Request) -> web.Response:
        method = "com.atproto.sync.getBlob"
        person = self._accounts.find(xrpc.parameter(request, method, "did"))
        stored = self._find(person, xrpc.parameter(request, method, "cid")) if person else None
        if stored is None or stored.expires_at is not None:
            raise xrpc.refuse("Blob not found")
        return web.Response(
            body=self._network.shelf.blobs.read(stored.sha256),
            content_type=stored.extra["stated_type"],
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Content-Disposition": f'attachment; filename="{stored.extra["cid"]}"',
            },
        )

    def living(self, person: Person, blob: Json) -> Media:
        """Raises Answered when it is not there."""
        cid = blob["ref"]["$link"]
        if (stored := self._find(person, cid)) is None:
            raise xrpc.refuse(f"Could not find blob: {cid}", "BlobNotFound")
        return stored

    def check(self, person: Person, record: Json | None) -> None:
        """Raises Answered unless every blob that a record refers to is what it is said to be."""
        for blob in blobs_in(record):
            stored = self.living(person, blob)
            for name, what, there, got in (
                ("InvalidMimeType", "Mimetype", stored.extra["stated_type"], blob["mimeType"]),
                ("InvalidSize", "Size", stored.size, blob["size"]),
            ):
                if there != got:
                    raise xrpc.refuse(
                        f"Referenced {what} does not match stored blob. "
                        f"Expected: {there}, Got: {got}",
                        name,
                    )

    def refer_to(self, person: Person, record: Json | None) -> None:
        """From now on the blobs of the record are kept, and anybody can fetch them."""
        for blob in blobs_in(record):
            self._network.shelf.media.put(replace(self.living(person, blob), expires_at=None))

    def _find(self, person: Person, cid: str) -> Media | None:
        """The blob, unless it was never referred to and has been thrown away."""
        stored = self._network.shelf.media.get(_blob_id(person, cid))
        if stored is None or stored.expires_at is None:
            return stored
        return stored if stored.expires_at > self._network.clock.now() else None


def type_of(content: bytes) -> str:
    """What the first bytes say that it is; empty when they say nothing."""
    for magic, media_type in _MAGIC:
        if magic.match(content):
            return media_type
    return ""


def blobs_in(value: Any) -> Iterable[Json]:
    if is_blob(value):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from blobs_in(each)


def media_in(record: Json) -> list[tuple[Json, str]]:
    """The pictures or the video of a post, each with its alt text."""
    embed = record.get("embed", {})
    embed = embed.get("media", embed)
    if "video" in embed:
        return [(embed["video"], embed.get("alt", ""))]
    pictures = embed.get("images") or embed.get("items") or ()
    return [(each["image"], each["alt"]) for each in pictures]


def _blob_id(person: Person, cid: str) -> str:
    return f"{cid}.{person.id}"
