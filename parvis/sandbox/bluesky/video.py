"""The video service, on the same origin as everything else: in one piece, or in parts.

Sources: the lexicons app.bsky.video.* (2026-08); how an upload in one piece is answered, from what
Bluesky's own app reads of it. Nothing is really turned into MP4 here: the result only says so.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from parvis.sandbox.bluesky import xrpc
from parvis.sandbox.bluesky.accounts import Accounts
from parvis.sandbox.bluesky.blobs import Blobs, type_of
from parvis.sandbox.faults import Purpose
from parvis.sandbox.network import Handler, Route, SandboxNetwork
from parvis.sandbox.oauth import bearer_of
from parvis.sandbox.records import Item, Json, Person
from parvis.sandbox.shelf import Collection

PART_BYTES = 8 * 1024 * 1024
LARGEST = 300_000_000
_TYPES = ("video/mp4", "video/mpeg", "video/webm", "video/quicktime", "image/gif")
_NAMESPACE = "app.bsky.video."
_UPLOAD = "com.atproto.repo.uploadBlob"
# From memory of an announcement of early 2025, not confirmed.
_VIDEOS_A_DAY = 25
_BYTES_A_DAY = 10_000_000_000
_OPEN_FOR = timedelta(hours=24)
_DAY = timedelta(days=1)


class VideoService:
    def __init__(self, network: SandboxNetwork, accounts: Accounts, blobs: Blobs) -> None:
        self._network = network
        self._accounts = accounts
        self._blobs = blobs

    def routes(self) -> Iterable[Route]:
        for method, name, handle, purpose in (
            ("GET", "getUploadLimits", self.limits, Purpose.ACCOUNT),
            ("POST", "uploadVideo", self.upload, Purpose.UPLOAD),
            ("POST", "startUpload", self.start, Purpose.UPLOAD),
            ("POST", "uploadPart", self.take_part, Purpose.UPLOAD),
            ("POST", "finishUpload", self.finish, Purpose.UPLOAD),
            ("POST", "abortUpload", self.abort, Purpose.UPLOAD),
            ("GET", "getUploadStatus", self.show_upload, Purpose.UPLOAD),
            ("GET", "getJobStatus", self.show_job, Purpose.PROCESSING),
        ):
            yield Route(method, f"/xrpc/{_NAMESPACE}{name}", self._behind(handle), purpose)

    def _behind(self, handle: Handler) -> Handler:
        return xrpc.limited(self._network, handle)

    @property
    def _uploads(self) -> Collection[Item]:
        return self._network.shelf.items("video-upload")

    @property
    def _jobs(self) -> Collection[Item]:
        return self._network.shelf.items("video-job")

    async def limits(self, request: web.Request) -> web.Response:
        """By the session, as a server passes the question on, or by a token for the service."""
        token = self._network.shelf.tokens.get(bearer_of(request))
        if token is not None and token.kind == "service":
            person = self._accounts.borrower(request, "app.bsky.video.getUploadLimits")
        else:
            person = self._accounts.speaker(request)
        return web.json_response(self._limits_of(person))

    def _limits_of(self, person: Person) -> Json:
        since = self._network.clock.now() - _DAY
        today = [j for j in self._jobs if j.owner_id == person.id and j.created_at > since]
        videos = max(0, _VIDEOS_A_DAY - len(today))
        left = max(0, _BYTES_A_DAY - sum(job.extra["size"] for job in today))
        told: Json = {
            "canUpload": videos > 0 and left > 0,
            "remainingDailyVideos": videos,
            "remainingDailyBytes": left,
        }
        return told if told["canUpload"] else told | {"error": "DailyLimitExceeded"}

    # In one piece.

    async def upload(self, request: web.Request) -> web.Response:
        person = self._accounts.borrower(request, _UPLOAD)
        content = await request.read()
        self._check_video(person, len(content), request.headers.get("Content-Type", ""))
        sha256 = self._network.shelf.blobs.keep(content)
        if (known := self._job_of(person, sha256)) is not None:
            said = {"error": "already_exists", "message": "Video already processed"}
            return web.json_response(self._status(known, asked=False) | said, status=409)
        job = self._process(person, sha256, len(content))
        return web.json_response(self._status(job, asked=False))

    def _check_video(self, person: Person, size: int, media_type: str) -> None:
        if media_type not in _TYPES:
            raise xrpc.refuse("The declared type is not supported.", "UnsupportedContentType")
        if size > LARGEST:
            raise xrpc.refuse("The video is too large.", "VideoTooLarge")
        if not self._limits_of(person)["canUpload"]:
            raise xrpc.refuse("No more videos today.", "DailyLimitExceeded")

    # In parts.

    async def start(self, request: web.Request) -> web.Response:
        person = self._accounts.borrower(request, _UPLOAD)
        stated = await xrpc.arguments(request, sizeBytes=int, mimeType=str)
        self._check_video(person, stated["sizeBytes"], stated["mimeType"])
        now = self._network.clock.now()
        upload = self._uploads.put(
            Item(
                id=secrets.token_hex(10),
                created_at=now,
                owner_id=person.id,
                expires_at=now + _OPEN_FOR,
                extra={"size": stated["sizeBytes"], "parts": {}, "state": "created", "job": ""},
            )
        )
        return web.json_response(_told(upload, "jobId", "partSizeBytes", "partCount", "expiresAt"))

    async def take_part(self, request: web.Request) -> web.Response:
        method = f"{_NAMESPACE}uploadPart"
        upload = self._open(request, xrpc.parameter(request, method, "jobId"))
        number = xrpc.number(request, method, "partNumber", usual=0)
        content = await request.read()
        if not 1 <= number <= _parts_of(upload):
            raise xrpc.refuse("No part has this number.", "InvalidPartNumber")
        if len(content) != min(PART_BYTES, upload.extra["size"] - (number - 1) * PART_BYTES):
            raise xrpc.refuse("The part has another size.", "PartSizeMismatch")
        parts = upload.extra["parts"] | {str(number): self._network.shelf.blobs.keep(content)}
        self._uploads.put(replace(upload, extra=upload.extra | {"parts": parts}))
        return web.json_response({"partNumber": number, "sizeBytes": len(content)})

    async def finish(self, request: web.Request) -> web.Response:
        stated = await xrpc.arguments(request, "jobId")
        upload = self._upload(request, stated["jobId"])
        if not upload.extra["job"]:
            upload = self._assembled(self._open(request, stated["jobId"]))
        job = self._jobs.known(upload.extra["job"])
        status = self._status(job, asked=False)
        return web.json_response({"completedJobId": job.id, "jobStatus": status})

    def _assembled(self, upload: Item) -> Item:
        numbers = [str(number) for number in range(1, _parts_of(upload) + 1)]
        if missing := [number for number in numbers if number not in upload.extra["parts"]]:
            raise xrpc.refuse(f"Missing parts: {', '.join(missing)}", "MissingParts")
        blobs = self._network.shelf.blobs
        sha256 = blobs.keep(b"".join(blobs.read(upload.extra["parts"][n]) for n in numbers))
        person = self._network.person(upload.owner_id)
        known = self._job_of(person, sha256)
        job = known or self._process(person, sha256, upload.extra["size"])
        done = {"state": "completed", "job": job.id}
        return self._uploads.put(replace(upload, extra=upload.extra | done))

    async def abort(self, request: web.Request) -> web.Response:
        stated = await xrpc.arguments(request, "jobId")
        upload = self._upload(request, stated["jobId"])
        if upload.extra["state"] == "created":
            upload = self._uploads.put(
                replace(upload, extra=upload.extra | {"state": "aborted", "parts": {}})
            )
        return web.json_response(_told(upload, "state", "completedJobId"))

    async def show_upload(self, request: web.Request) -> web.Response:
        method = f"{_NAMESPACE}getUploadStatus"
        upload = self._upload(request, xrpc.parameter(request, method, "jobId"))
        told = _told(
            upload,
            "jobId",
            "partSizeBytes",
            "partCount",
            "receivedParts",
            "expiresAt",
            "state",
            "completedJobId",
        )
        if upload.extra["state"] == "created" and self._is_expired(upload):
            told["state"] = "expired"
        return web.json_response(told)

    def _upload(self, request: web.Request, upload_id: object) -> Item:
        person = self._accounts.borrower(request, _UPLOAD)
        upload = self._uploads.get(str(upload_id))
        if upload is None or upload.owner_id != person.id:
            raise xrpc.refuse("No upload has this id.", "UploadNotFound", 404)
        return upload

    def _open(self, request: web.Request, upload_id: object) -> Item:
        upload = self._upload(request, upload_id)
        if upload.extra["state"] == "aborted":
            raise xrpc.refuse("The upload was aborted.", "UploadAborted")
        if upload.extra["state"] == "completed":
            raise xrpc.refuse("The upload is complete.", "UploadAlreadyCompleted")
        if self._is_expired(upload):
            raise xrpc.refuse("The upload has expired.", "UploadExpired")
        return upload

    def _is_expired(self, upload: Item) -> bool:
        return upload.expires_at is not None and upload.expires_at <= self._network.clock.now()

    # Processing.

    async def show_job(self, request: web.Request) -> web.Response:
        job_id = xrpc.parameter(request, f"{_NAMESPACE}getJobStatus", "jobId")
        job = self._jobs.get(job_id)
        if job is None:
            raise xrpc.refuse("No job has this id.")
        return web.json_response({"jobStatus": self._status(job, asked=True)})

    def _process(self, person: Person, sha256: str, size: int) -> Item:
        job = Item(
            id=secrets.token_hex(10),
            created_at=self._network.clock.now(),
            owner_id=person.id,
            extra={"sha256": sha256, "size": size},
        )
        return self._jobs.put(self._network.in_processing(job))

    def _job_of(self, person: Person, sha256: str) -> Item | None:
        own = (job for job in self._jobs if job.owner_id == person.id)
        return next((job for job in own if job.extra["sha256"] == sha256), None)

    def _status(self, job: Item, *, asked: bool) -> Json:
        """app.bsky.video.defs#jobStatus. The blob comes to lie on the server when it is ready."""
        told = {"jobId": job.id, "did": job.owner_id}
        if not self._network.is_ready(self._jobs, job, asked=asked):
            return told | {"state": "JOB_STATE_ENCODING", "progress": 50}
        content = self._network.shelf.blobs.read(job.extra["sha256"])
        found = type_of(content)
        if found not in _TYPES:
            return told | {
                "state": "JOB_STATE_FAILED",
                "failureCode": "validation_failure",
                "message": "The file is not a video.",
            }
        person = self._network.person(job.owner_id)
        blob = self._blobs.keep(person, content, "video/mp4", shown_type=found)
        return told | {"state": "JOB_STATE_COMPLETED", "blob": blob, "progress": 100}


def _parts_of(upload: Item) -> int:
    return max(1, -(-int(upload.extra["size"]) // PART_BYTES))


def _told(upload: Item, *names: str) -> Json:
    assert upload.expires_at is not None
    facts = {
        "jobId": upload.id,
        "partSizeBytes": PART_BYTES,
        "partCount": _parts_of(upload),
        "receivedParts": sorted(map(int, upload.extra["parts"])),
        "expiresAt": upload.expires_at.isoformat().replace("+00:00", "Z"),
        "state": upload.extra["state"],
    }
    if upload.extra["job"]:
        facts["completedJobId"] = upload.extra["job"]
    return {name: facts[name] for name in names if name in facts}
