"""A video for `/videos`, in chunks: Facebook says which bytes it wants next, and each answer is
kept, so that a dead upload goes on where it stopped.

Source: Meta's own uploader (facebook-business 26.0.3, video_uploader.py), which does the same for
advertisements; developers.facebook.com/docs/video-api/guides/publishing names the host.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from parvis.networks.contract import Account, Json, MediaFile, Progress
from parvis.networks.errors import NotSent, Refused
from parvis.networks.facebook.api import API
from parvis.networks.graph.call import seconds_for, word
from parvis.networks.graph.login import SERVER
from parvis.networks.hosts import beside
from parvis.networks.http import Answer, Http, Slice, Upload

VIDEO_SERVER = "https://graph-video.facebook.com"

_STEP = "video"
_OTHER_OFFSET = 1363037


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An upload under way. `start` and `end` bound the chunk that is wanted next, in bytes; they
    are equal once Facebook has them all."""

    video_id: str
    upload_id: str
    start: int = 0
    end: int = 0


async def upload_in_chunks(
    http: Http, account: Account, video: MediaFile, progress: Progress
) -> Session:
    if kept := progress.read(_STEP):
        try:
            return await _transfer(http, account, video, Session(**kept), progress)
        except Refused:
            # Facebook keeps an upload for a day or so [from memory]; this one has gone.
            pass
    session = await _begin(http, account, video, progress)
    return await _transfer(http, account, video, session, progress)


async def _begin(http: Http, account: Account, video: MediaFile, progress: Progress) -> Session:
    answer = await API.post(
        http,
        video_server(account),
        f"{account.remote_id}/videos",
        account.tokens.access,
        purpose="upload",
        form={"upload_phase": "start", "file_size": str(video.size)},
    )
    begun = Session(video_id=word(answer, "video_id"), upload_id=word(answer, "upload_session_id"))
    return await _keep(_moved(begun, answer, answer.json_object()), progress)


async def _transfer(
    http: Http, account: Account, video: MediaFile, session: Session, progress: Progress
) -> Session:
    while session.start < session.end:
        moved = await _send_chunk(http, account, video, session)
        if moved == session:
            raise NotSent(
                "upload-stalled",
                "Facebook asks for the same piece of the video again and again. Nothing was "
                "posted; it is tried again.",
            )
        session = await _keep(moved, progress)
    return session


async def _send_chunk(http: Http, account: Account, video: MediaFile, session: Session) -> Session:
    size = session.end - session.start
    chunk = Slice(video.path, session.start, size)
    answer = await http.post(
        API.url(video_server(account), f"{account.remote_id}/videos"),
        network=API.network,
        purpose="upload",
        form={
            "access_token": account.tokens.access,
            "upload_phase": "transfer",
            "upload_session_id": session.upload_id,
            "start_offset": str(session.start),
            "video_file_chunk": Upload(chunk, video.path.name, "application/octet-stream"),
        },
        seconds=seconds_for(size),
    )
    told = _other_offset(answer) or API.accepted(answer)
    return _moved(session, answer, told)


def _other_offset(answer: Answer) -> Mapping[str, Any] | None:
    """Facebook has another piece next in mind, after an answer that was lost on its way here."""
    told = answer.json_or_none()
    error = told.get("error") if isinstance(told, Mapping) else None
    if not isinstance(error, Mapping) or error.get("error_subcode") != _OTHER_OFFSET:
        return None
    data = error.get("error_data")
    return data if isinstance(data, Mapping) and "start_offset" in data else None


def _moved(session: Session, answer: Answer, told: Mapping[str, Any]) -> Session:
    try:
        return Session(
            video_id=session.video_id,
            upload_id=session.upload_id,
            start=int(told["start_offset"]),
            end=int(told["end_offset"]),
        )
    except (KeyError, TypeError, ValueError):
        raise answer.unreadable() from None


async def _keep(session: Session, progress: Progress) -> Session:
    kept: Json = asdict(session)
    await progress.keep(_STEP, kept)
    return session


def video_server(account: Account) -> str:
    return beside(account.server, SERVER, VIDEO_SERVER)
