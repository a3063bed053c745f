"""Handing over a part's pictures and videos: each becomes a blob on the account's own server.

The server drops a blob that no record refers to after some hours (from memory of the PDS's
documentation, not confirmed), and offers no way to ask whether it still has it.
"""

from datetime import datetime, timedelta

from parvis.networks import present
from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.post import is_moving
from parvis.networks.bluesky.video import VideoServices
from parvis.networks.contract import Account, Json, MediaFile, Part, Progress
from parvis.networks.http import Http

_KEPT_FOR = timedelta(hours=1)


async def upload_media(
    http: Http, account: Account, part: Part, services: VideoServices, progress: Progress
) -> list[Json]:
    """The blobs in the order of the part's media. What an earlier try handed over is not sent
    again while the server surely has it."""
    blobs = []
    for place, file in enumerate(part.media):
        blob = _kept(progress, place)
        if blob is None:
            blob = await _upload(http, account, file, services, progress)
            await _keep(progress, place, blob)
        blobs.append(blob)
    return blobs


async def _upload(
    http: Http, account: Account, file: MediaFile, services: VideoServices, progress: Progress
) -> Json:
    if is_moving(file):
        return await services.process(http, account, file, progress)
    return await xrpc.upload_blob(http, account, file, "upload image")


def _kept(progress: Progress, place: int) -> Json | None:
    kept = progress.read(_step(place))
    if kept is None or present.now() - datetime.fromisoformat(kept["at"]) > _KEPT_FOR:
        return None
    blob: Json = kept["blob"]
    return blob


async def _keep(progress: Progress, place: int, blob: Json) -> None:
    await progress.keep(_step(place), {"blob": blob, "at": present.now().isoformat()})


def _step(place: int) -> str:
    return f"blob-{place}"
