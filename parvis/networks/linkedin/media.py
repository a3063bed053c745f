"""Images and videos: begun at LinkedIn, sent to the address that it names, and awaited.

Sources: learn.microsoft.com, Images API and Videos API. An address for uploading opens that one
upload and nothing else, so it may be kept between tries.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from yarl import URL

from parvis.networks import present
from parvis.networks.contract import Account, Json, MediaFile, Progress
from parvis.networks.errors import NotSent, Refused
from parvis.networks.http import Answer, Http, Slice
from parvis.networks.linkedin.api import NETWORK, SERVER, failure, still_processing
from parvis.networks.linkedin.restli import address, headers

UPLOAD_SECONDS = 120.0
# One minute in all: an image is usually ready at once, a video within a few.
PAUSES = (0.5, 1.0, 1.5, 2.0, 5.0, 10.0, 20.0, 20.0)
_MARGIN = timedelta(minutes=5)


class Status(StrEnum):
    WAITING = "WAITING_UPLOAD"
    PROCESSING = "PROCESSING"
    AVAILABLE = "AVAILABLE"
    FAILED = "PROCESSING_FAILED"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Uploader:
    """Uploads one part's media. Steps already kept in `progress` are not taken again."""

    http: Http
    account: Account
    progress: Progress

    async def upload_all(self, media: Sequence[MediaFile]) -> list[str]:
        """The URNs of the media in their order, ready to be posted."""
        urns = [await self._upload(file, _step(number)) for number, file in enumerate(media)]
        await self._wait_until_ready(urns)
        return urns

    async def _upload(self, file: MediaFile, step: str) -> str:
        if file.is_video:
            return await self._upload_video(file, step)
        return await self._upload_image(file, step)

    async def _upload_image(self, image: MediaFile, step: str) -> str:
        kept = self.progress.read(step)
        if kept:
            return str(kept["urn"])
        granted = await self._initialize("images", {})
        urn, url = _word(granted, "image"), _word(granted, "uploadUrl")
        answer = await self.http.put(
            self._uploading_to(url),
            network=NETWORK,
            purpose="upload image",
            body=image.path,
            content_type=image.media_type,
            bearer=self.account.tokens.access,
            seconds=UPLOAD_SECONDS,
        )
        if not answer.ok:
            raise failure(answer)
        await self.progress.keep(step, {"urn": urn})
        return urn

    async def _upload_video(self, video: MediaFile, step: str) -> str:
        kept = self.progress.read(step)
        upload = kept if kept and not _has_lapsed(kept) else await self._begin_video(video, step)
        was_sent = all(part["etag"] for part in upload["parts"])
        for number, part in enumerate(upload["parts"]):
            if not part["etag"]:
                etag = await self._send_part(video, part, step)
                upload = _with_etag(upload, number, etag)
                await self.progress.keep(step, upload)
        if not upload["is_finished"]:
            await self._finish_video(upload, may_be_finished=was_sent)
            await self.progress.keep(step, upload | {"is_finished": True})
        return str(upload["urn"])

    async def _begin_video(self, video: MediaFile, step: str) -> Json:
        granted = await self._initialize(
            "videos",
            {"fileSizeBytes": video.size, "uploadCaptions": False, "uploadThumbnail": False},
        )
        upload = {
            "urn": _word(granted, "video"),
            "token": str(granted.get("uploadToken") or ""),
            "lapses_at": granted.get("uploadUrlsExpireAt"),
            "parts": _read_parts(granted),
            "is_finished": False,
        }
        await self.progress.keep(step, upload)
        return upload

    async def _send_part(self, video: MediaFile, part: Json, step: str) -> str:
        """The part's ETag, by which the upload is put together in the end."""
        answer = await self.http.put(
            self._uploading_to(part["url"]),
            network=NETWORK,
            purpose="upload video",
            body=Slice(video.path, part["first"], part["last"] - part["first"] + 1),
            content_type="application/octet-stream",
            seconds=UPLOAD_SECONDS,
        )
        etag = answer.headers.get("ETag", "").strip('"')
        if answer.ok and etag:
            return etag
        if answer.ok:
            raise answer.unreadable()
        if answer.is_unclear or answer.status == 429:
            raise failure(answer)
        await self.progress.keep(step, {})
        raise _lost()

    async def _finish_video(self, upload: Json, *, may_be_finished: bool) -> None:
        """A death may have come between finishing and keeping that it was done."""
        urn = upload["urn"]
        if may_be_finished and await self._is_past_uploading(urn):
            return
        answer = await self.http.post(
            address(self.account.server, "/rest/videos", action="finalizeUpload"),
            network=NETWORK,
            purpose="upload video",
            json={
                "finalizeUploadRequest": {
                    "video": urn,
                    "uploadToken": upload["token"],
                    "uploadedPartIds": [part["etag"] for part in upload["parts"]],
                }
            },
            headers=headers("ACTION"),
            bearer=self.account.tokens.access,
        )
        if not answer.ok:
            raise failure(answer)

    async def _is_past_uploading(self, urn: str) -> bool:
        return (await self._read_statuses([urn]))[urn] in (Status.PROCESSING, Status.AVAILABLE)

    async def _initialize(self, resource: str, more: Json) -> dict[str, Any]:
        answer = await self.http.post(
            address(self.account.server, f"/rest/{resource}", action="initializeUpload"),
            network=NETWORK,
            purpose="upload image" if resource == "images" else "upload video",
            json={"initializeUploadRequest": {"owner": self.account.remote_id, **more}},
            headers=headers("ACTION"),
            bearer=self.account.tokens.access,
        )
        if not answer.ok:
            raise failure(answer)
        granted = answer.json_object().get("value")
        if not isinstance(granted, dict):
            raise answer.unreadable()
        return granted

    def _uploading_to(self, url: str) -> URL:
        """The account's token goes with images, so only LinkedIn may name where they go."""
        there = URL(url, encoded=True)
        at_linkedin = there.scheme == "https" and f".{there.host}".endswith(".linkedin.com")
        if self.account.server == SERVER and not at_linkedin:
            raise _odd("named a strange address for an upload")
        if self.account.server != SERVER and str(there.origin()) != self.account.server:
            raise _odd("named a strange address for an upload")
        return there

    async def _wait_until_ready(self, urns: Sequence[str]) -> None:
        for pause in (*PAUSES, None):
            statuses = await self._read_statuses(urns)
            await self._heed_failures(urns, statuses)
            if all(status is Status.AVAILABLE for status in statuses.values()):
                return
            if pause is not None:
                await asyncio.sleep(pause)
        await self._forget_unless_uploaded(urns, statuses)
        raise still_processing()

    async def _heed_failures(self, urns: Sequence[str], statuses: Mapping[str, Status]) -> None:
        """Uploads that failed or are gone are forgotten, so that the next try makes new ones."""
        for number, urn in enumerate(urns):
            if statuses[urn] in (Status.FAILED, Status.GONE):
                await self.progress.keep(_step(number), {})
        if Status.FAILED in statuses.values():
            raise Refused(
                "media-refused",
                "LinkedIn could not make use of the media. Nothing was posted; attach it in "
                "another form.",
            )
        if Status.GONE in statuses.values():
            raise _lost()

    async def _forget_unless_uploaded(
        self, urns: Sequence[str], statuses: Mapping[str, Status]
    ) -> None:
        for number, urn in enumerate(urns):
            if statuses[urn] is Status.WAITING:
                await self.progress.keep(_step(number), {})

    async def _read_statuses(self, urns: Sequence[str]) -> dict[str, Status]:
        read: dict[str, Status] = {}
        for resource in ("images", "videos"):
            if of_kind := [urn for urn in urns if f":{resource[:-1]}:" in urn]:
                read |= await self._read_statuses_of(resource, of_kind)
        return read

    async def _read_statuses_of(self, resource: str, urns: Sequence[str]) -> dict[str, Status]:
        """Where LinkedIn does not let the app read its own uploads they count as ready: the post
        itself will tell."""
        answer = await self.http.get(
            address(self.account.server, f"/rest/{resource}", ids=urns),
            network=NETWORK,
            purpose="await media",
            headers=headers("BATCH_GET"),
            bearer=self.account.tokens.access,
        )
        if answer.status == 403:
            return dict.fromkeys(urns, Status.AVAILABLE)
        if not answer.ok:
            raise failure(answer)
        results = answer.json_object().get("results")
        if not isinstance(results, dict):
            raise answer.unreadable()
        return {urn: _status(answer, results.get(urn)) for urn in urns}


