"""One post of any kind: the request that makes it, and the receipt."""

from collections.abc import Sequence

from parvis.networks.body import encode_json
from parvis.networks.contract import Account, Json, Part, Published
from parvis.networks.errors import Refused
from parvis.networks.facebook.api import site_of, url_of
from parvis.networks.facebook.chunks import Session
from parvis.networks.facebook.traits import REEL_SECONDS, STORY_SECONDS
from parvis.networks.graph.call import word
from parvis.networks.http import Answer
from parvis.networks.text import find_links
from parvis.networks.traits import Format


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


def read_receipt(answer: Answer, account: Account, kind: str) -> Published:
    """A story is answered with `post_id`, all else with `id`."""
    remote_id = word(answer, "post_id" if kind == "photo-story" else "id")
    return Published(remote_id=remote_id, url=url_of(account.server, remote_id))


def video_published(account: Account, video_id: str, status: Json) -> Published:
    told = str(status.get("permalink_url") or "")
    if told.startswith("/"):
        told = site_of(account.server) + told
    return Published(
        remote_id=video_id,
        url=told or url_of(account.server, video_id),
    )
