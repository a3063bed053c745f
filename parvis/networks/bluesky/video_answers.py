"""What a video service answers, and what its refusals mean.

Sources: the lexicons app.bsky.video.*; the failure codes are those of app.bsky.video.defs. Which
of the errors really come, with which status, was never seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parvis.networks.bluesky import xrpc
from parvis.networks.contract import Json, MediaFile
from parvis.networks.errors import NetworkError, NotSent, Refused, SlowDown
from parvis.networks.http import Answer
from parvis.networks.limits import A_DAY, MEDIA

UPLOAD_OVER = ("video-lost", "video-failed", "video-refused", "video-too-large")
"""Errors after which an upload or a job is of no more use: the next try starts anew."""


def read(answer: Answer) -> Json:
    """The result, or the error that the answer means."""
    if answer.ok:
        return answer.json_object()
    name, message = xrpc.error_of(answer)
    if name in _DECISIONS:
        raise _DECISIONS[name](answer.clean(message or name))
    raise xrpc.failure(answer)


def read_text(answer: Answer, name: str, *, also_in_status: tuple[int, ...] = ()) -> str:
    """One text of the result. The service answers a job's status bare or as `jobStatus`: the
    lexicon and the app disagree."""
    said = answer.json_object() if answer.status in also_in_status else read(answer)
    status = said.get("jobStatus")
    found = said.get(name) or (status.get(name) if isinstance(status, dict) else None)
    if not isinstance(found, str) or not found:
        raise answer.unreadable()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """How far an upload in parts has come. `job` is empty until it is finished."""

    job: str
    part_bytes: int
    missing: tuple[int, ...]


def read_upload(answer: Answer) -> Upload:
    said = read(answer)
    try:
        if said["state"] in ("failed", "aborted", "expired"):
            raise _lost(str(said.get("failureReason") or said["state"]))
        received = set(said["receivedParts"])
        return Upload(
            job=str(said["completedJobId"]) if said["state"] == "completed" else "",
            part_bytes=int(said["partSizeBytes"]),
            missing=tuple(n for n in range(1, said["partCount"] + 1) if n not in received),
        )
    except (KeyError, TypeError, ValueError):
        raise answer.unreadable() from None


def read_job(answer: Answer) -> Json | None:
    """The blob of a video that is ready; nothing while the service works on it."""
    if answer.status in (400, 404):
        raise _lost("the service knows nothing of it")
    said = read(answer)
    status = said.get("jobStatus", said)
    if not isinstance(status, dict) or not isinstance(status.get("state"), str):
        raise answer.unreadable()
    if status["state"] == "JOB_STATE_FAILED":
        raise _failed(status, answer)
    blob = status.get("blob")
    return blob if isinstance(blob, dict) else None


def refuse_beyond(limits: Json, video: MediaFile) -> None:
    """`limits` is what getUploadLimits answered for this account on this day."""
    bytes_left = limits.get("remainingDailyBytes")
    if limits.get("canUpload") is False:
        if limits.get("remainingDailyVideos") == 0 or bytes_left == 0:
            raise _day_is_full("")
        raise _forbidden(str(limits.get("message") or limits.get("error") or "no reason given"))
    if isinstance(bytes_left, int) and bytes_left < video.size:
        raise _day_is_full("")


def _failed(status: Json, answer: Answer) -> NetworkError:
    """What a job that failed means. Without a known code it may have been a mishap."""
    said = answer.clean(str(status.get("message") or status.get("error") or "no reason given"))
    code = status.get("failureCode")
    if code in ("validation_failure", "encoding_failure"):
        return _refused(said)
    if code == "pds_upload_unsupported_blob_size":
        return _too_large(said)
    return NotSent(
        "video-failed",
        f"Bluesky could not process the video: “{said}” Nothing was posted; it is tried again.",
        said=said,
    )


def _refused(said: str) -> NetworkError:
    return Refused(
        "video-refused",
        f"Bluesky cannot use this video: “{said}” Nothing was posted; attach another one.",
        said=said,
    )


def _too_large(_: str) -> NetworkError:
    return Refused(
        "video-too-large",
        "Bluesky takes no video this large for this account. Nothing was posted; attach a smaller "
        "one.",
    )


def _forbidden(said: str) -> NetworkError:
    return Refused(
        "video-forbidden",
        f"Bluesky lets this account upload no video: “{said}” Nothing was posted; confirm the "
        "account’s e-mail address on Bluesky, or take the video out.",
        said=said,
    )


def _day_is_full(_: str) -> NetworkError:
    return SlowDown(
        "video-limit",
        "This account has uploaded as much video as Bluesky allows in a day. Nothing was posted "
        "yet; it is tried again later.",
        bucket=MEDIA + A_DAY,
    )


def _busy(_: str) -> NetworkError:
    return NotSent(
        "video-service-busy",
        "Bluesky’s video service is busy. Nothing was posted; it is tried again.",
    )


def _lost(said: str) -> NetworkError:
    return NotSent(
        "video-lost",
        f"Bluesky’s video service has lost the upload: “{said}” Nothing was posted; the video is "
        "sent again.",
        said=said,
    )


_DECISIONS: Mapping[str, Callable[[str], NetworkError]] = {
    "UnsupportedContentType": _refused,
    "BadAspectRatio": _refused,
    "VideoTooLong": _refused,
    "VideoTooLarge": _too_large,
    "UploadForbidden": _forbidden,
    "DailyLimitExceeded": _day_is_full,
    "TooManyOpenUploads": _busy,
    "ServiceOverloaded": _busy,
    "UploadNotReady": _busy,
    "MissingParts": _busy,
    "UploadNotFound": _lost,
    "UploadExpired": _lost,
    "UploadFailed": _lost,
    "UploadAborted": _lost,
}
