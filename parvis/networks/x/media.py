"""Pictures and videos, sent to X before the post that shows them.

A picture goes in one request; an animated GIF and a video go in chunks and are worked on
afterwards. Each step reached is kept, so that a try after a crash goes on from there.
"""

import asyncio
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from parvis.networks import present
from parvis.networks.contract import Account, Json, MediaFile, Progress
from parvis.networks.errors import NetworkError, NotSent, PrepareAnew, Refused
from parvis.networks.http import Answer, Http, Slice, Upload
from parvis.networks.part import GIF
from parvis.networks.x.api import NETWORK, failure

# A segment's index ends at 999, and chunks of 5 MB were refused (third parties). 128 of these
# hold the largest video.
CHUNK = 4 * 1024 * 1024
CHUNK_SECONDS = 120.0
# Of waiting for X's work on a video, inside one call.
PATIENCE = 60.0
# An id must live until the post is out.
MARGIN = 15 * 60
# Where X does not say: a day, as its examples have it.
_LIFETIME = 24 * 3600
_LONGEST_PAUSE = 10.0


async def upload(
    http: Http, account: Account, file: MediaFile, progress: Progress, step: str
) -> str:
    """The id of the file once a post can show it. Raises NotSent with the code "processing" while
    X still works on it, and Refused when X will not have it."""
    sending = _Sending(http, account, file, progress, step)
    return await sending.finished()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """How far one file came. `segments` are the chunks that X has taken; `expires_at` counts Unix
    seconds."""

    media_id: str
    expires_at: int
    segments: int = 0
    is_whole: bool = False
    is_described: bool = False

    @classmethod
    def from_answer(cls, answer: Answer, *, is_whole: bool = False) -> "_Reached":
        told = data_of(answer)
        lasts = told.get("expires_after_secs")
        return cls(
            media_id=str(told["id"]),
            expires_at=int(present.now().timestamp())
            + (lasts if isinstance(lasts, int) else _LIFETIME),
            is_whole=is_whole,
        )

    @property
    def lives(self) -> bool:
        return self.expires_at > present.now().timestamp() + MARGIN


