"""One post, story or comment: the request that makes it."""

from collections.abc import Sequence

from parvis.networks.contract import Account, Json, Part, Published
from parvis.networks.errors import Refused
from parvis.networks.instagram.traits import COMMENT_HASHTAGS, STORY_BYTES, STORY_SECONDS
from parvis.networks.text import find_hashtags
from parvis.networks.traits import Format


def build_post(account: Account, part: Part, container_id: str) -> Json:
    return {
        "kind": "story" if part.format is Format.STORY else "post",
        "path": f"{account.remote_id}/media_publish",
        "form": {"creation_id": container_id},
        "container_id": container_id,
        "media_type": _media_type(part),
        "media_count": len(part.media),
    }


def _media_type(part: Part) -> str:
    """As the published media will be listed."""
    if len(part.media) > 1:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if part.videos else "IMAGE"


def build_comment(part: Part, follows: Sequence[Published]) -> Json:
    if not follows:
        raise Refused(
            "no-post-to-comment",
            "A first comment needs the post that it is for. Nothing was posted; write it as a "
            "post.",
        )
    if len(find_hashtags(part.text)) > COMMENT_HASHTAGS:
        raise Refused(
            "too-many-hashtags",
            f"A comment on Instagram takes {COMMENT_HASHTAGS} hashtags. Nothing was posted; take "
            "some out.",
            limit=COMMENT_HASHTAGS,
        )
    return {
        "kind": "comment",
        "path": f"{follows[0].remote_id}/comments",
        "form": {"message": part.text},
        "post_id": follows[0].remote_id,
        "post_url": follows[0].url,
    }


def refuse_unfit_story(part: Part) -> None:
    """A story's video is shorter and smaller than a reel's, and no story carries a description."""
    if part.format is not Format.STORY:
        return
    file = part.media[0]
    if file.alt:
        raise Refused(
            "alt-not-taken",
            "Instagram takes no description with a story. Nothing was posted; take the "
            "description out, or post the picture as a post.",
            name=file.path.name,
        )
    if file.is_video and (file.seconds or 0) > STORY_SECONDS:
        raise Refused(
            "video-too-long",
            f"The video has {file.seconds:g} seconds; Instagram’s limit for a story is "
            f"{STORY_SECONDS:g}. Nothing was posted; cut it, or post it as a reel.",
            seconds=f"{file.seconds:g}",
            limit=f"{STORY_SECONDS:g}",
        )
    if file.is_video and file.size > STORY_BYTES:
        raise Refused(
            "video-too-large",
            f"The video has {file.size} bytes of {STORY_BYTES} that Instagram takes in a story. "
            "Nothing was posted; make it smaller, or post it as a reel.",
            size=file.size,
            limit=STORY_BYTES,
        )
