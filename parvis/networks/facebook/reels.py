"""A video for `/video_reels` and `/video_stories`: begun, sent in one piece, finished by the post.

Source: developers.facebook.com/docs/video-api/guides/reels-publishing and /docs/page-stories-api
(stored copies, 2026-07).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from parvis.networks.contract import Account, Json, MediaFile, Progress
from parvis.networks.errors import Refused
from parvis.networks.facebook.api import API
from parvis.networks.graph.call import seconds_for, word
from parvis.networks.graph.fault import is_missing, read_fault
from parvis.networks.graph.login import SERVER
from parvis.networks.graph.waiting import wait_until
from parvis.networks.hosts import beside
from parvis.networks.http import Http, Slice
from parvis.networks.secret import Secret
from parvis.networks.versions import version_of

UPLOAD_SERVER = "https://rupload.facebook.com"

_STEP = "video"
# The rest of a broken upload is read into memory; a longer one begins anew, from disk.
_MOST_IN_MEMORY = 64 * 1024 * 1024


async def upload_whole(
    http: Http,
    account: Account,
    edge: str,
    video: MediaFile,
    progress: Progress,
    pauses: Sequence[float],
) -> str:
    """The id of the video, once Facebook has all of it. `edge` is video_reels or video_stories."""
    video_id, has = await _resumed(http, account, video, progress)
    if not video_id:
        video_id = await _begin(http, account, edge, progress)
    if has < video.size:
        await _send(http, account, video, video_id, has)

    async def has_arrived() -> bool:
        return has_all(await read_status(http, account, video_id, purpose="await media"))

    await wait_until(has_arrived, API.label, pauses)
    return video_id


async def _resumed(
    http: Http, account: Account, video: MediaFile, progress: Progress
) -> tuple[str, int]:
    """The upload that was kept and how many bytes Facebook has of it; no id to begin anew."""
    kept = progress.read(_STEP)
    if not kept:
        return "", 0
    video_id = str(kept["video_id"])
    status = await read_status(http, account, video_id, purpose="upload")
    if status is None or _phase(status, "uploading_phase") in ("error", "expired"):
        return "", 0
    if has_all(status):
        return video_id, video.size
    has = _bytes_transferred(status)
    return (video_id, has) if 0 <= video.size - has <= _MOST_IN_MEMORY or not has else ("", 0)


async def _begin(http: Http, account: Account, edge: str, progress: Progress) -> str:
    answer = await API.post(
        http,
        account.server,
        f"{account.remote_id}/{edge}",
        account.tokens.access,
        purpose="upload",
        form={"upload_phase": "start"},
    )
    video_id = word(answer, "video_id")
    await progress.keep(_STEP, {"video_id": video_id})
    return video_id


async def _send(http: Http, account: Account, video: MediaFile, video_id: str, has: int) -> None:
    """The address is the one that Facebook documents; the one that it answers to the start is not
    used, since a token would go wherever it points."""
    server = beside(account.server, SERVER, UPLOAD_SERVER)
    rest = Slice(video.path, has, video.size - has) if has else video.path
    answer = await http.post(
        f"{server}/video-upload/{version_of(API.api)}/{video_id}",
        network=API.network,
        purpose="upload",
        headers={
            "Authorization": Secret(f"OAuth {account.tokens.access.reveal()}"),
            "offset": str(has),
            "file_size": str(video.size),
        },
        body=rest,
        content_type="application/octet-stream",
        seconds=seconds_for(video.size - has),
    )
    API.accepted(answer)


async def read_status(http: Http, account: Account, video_id: str, *, purpose: str) -> Json | None:
    """`{"status": {"video_status", "uploading_phase": {"status"}, …}, "published", "post_id"}`;
    None when Facebook knows no such video."""
    answer = await API.get(
        http,
        account.server,
        video_id,
        account.tokens.access,
        purpose=purpose,
        query={"fields": "status,published,post_id,permalink_url,created_time"},
    )
    if is_missing(read_fault(answer)):
        return None
    return API.accepted(answer)


def has_all(status: Json | None) -> bool:
    """Whether all bytes have arrived. Raises Refused when Facebook cannot take the video."""
    if status is None:
        return False
    refuse_broken(status)
    return _phase(status, "uploading_phase") == "complete" or _video_status(status) == "ready"


def refuse_broken(status: Json) -> None:
    if is_broken(status):
        raise Refused(
            "media-refused",
            f"Facebook could not work with the video. {_reason(status)}Nothing was posted; replace "
            "it and send the post again.",
        )


def is_broken(status: Json) -> bool:
    phases = ("uploading_phase", "processing_phase", "publishing_phase")
    return _video_status(status) in ("error", "upload_failed", "expired") or any(
        _phase(status, phase) == "error" for phase in phases
    )


def is_published(status: Json) -> bool:
    """Two signs together: out of work, and not held back."""
    done = _phase(status, "publishing_phase") == "complete" or _video_status(status) == "ready"
    return done and status.get("published") is not False


def is_in_work(status: Json) -> bool:
    """Whether the finishing call was acted on and its end is still open."""
    phases = {_phase(status, "processing_phase"), _phase(status, "publishing_phase")}
    if phases == {""}:
        return _video_status(status) == "processing"
    return "in_progress" in phases


def is_unsent(status: Json) -> bool:
    """Whether all has arrived and nothing asks for it to be published."""
    publishing = _phase(status, "publishing_phase")
    return publishing == "not_started" or (
        not publishing and _video_status(status) in ("uploading", "upload_complete")
    )


def _phase(status: Json, name: str) -> str:
    phase = _inner(status).get(name)
    return str(phase.get("status") or "") if isinstance(phase, Mapping) else ""


def _video_status(status: Json) -> str:
    return str(_inner(status).get("video_status") or "")


def _bytes_transferred(status: Json) -> int:
    """Meta's guide spells it "bytes_transfered", its field list with two r."""
    phase = _inner(status).get("uploading_phase")
    for name in ("bytes_transferred", "bytes_transfered"):
        if isinstance(phase, Mapping) and isinstance(phase.get(name), int):
            return int(phase[name])
    return 0


def _reason(status: Json) -> str:
    """What Facebook says of the phase that failed, as a sentence, or nothing."""
    for phase in _inner(status).values():
        error = phase.get("error") if isinstance(phase, Mapping) else None
        if isinstance(error, Mapping) and error.get("message"):
            return f"“{str(error['message'])[:200]}” "
    return ""


def _inner(status: Json) -> Mapping[str, Any]:
    inner = status.get("status")
    return inner if isinstance(inner, Mapping) else {}
