"""From a part to the parameters of POST /me/threads."""

import json
from collections.abc import Sequence
from string import ascii_lowercase

from parvis.networks.contract import MediaFile, Part, Poll, Published
from parvis.networks.errors import Refused
from parvis.networks.threads.api import LABEL
from parvis.networks.traits import ReplySetting

Form = dict[str, str]

# How a published post names what was made as TEXT, IMAGE, VIDEO or CAROUSEL.
PUBLISHED_KINDS = {
    "TEXT": "TEXT_POST",
    "IMAGE": "IMAGE",
    "VIDEO": "VIDEO",
    "CAROUSEL": "CAROUSEL_ALBUM",
}
_REPLY_CONTROLS = {
    ReplySetting.EVERYONE: "everyone",
    ReplySetting.FOLLOWED: "accounts_you_follow",
    ReplySetting.FOLLOWERS: "followers_only",
    ReplySetting.MENTIONED: "mentioned_only",
}


def kind_of(part: Part) -> str:
    if len(part.media) > 1:
        return "CAROUSEL"
    if part.media:
        return "VIDEO" if part.videos else "IMAGE"
    return "TEXT"


def build_container(part: Part, parent_id: str, children: Sequence[str]) -> Form:
    """The tag stays in the text, where Threads takes the first one as the topic: named apart, a
    topic that is not permitted would cost the whole post. `auto_publish_text` is never sent: such
    a post has no container to look up."""
    form = {"media_type": kind_of(part), "text": part.text}
    if len(part.media) == 1:
        form |= _media(part.media[0])
    if children:
        form["children"] = ",".join(children)
    if parent_id:
        form["reply_to_id"] = parent_id
    if part.reply_setting is not None:
        form["reply_control"] = _REPLY_CONTROLS[part.reply_setting]
    if part.poll is not None:
        form["poll_attachment"] = _poll(part.poll)
    return form if part.text else {name: form[name] for name in form if name != "text"}


def build_item(file: MediaFile) -> Form:
    """One picture or video of a carousel."""
    kind = "VIDEO" if file.is_video else "IMAGE"
    return {"media_type": kind, "is_carousel_item": "true"} | _media(file)


def _media(file: MediaFile) -> Form:
    if not file.public_url:
        raise Refused(
            "no-public-address",
            f"{LABEL} fetches media from a public address, and “{file.path.name}” has none. "
            "Nothing was posted; set up a public address for media.",
            name=file.path.name,
        )
    form = {"video_url" if file.is_video else "image_url": file.public_url}
    return form | {"alt_text": file.alt} if file.alt else form


def _poll(poll: Poll) -> str:
    options = {
        f"option_{letter}": option
        for letter, option in zip(ascii_lowercase, poll.options, strict=False)
    }
    return json.dumps(options, ensure_ascii=False)


def parent_of(part: Part, follows: Sequence[Published]) -> str:
    """The post that this part answers; empty for a first one."""
    if not follows:
        return ""
    return follows[0 if part.is_comment else -1].remote_id
