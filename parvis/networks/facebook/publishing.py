"""Building the one request that publishes, and reading what Facebook answers to it."""

from collections.abc import Sequence

from parvis.networks.body import encode_json
from parvis.networks.contract import Account, Json, Part, Prepared, Progress, Published
from parvis.networks.errors import NetworkError, Refused, Unknown
from parvis.networks.facebook.api import API, site_of, url_of
from parvis.networks.facebook.chunks import Session, upload_in_chunks, video_server
from parvis.networks.facebook.photos import upload_photo
from parvis.networks.facebook.reels import is_published, read_status, refuse_broken, upload_whole
from parvis.networks.facebook.traits import REEL_SECONDS, STORY_SECONDS
from parvis.networks.graph.call import word
from parvis.networks.graph.waiting import PAUSES
from parvis.networks.http import Answer, Http
from parvis.networks.text import find_links
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


def refuse_wrong_length(part: Part) -> None:
    """Reels and stories are shorter than other videos."""
    bounds = {Format.REEL: REEL_SECONDS, Format.STORY: STORY_SECONDS}.get(part.format)
    for video in part.videos:
        if bounds is None or video.seconds is None:
            continue
        code, limit = (
            ("video-too-short", bounds[0])
            if video.seconds < bounds[0]
            else ("video-too-long", bounds[1])
        )
        if not bounds[0] <= video.seconds <= bounds[1]:
            raise Refused(
                code,
                f"The video has {video.seconds:g} seconds; Facebook’s limit for a {part.format} "
                f"is {limit:g}. Nothing was posted; cut it, or post it as a video.",
                seconds=f"{video.seconds:g}",
                limit=f"{limit:g}",
            )


def build_post(account: Account, part: Part, photo_ids: Sequence[str]) -> Json:
    """Photos always go by way of the feed, so that one request publishes, whatever is posted. A
    link is shown as a card only where there are no photos."""
    form: Json = {"published": "true"}
    if part.text:
        form["message"] = part.text
    if photo_ids:
        attached = [{"media_fbid": photo_id} for photo_id in photo_ids]
        form["attached_media"] = encode_json(attached).decode()
    elif links := find_links(part.text):
        form["link"] = links[0].value
    return {
        "kind": "post",
        "path": f"{account.remote_id}/feed",
        "form": form,
        "photo_ids": list(photo_ids),
    }


def build_comment(part: Part, follows: Sequence[Published]) -> Json:
    if not follows:
        raise Refused(
            "no-post-to-comment",
            "A first comment needs the post that it is for. Nothing was posted; write it as a "
            "post.",
        )
    post_id = follows[0].remote_id
    form = {"message": part.text}
    return {"kind": "comment", "path": f"{post_id}/comments", "form": form, "post_id": post_id}


def build_photo_story(account: Account, photo_id: str) -> Json:
    return {
        "kind": "photo-story",
        "path": f"{account.remote_id}/photo_stories",
        "form": {"photo_id": photo_id},
        "photo_ids": [photo_id],
    }


def build_video(account: Account, part: Part, session: Session) -> Json:
    """Finishing an upload publishes it. Uploading unpublished and publishing afterwards is not
    documented for a Page's videos."""
    return {
        "kind": "video",
        "path": f"{account.remote_id}/videos",
        "form": {
            "upload_phase": "finish",
            "upload_session_id": session.upload_id,
            "description": part.text,
            "published": "true",
        },
        "video_id": session.video_id,
    }


def build_reel(account: Account, part: Part, edge: str, video_id: str) -> Json:
    form = {"upload_phase": "finish", "video_id": video_id}
    if edge == "video_reels":
        form |= {"video_state": "PUBLISHED", "description": part.text}
    kind = "reel" if edge == "video_reels" else "video-story"
    return {
        "kind": kind,
        "path": f"{account.remote_id}/{edge}",
        "form": form,
        "video_id": video_id,
    }


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


def read_receipt(answer: Answer, account: Account, kind: str) -> Published:
    """A story is answered with `post_id`, all else with `id`."""
    remote_id = word(answer, "post_id" if kind == "photo-story" else "id")
    return Published(remote_id=remote_id, url=url_of(account.server, remote_id))


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


def video_published(account: Account, video_id: str, status: Json) -> Published:
    told = str(status.get("permalink_url") or "")
    if told.startswith("/"):
        told = site_of(account.server) + told
    return Published(
        remote_id=video_id,
        url=told or url_of(account.server, video_id),
    )