def _step(number: int) -> str:
    return f"media {number}"


def _status(answer: Answer, entity: Any) -> Status:
    if entity is None:
        return Status.GONE
    try:
        return Status(entity["status"])
    except (KeyError, TypeError, ValueError):
        raise answer.unreadable() from None


def _read_parts(granted: Mapping[str, Any]) -> list[Json]:
    """`firstByte` and `lastByte` both belong to the part."""
    try:
        return [
            {
                "url": str(instruction["uploadUrl"]),
                "first": int(instruction["firstByte"]),
                "last": int(instruction["lastByte"]),
                "etag": "",
            }
            for instruction in _sorted(granted["uploadInstructions"])
        ]
    except (KeyError, TypeError, ValueError):
        raise _odd("did not say where to upload the video") from None


def _sorted(instructions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(instructions, key=lambda instruction: int(instruction["firstByte"]))


def _with_etag(upload: Json, number: int, etag: str) -> Json:
    parts = [
        part | {"etag": etag} if at == number else part for at, part in enumerate(upload["parts"])
    ]
    return upload | {"parts": parts}


def _has_lapsed(upload: Json) -> bool:
    """Once finished, nothing more is sent to the addresses."""
    lapses_at = upload["lapses_at"]
    if upload["is_finished"] or not isinstance(lapses_at, int):
        return False
    return datetime.fromtimestamp(lapses_at / 1000, UTC) < present.now() + _MARGIN


def _word(granted: Mapping[str, Any], name: str) -> str:
    found = granted.get(name)
    if not isinstance(found, str) or not found:
        raise _odd("did not say where to upload the media")
    return found


def _odd(what: str) -> NotSent:
    return NotSent(
        "odd-upload-address", f"LinkedIn {what}. Nothing was posted; it can be tried again."
    )


def _lost() -> NotSent:
    return NotSent(
        "upload-lost",
        "LinkedIn no longer has what was uploaded for this post. Nothing was posted; it is "
        "uploaded again with the next try.",
    )
