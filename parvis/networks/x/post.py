"""One post: the request that makes it, and the receipt."""

from collections.abc import Sequence

from parvis.networks.contract import Account, Json, Part, Published
from parvis.networks.http import Answer
from parvis.networks.traits import ReplySetting
from parvis.networks.x.api import failure, moment_of, url_of

_REPLY_SETTINGS = {
    ReplySetting.FOLLOWED: "following",
    ReplySetting.MENTIONED: "mentionedUsers",
    ReplySetting.SUBSCRIBERS: "subscribers",
    ReplySetting.VERIFIED: "verified",
}


def build_post(part: Part, media_ids: Sequence[str], follows: Sequence[Published]) -> Json:
    """The body of POST /2/tweets. Everyone may answer where no reply setting is said."""
    body: Json = {"text": part.text}
    if media_ids:
        body["media"] = {"media_ids": list(media_ids)}
    if part.poll is not None:
        body["poll"] = {
            "options": list(part.poll.options),
            "duration_minutes": part.poll.minutes,
        }
    if follows:
        answered = follows[0] if part.is_comment else follows[-1]
        body["reply"] = {"in_reply_to_tweet_id": answered.remote_id}
    if part.reply_setting in _REPLY_SETTINGS:
        body["reply_settings"] = _REPLY_SETTINGS[part.reply_setting]
    return body


def read_receipt(answer: Answer, account: Account) -> Published:
    """What POST /2/tweets answered. X names no time there, but its ids tell it."""
    if not answer.ok:
        raise failure(answer, account)
    posted = answer.json_object().get("data")
    if not isinstance(posted, dict) or not isinstance(posted.get("id"), str) or not posted["id"]:
        raise answer.unreadable()
    return Published(
        remote_id=posted["id"],
        url=url_of(account.server, account.handle, posted["id"]),
        published_at=moment_of(posted["id"]),
    )
