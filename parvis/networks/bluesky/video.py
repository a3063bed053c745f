"""Videos and animated GIFs. A video service takes the file, makes of it what players want, and
stores the result as a blob on the account's own server.

A video may also be sent to that server as it is: then it is processed only once the post is seen,
and whether it can be played at all shows too late. That is done only where no service is known.

Sources: the lexicons app.bsky.video.* (2026-08) and Bluesky's own app (social-app,
src/lib/media/video, 2026-10), whose constants are these. Never tried against the live service.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from yarl import URL

from parvis.networks import present
from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.video_answers import (
    UPLOAD_OVER,
    read,
    read_job,
    read_text,
    read_upload,
    refuse_beyond,
)
from parvis.networks.contract import Account, Json, MediaFile, Progress
from parvis.networks.errors import Expired, NotSent, Refused, SlowDown
from parvis.networks.http import Answer, Http, Slice
from parvis.networks.secret import Secret

MP4 = "video/mp4"
_STEP = "video"
_LIMITS = "app.bsky.video.getUploadLimits"
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 1.5
_PERMISSION = timedelta(minutes=30)
# What the app's transport sends in one piece; a larger file goes in parts.
_ONE_PIECE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoServices:
    """`public` is the origin of the service to use where the account's own server is none; empty
    where there is none."""

    public: str

    async def process(
        self, http: Http, account: Account, video: MediaFile, progress: Progress
    ) -> Json:
        """The blob of the processed video. Raises NotSent with the code "processing" when a minute
        was not enough."""
        origin = await self._origin(http, account, video, progress)
        if not origin:
            return await _send_as_it_is(http, account, video)
        desk = _Desk(http=http, origin=origin, account=account, video=video, progress=progress)
        return await desk.process()

    async def _origin(
        self, http: Http, account: Account, video: MediaFile, progress: Progress
    ) -> str:
        if kept := progress.read(_STEP):
            return str(kept["service"])
        limits = await _ask_own_server(http, account)
        if limits is not None:
            refuse_beyond(limits, video)
            return account.server
        if public := xrpc.service_of(account, self.public):
            refuse_beyond(await _ask_service(http, account, public), video)
        return public


async def _ask_own_server(http: Http, account: Account) -> Json | None:
    """What it lets this account upload, or nothing when it is no video service: what a server
    says that passes the question on in vain was never seen."""
    answer = await xrpc.query(
        http, account.server, _LIMITS, "read video limits", token=account.tokens.access
    )
    if answer.ok:
        return answer.json_object()
    trouble = xrpc.failure(answer)
    is_service = xrpc.is_served(answer) and not isinstance(trouble, Refused)
    if is_service or isinstance(trouble, Expired | SlowDown):
        raise trouble
    return None


async def _ask_service(http: Http, account: Account, origin: str) -> Json:
    token = await _permission(http, account, aud=did_of(origin), lxm=_LIMITS)
    return read(await xrpc.query(http, origin, _LIMITS, "read video limits", token=token))


def did_of(origin: str) -> str:
    """The service's own DID. A port's colon is written %3A there (did:web)."""
    address = URL(origin)
    port = "" if address.is_default_port() else f"%3A{address.port}"
    return f"did:web:{address.host}{port}"


async def _permission(http: Http, account: Account, *, aud: str, lxm: str) -> Secret:
    """A token by which a service may do one thing in the account's name for half an hour."""
    answer = await xrpc.query(
        http,
        account.server,
        "com.atproto.server.getServiceAuth",
        "allow video service",
        token=account.tokens.access,
        aud=aud,
        lxm=lxm,
        exp=str(int((present.now() + _PERMISSION).timestamp())),
    )
    return Secret(read_text(answer, "token"))


