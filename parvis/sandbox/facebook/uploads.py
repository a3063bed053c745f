"""Photos, and videos in their two ways of arriving: in chunks, and in one piece."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from parvis.sandbox.fetching import NotFetched, TooLarge, fetch
from parvis.sandbox.graph.faults import bad_parameter, error, missing
from parvis.sandbox.graph.media import Unreadable, look_into_picture, look_into_video
from parvis.sandbox.graph.network import Asked
from parvis.sandbox.network import Answered, SandboxNetwork
from parvis.sandbox.records import Media

MB = 1024 * 1024
PHOTO_BYTES = 10 * MB
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"})
VIDEO_BYTES = 10 * 1024 * MB
CHUNK = MB
ALT_LIMIT = 1_000
# What no post shows is thrown away after a day [from memory].
_UNUSED_FOR = timedelta(hours=24)
_SECONDS = {"videos": (1.0, 4 * 3600.0), "video_reels": (3.0, 90.0), "video_stories": (3.0, 60.0)}


class Uploads:
    def __init__(self, network: SandboxNetwork) -> None:
        self._network = network
        self._shelf = network.shelf

    async def photo(self, asked: Asked, page_id: str) -> Media:
        """An unpublished photo, from a file or from an address."""
        content = await self._content(asked)
        if len(content) > PHOTO_BYTES:
            raise _photo_refused(
                "Your photos couldn't be uploaded. Photos should be less than 10 MB"
            )
        try:
            picture = await look_into_picture(content)
        except Unreadable:
            raise _photo_refused("Your photos couldn't be uploaded. Check the file type.") from None
        if picture.media_type not in PHOTO_TYPES:
            raise _photo_refused("Photos should be saved as JPG, PNG, GIF, TIFF or BMP files.")
        now = self._network.clock.now()
        return self._shelf.media.put(
            Media(
                id=self._network.new_id(),
                owner_id=page_id,
                media_type=picture.media_type,
                size=len(content),
                sha256=self._shelf.blobs.keep(content),
                created_at=now,
                alt=asked.word("alt_text_custom")[:ALT_LIMIT],
                expires_at=now + _UNUSED_FOR,
                extra={"width": picture.width, "height": picture.height},
            )
        )

    async def _content(self, asked: Asked) -> bytes:
        if url := asked.word("url"):
            try:
                return await fetch(url, PHOTO_BYTES)
            except NotFetched:
                raise Answered(error("Missing or invalid image file", 324, 2069019)) from None
            except TooLarge:
                raise _photo_refused("Photos should be less than 10 MB") from None
        file = next(iter(asked.files.values()), None)
        if file is None:
            raise Answered(error("(#324) Requires upload file", 324))
        return file.file.read()

    def usable_photo(self, media_id: str, page_id: str) -> Media:
        """A photo that is still there and that no post shows."""
        photo = self._shelf.media.get(media_id)
        if photo is None or photo.owner_id != page_id or self.is_gone(photo):
            raise bad_parameter(f"Invalid parameter: media_fbid {media_id} is not a photo of yours")
        if photo.extra.get("post_id"):
            raise bad_parameter(f"The photo {media_id} is shown in another post already")
        return photo

    def is_gone(self, media: Media) -> bool:
        is_old = media.expires_at is not None and media.expires_at <= self._network.clock.now()
        return bool(media.extra.get("deleted")) or (is_old and not media.extra.get("post_id"))

    # Videos.

    def begin(self, page_id: str, edge: str, size: int = 0) -> Media:
        video_id = self._network.new_id()
        return self._shelf.media.put(
            Media(
                id=video_id,
                owner_id=page_id,
                media_type="video/mp4",
                size=size,
                sha256="",
                created_at=self._network.clock.now(),
                extra={"edge": edge, "upload": f"1{video_id}", "parts": [], "received": 0},
            )
        )

    def video(self, video_id: str, page_id: str) -> Media:
        found = self._shelf.media.get(video_id)
        if found is None or found.owner_id != page_id or "edge" not in found.extra:
            raise missing(video_id, "post")
        return found

    def of_upload(self, upload_id: str, page_id: str) -> Media:
        for media in self._shelf.media:
            if media.owner_id == page_id and media.extra.get("upload") == upload_id:
                return media
        raise Answered(
            error("(#6000) There was a problem with your upload session.", 6000, 1363019)
        )

    async def take_chunk(self, asked: Asked, video: Media) -> Media:
        """The piece that is due, and no other: another is told where to go on."""
        start, file = asked.word("start_offset"), asked.files.get("video_file_chunk")
        if file is None or not start.isdigit():
            raise bad_parameter("video_file_chunk and start_offset are required")
        if int(start) != video.extra["received"]:
            raise Answered(
                error(
                    "Your video upload has another start offset",
                    6001,
                    1363037,
                    data=next_chunk(video),
                )
            )
        return await self.take(video, file.file.read())

    async def take(self, video: Media, content: bytes) -> Media:
        received = video.extra["received"] + len(content)
        if received > video.size or len(content) == 0:
            raise Answered(error("(#6000) The chunk does not fit the file size.", 6000, 1363033))
        parts = [*video.extra["parts"], self._shelf.blobs.keep(content)]
        video = replace(video, extra={**video.extra, "parts": parts, "received": received})
        return self._shelf.media.put(await self._joined(video) if received == video.size else video)

    async def _joined(self, video: Media) -> Media:
        content = b"".join(map(self._shelf.blobs.read, video.extra["parts"]))
        extra = {**video.extra, "trouble": await _trouble(content, video.extra["edge"])}
        return replace(video, sha256=self._shelf.blobs.keep(content), extra=extra)


async def _trouble(content: bytes, edge: str) -> str:
    """What is wrong with a video; empty when nothing is."""
    shortest, longest = _SECONDS[edge]
    try:
        found = await look_into_video(content)
    except Unreadable:
        return "The video file you selected is in a format that we don't support."
    if not shortest <= found.seconds <= longest:
        return f"The video must be between {shortest:g} and {longest:g} seconds long."
    return ""


def next_chunk(video: Media) -> dict[str, str]:
    start = int(video.extra["received"])
    return {"start_offset": str(start), "end_offset": str(min(start + CHUNK, video.size))}


def status(video: Media, *, is_ready: bool) -> Mapping[str, Any]:
    """The phases that a video goes through. Processing begins once the upload is finished with a
    call that says what is to become of it."""
    has_all = bool(video.extra["received"]) and video.extra["received"] == video.size
    uploading: dict[str, Any] = {
        "status": "complete" if has_all else "in_progress" if video.size else "not_started",
        "bytes_transferred": video.extra["received"],
    }
    trouble = str(video.extra.get("trouble") or "")
    if trouble and video.extra.get("finished"):
        broken = {"status": "error", "error": {"message": trouble}}
        return _phases("error", uploading, broken, {"status": "not_started"})
    if not video.extra.get("finished"):
        idle = {"status": "not_started"}
        return _phases("upload_complete" if has_all else "uploading", uploading, idle, idle)
    if not is_ready:
        working = {"status": "in_progress"}
        return _phases("processing", uploading, working, {"status": "not_started"})
    done = {"status": "complete", "publish_status": "published"}
    return _phases("ready", uploading, {"status": "complete"}, done)


def _phases(
    word: str, uploading: dict[str, Any], processing: dict[str, Any], publishing: dict[str, Any]
) -> dict[str, Any]:
    return {
        "video_status": word,
        "uploading_phase": uploading,
        "processing_phase": processing,
        "publishing_phase": publishing,
    }


def _photo_refused(told: str) -> Answered:
    return Answered(error("Invalid parameter", 100, 1366046, title="Can't Read Files", told=told))
