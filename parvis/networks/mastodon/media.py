"""Images and videos: sent to the server, which may need a while before a status can show them.

Mastodon takes a file in one piece. What was sent is kept in `progress` by its id, so that a
repeated preparation waits for the same upload instead of sending it again.
"""

import asyncio
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass

from yarl import URL

from parvis.networks.contract import Account, MediaFile, Progress
from parvis.networks.errors import NetworkError, Refused
from parvis.networks.http import Answer, Http, Upload
from parvis.networks.mastodon.api import NETWORK, error_of, failure, still_processing

# One minute in all for one part: an image is usually ready at once, a video takes as long as the
# server needs to write it anew.
PAUSES = (0.5, 1.0, 1.5, 2.0, 5.0, 10.0, 20.0, 20.0)
_UPLOAD_SECONDS = 120.0
_SLOWEST_BYTES_PER_SECOND = 250_000
# 202 to the upload itself, 206 to the question whether it is ready (media_controller.rb).
_PROCESSING = (202, 206)
# 404: never there, thrown away (Mastodon keeps what no status shows for a day) or shown by a
# status already; 422: the server failed to process it.
_OF_NO_USE = (404, 410, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    media_id: str
    is_ready: bool


async def upload(
    http: Http,
    account: Account,
    files: Sequence[MediaFile],
    progress: Progress,
    pauses: Sequence[float] = PAUSES,
) -> list[str]:
    """The ids of the files, once all are ready to be shown. Raises NotSent with the code
    "processing" when waiting through all `pauses` was not enough."""
    uploads = [
        await _uploaded(http, account, file, progress, f"media {number}")
        for number, file in enumerate(files, start=1)
    ]
    await _wait_for(http, account, uploads, pauses)
    return [one.media_id for one in uploads]


async def _uploaded(
    http: Http, account: Account, file: MediaFile, progress: Progress, step: str
) -> Uploaded:
    """The upload that an earlier try made, if it still lives; else a new one."""
    kept = progress.read(step)
    if kept is not None and (living := await _still_there(http, account, str(kept["id"]))):
        return living
    answer = await _send(http, account, file)
    sent = Uploaded(
        media_id=_read_media_id(answer, account), is_ready=answer.status not in _PROCESSING
    )
    await progress.keep(step, {"id": sent.media_id})
    return sent


async def _still_there(http: Http, account: Account, media_id: str) -> Uploaded | None:
    answer = await _ask(http, account, media_id)
    if answer.status in _OF_NO_USE and error_of(answer) is not None:
        return None
    return _asked(answer, account, media_id)


async def _wait_for(
    http: Http, account: Account, uploads: list[Uploaded], pauses: Sequence[float]
) -> None:
    """The server works on them side by side, so they share one wait."""
    pending = [one for one in uploads if not one.is_ready]
    for pause in pauses:
        if not pending:
            return
        await asyncio.sleep(pause)
        asked = [await _ask_again(http, account, one) for one in pending]
        pending = [one for one in asked if not one.is_ready]
    if pending:
        raise still_processing(URL(account.server).authority)


async def _ask_again(http: Http, account: Account, pending: Uploaded) -> Uploaded:
    return _asked(await _ask(http, account, pending.media_id), account, pending.media_id)


def _asked(answer: Answer, account: Account, media_id: str) -> Uploaded:
    if not answer.ok:
        raise _failure(answer, account)
    return Uploaded(media_id=media_id, is_ready=answer.status not in _PROCESSING)


async def _send(http: Http, account: Account, file: MediaFile) -> Answer:
    extension = mimetypes.guess_extension(file.media_type) or ""
    form: dict[str, str | Upload] = {
        "file": Upload(file.path, f"media{extension}", file.media_type),
    }
    if file.alt:
        form["description"] = file.alt
    return await http.post(
        f"{account.server}/api/v2/media",
        network=NETWORK,
        purpose="upload video" if file.is_video else "upload image",
        form=form,
        bearer=account.tokens.access,
        seconds=_UPLOAD_SECONDS + file.size / _SLOWEST_BYTES_PER_SECOND,
    )


async def _ask(http: Http, account: Account, media_id: str) -> Answer:
    return await http.get(
        f"{account.server}/api/v1/media/{media_id}",
        network=NETWORK,
        purpose="await media",
        bearer=account.tokens.access,
    )


def _read_media_id(answer: Answer, account: Account) -> str:
    """What POST /api/v2/media answered."""
    if not answer.ok:
        raise _failure(answer, account)
    media_id = answer.json_object().get("id")
    if not isinstance(media_id, str) or not media_id:
        raise answer.unreadable()
    return media_id


def _failure(answer: Answer, account: Account) -> NetworkError:
    """Servers word differently what they have against a file (its type, its pixels, its frames
    per second), so a refusal here is one of the file whatever it says."""
    error = failure(answer, account.tokens)
    if error.code != "rejected":
        return error
    said = str(error.facts["said"])
    return Refused(
        "media-refused",
        f"{answer.host} refused an image or a video: “{said}” Nothing was posted; put another in "
        "its place.",
        host=answer.host,
        said=said,
    )
