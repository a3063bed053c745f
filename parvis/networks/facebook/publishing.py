"""Handing a part's media over, and sending the one request that publishes."""

from collections.abc import Sequence

from parvis.networks.contract import Account, Json, Part, Prepared, Progress, Published
from parvis.networks.errors import NetworkError, Unknown
from parvis.networks.facebook.api import API
from parvis.networks.facebook.chunks import upload_in_chunks, video_server
from parvis.networks.facebook.photos import upload_photo
from parvis.networks.facebook.post import (
    build_comment,
    build_photo_story,
    build_post,
    build_reel,
    build_video,
    read_receipt,
    refuse_wrong_length,
    video_published,
)
from parvis.networks.facebook.reels import is_published, read_status, refuse_broken, upload_whole
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Http
from parvis.networks.traits import Format


async def prepare(
    http: Http,
    account: Account,
    part: Part,
    follows: Sequence[Published],
    progress: Progress,
    pauses: Sequence[float] = PAUSES,
) -> Json:
    """The body of Prepared: `path` and `form` are the request; `video_id` and `photo_ids` tell
    the post on Facebook from any other."""
    refuse_wrong_length(part)
    if part.is_comment:
        return build_comment(part, follows)
    if part.videos:
        return await _with_video(http, account, part, progress, pauses)
    photo_ids = [
        await upload_photo(http, account, image, progress, number)
        for number, image in enumerate(part.images)
    ]
    if part.format is Format.STORY:
        return build_photo_story(account, photo_ids[0])
    return build_post(account, part, photo_ids)


async def _with_video(
    http: Http, account: Account, part: Part, progress: Progress, pauses: Sequence[float]
) -> Json:
    video = part.videos[0]
    if part.format is Format.POST:
        session = await upload_in_chunks(http, account, video, progress)
        return build_video(account, part, session)
    edge = "video_stories" if part.format is Format.STORY else "video_reels"
    video_id = await upload_whole(http, account, edge, video, progress, pauses)
    return build_reel(account, part, edge, video_id)


async def publish(http: Http, account: Account, prepared: Prepared) -> Published:
    body = prepared.body
    server = video_server(account) if body["kind"] == "video" else account.server
    answer = await API.post(
        http,
        server,
        body["path"],
        account.tokens.access,
        purpose="publish",
        form=body["form"],
        publishes=True,
    )
    if video_id := body.get("video_id"):
        return await _video_receipt(http, account, str(video_id))
    return read_receipt(answer, account, str(body["kind"]))


async def _video_receipt(http: Http, account: Account, video_id: str) -> Published:
    """Facebook says yes to a video before it works on it, and may yet throw it out. So it counts
    as published when Facebook shows it as such, and until then it is looked up."""
    status = await _status_if_told(http, account, video_id)
    if is_published(status):
        return video_published(account, video_id, status)
    refuse_broken(status)
    raise Unknown(
        "processing",
        "Facebook has the video and is still working on it. It is not known yet whether the post "
        "went out.",
    )


async def _status_if_told(http: Http, account: Account, video_id: str) -> Json:
    """Whatever keeps this question from being answered says nothing of the post."""
    try:
        return await read_status(http, account, video_id, purpose="read receipt") or {}
    except NetworkError:
        return {}