class _Sending:
    def __init__(
        self, http: Http, account: Account, file: MediaFile, progress: Progress, step: str
    ) -> None:
        self._http = http
        self._account = account
        self._file = file
        self._progress = progress
        self._step = step
        self._is_resumed = False

    async def finished(self) -> str:
        reached = await self._resumed() or await self._begun()
        reached = await self._with_all_segments(reached)
        reached = await self._whole(reached)
        reached = await self._described(reached)
        await self._until_ready(reached)
        return reached.media_id

    async def _resumed(self) -> _Reached | None:
        """What an earlier try reached, when X still knows it. X may not answer for a picture: it
        is then sent again, which costs nothing."""
        kept = self._progress.read(self._step)
        reached = _Reached(**kept) if kept else None
        if reached is None or not reached.lives:
            return None
        if reached.is_whole and not (await self._status(reached)).ok:
            return None
        self._is_resumed = True
        return reached

    async def _begun(self) -> _Reached:
        if not _goes_in_chunks(self._file):
            answer = await self._post(
                "/2/media/upload",
                form={
                    "media": self._part_of_form(self._file.path),
                    "media_category": "tweet_image",
                },
                seconds=CHUNK_SECONDS,
            )
            return await self._keep(_Reached.from_answer(answer, is_whole=True))
        answer = await self._post(
            "/2/media/upload/initialize",
            json={
                "media_type": self._file.media_type,
                "media_category": "tweet_gif" if self._file.media_type == GIF else "tweet_video",
                "total_bytes": self._file.size,
            },
        )
        return await self._keep(_Reached.from_answer(answer))

    async def _with_all_segments(self, reached: _Reached) -> _Reached:
        while not reached.is_whole and reached.segments * CHUNK < self._file.size:
            await self._append(reached)
            reached = await self._keep(replace(reached, segments=reached.segments + 1))
        return reached

    async def _append(self, reached: _Reached) -> None:
        chunk = Slice(self._file.path, reached.segments * CHUNK, CHUNK)
        try:
            await self._post(
                f"/2/media/upload/{reached.media_id}/append",
                form={
                    "segment_index": str(reached.segments),
                    "media": self._part_of_form(chunk),
                },
                seconds=CHUNK_SECONDS,
            )
        except (Refused, PrepareAnew) as refusal:
            raise await self._given_up(refusal) from None

    async def _whole(self, reached: _Reached) -> _Reached:
        """The answer of an earlier try may have been lost: what cannot be finalised is given up,
        unless X says that it has the file."""
        if reached.is_whole:
            return reached
        try:
            await self._post(f"/2/media/upload/{reached.media_id}/finalize")
        except (Refused, PrepareAnew) as refusal:
            if not (await self._status(reached)).ok:
                raise await self._given_up(refusal) from None
        return await self._keep(replace(reached, is_whole=True))

    async def _described(self, reached: _Reached) -> _Reached:
        if reached.is_described or not self._file.alt:
            return reached
        await self._post(
            "/2/media/metadata",
            json={
                "id": reached.media_id,
                "metadata": {"alt_text": {"text": self._file.alt}},
            },
        )
        return await self._keep(replace(reached, is_described=True))

    async def _until_ready(self, reached: _Reached) -> None:
        if not _goes_in_chunks(self._file):
            return
        deadline = time.monotonic() + PATIENCE
        while (pause := self._pause_asked_for(await self._status(reached))) is not None:
            if time.monotonic() + pause > deadline:
                raise NotSent(
                    "processing",
                    "X is still working on a video. Nothing was posted; it is tried again.",
                )
            await asyncio.sleep(pause)

    def _pause_asked_for(self, answer: Answer) -> float | None:
        """Seconds until X wants to be asked again; None when the file is ready."""
        if not answer.ok:
            raise failure(answer, self._account)
        processing = data_of(answer).get("processing_info") or {}
        if processing.get("state") == "failed":
            raise self._refused(_reason(answer, processing))
        if processing.get("state") not in ("pending", "in_progress"):
            return None
        asked = processing.get("check_after_secs")
        return min(max(float(asked), 0.1), _LONGEST_PAUSE) if isinstance(asked, int) else 1.0

    async def _given_up(self, refusal: NetworkError) -> NetworkError:
        """What X refuses of an upload that an earlier try began, it may just have forgotten; of
        one that was begun a moment ago, it means the file."""
        await self._progress.keep(self._step, {})
        if isinstance(refusal, Refused) and not self._is_resumed:
            return refusal
        return NotSent(
            "media-gone",
            "X no longer knows a file that was being sent. Nothing was posted; it is sent again.",
        )

    async def _keep(self, reached: _Reached) -> _Reached:
        await self._progress.keep(self._step, asdict(reached))
        return reached

    async def _status(self, reached: _Reached) -> Answer:
        answer = await self._http.get(
            f"{self._account.server}/2/media/upload",
            network=NETWORK,
            purpose="upload",
            query={"command": "STATUS", "media_id": reached.media_id},
            bearer=self._account.tokens.access,
        )
        if answer.ok or isinstance(error := failure(answer, self._account), Refused | PrepareAnew):
            return answer
        raise error

    async def _post(self, path: str, **ask: Any) -> Answer:
        answer = await self._http.post(
            f"{self._account.server}{path}",
            network=NETWORK,
            purpose="upload",
            bearer=self._account.tokens.access,
            **ask,
        )
        if answer.ok:
            return answer
        error = failure(answer, self._account)
        # What is more than a plain refusal, such as Duplicate, has a meaning of its own.
        raise self._refused(error.facts.get("said", "")) if type(error) is Refused else error

    def _part_of_form(self, content: Any) -> Upload:
        return Upload(content, self._file.path.name, self._file.media_type)

    def _refused(self, said: object) -> Refused:
        return Refused(
            "media-refused",
            f"X does not take the file {self._file.path.name}: “{said}” Nothing was posted.",
            name=self._file.path.name,
            said=str(said),
        )


def data_of(answer: Answer) -> Json:
    """What X tells of the upload; the error for an unreadable answer when it tells nothing."""
    told = answer.json_object().get("data")
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise answer.unreadable()
    return told


def _goes_in_chunks(file: MediaFile) -> bool:
    return file.is_video or (file.media_type == GIF and file.is_animated)


def _reason(answer: Answer, processing: Json) -> str:
    told = processing.get("error")
    message = told.get("message") if isinstance(told, dict) else None
    return answer.clean(str(message or "its format could not be read."))