async def _send_as_it_is(http: Http, account: Account, video: MediaFile) -> Json:
    if video.media_type != MP4:
        raise Refused(
            "no-video-service",
            f"{account.server} has no video service, so it takes videos of type {MP4} alone. "
            "Nothing was posted; attach the video in that form.",
            type=video.media_type,
        )
    return await xrpc.upload_blob(http, account, video, "upload video")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One video at one service. What is kept of it is `service` with `upload`, while its parts are
    sent, or with `job`, once it is processed."""

    http: Http
    origin: str
    account: Account
    video: MediaFile
    progress: Progress

    async def process(self) -> Json:
        try:
            return await self._await(await self._job())
        except (Refused, NotSent) as failure:
            if failure.code in UPLOAD_OVER:
                await self.progress.keep(_STEP, {})
            raise

    async def _await(self, job: str) -> Json:
        ends = time.monotonic() + _WAIT_SECONDS
        while (blob := await self._look(job)) is None:
            if time.monotonic() > ends:
                raise _still_processing()
            await asyncio.sleep(_POLL_SECONDS)
        return blob

    async def _look(self, job: str) -> Json | None:
        answer = await xrpc.query(
            self.http, self.origin, "app.bsky.video.getJobStatus", "await video", jobId=job
        )
        return read_job(answer)

    async def _job(self) -> str:
        """The job that processes the video, once all of it is handed over."""
        kept = self.progress.read(_STEP) or {}
        if job := kept.get("job"):
            return str(job)
        token = await self._token()
        upload = kept.get("upload") or await self._start(token)
        job = await (self._send_parts(token, upload) if upload else self._send_whole(token))
        await self._keep(job=job)
        return job

    async def _token(self) -> Secret:
        """The service stores the blob in the account's name, so that is what it is allowed, and at
        the account's own server."""
        aud = await xrpc.did_of(self.http, self.account.server)
        lxm = "com.atproto.repo.uploadBlob"
        return await _permission(self.http, self.account, aud=aud, lxm=lxm)

    async def _start(self, token: Secret) -> str:
        """An upload in parts; empty for a small video and where the service knows no parts."""
        if self.video.size <= _ONE_PIECE:
            return ""
        about = {"sizeBytes": self.video.size, "mimeType": self.video.media_type}
        answer = await self._tell("startUpload", token, about)
        if answer.status in (404, 501):
            return ""
        upload = read_text(answer, "jobId")
        await self._keep(upload=upload)
        return upload

    async def _send_whole(self, token: Secret) -> str:
        """A video that the service has already is answered with 409 and its job (seen by the app,
        which reads the job whatever the status is)."""
        answer = await self.http.post(
            f"{self.origin}/xrpc/app.bsky.video.uploadVideo",
            network=xrpc.NETWORK,
            purpose="upload video",
            query={"did": self.account.remote_id, "name": self.video.path.name},
            body=self.video.path,
            content_type=self.video.media_type,
            bearer=token,
            seconds=xrpc.UPLOAD_SECONDS,
        )
        return read_text(answer, "jobId", also_in_status=(409,))

    async def _send_parts(self, token: Secret, upload: str) -> str:
        """Those that the service lacks; what it has, it is asked."""
        answer = await xrpc.query(
            self.http,
            self.origin,
            "app.bsky.video.getUploadStatus",
            "upload video",
            token=token,
            jobId=upload,
        )
        reached = read_upload(answer)
        if reached.job:
            return reached.job
        for number in reached.missing:
            await self._send_part(token, upload, number, reached.part_bytes)
        answer = await self._tell("finishUpload", token, {"jobId": upload})
        return read_text(answer, "completedJobId")

    async def _send_part(self, token: Secret, upload: str, number: int, size: int) -> None:
        start = (number - 1) * size
        answer = await self.http.post(
            f"{self.origin}/xrpc/app.bsky.video.uploadPart",
            network=xrpc.NETWORK,
            purpose="upload video",
            query={"jobId": upload, "partNumber": str(number)},
            body=Slice(self.video.path, start, min(size, self.video.size - start)),
            content_type="application/octet-stream",
            bearer=token,
            seconds=xrpc.UPLOAD_SECONDS,
        )
        read(answer)
        await self._keep(upload=upload, part=number)

    async def _keep(self, **reached: str | int) -> None:
        await self.progress.keep(_STEP, {"service": self.origin, **reached})

    async def _tell(self, method: str, token: Secret, arguments: Json) -> Answer:
        return await xrpc.procedure(
            self.http,
            self.origin,
            f"app.bsky.video.{method}",
            "upload video",
            arguments,
            token=token,
        )


def _still_processing() -> NotSent:
    return NotSent(
        "processing",
        "Bluesky is still processing the video. Nothing was posted yet; it is asked again.",
    )
