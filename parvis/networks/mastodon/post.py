"""A status: building the request, and reading the receipt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from parvis.networks.contract import Account, Json, Part, Poll, Published, Visibility
from parvis.networks.http import Answer
from parvis.networks.mastodon.api import failure


def build_status(part: Part, media_ids: Sequence[str], follows: Sequence[Published]) -> Json:
    """The body of POST /api/v1/statuses.

    The visibility is always said: servers differ in what they take for granted (GoToSocial:
    unlisted). It is the chosen one for every part of a thread, though Mastodon's manners advise
    unlisted from the second part on: what is said less publicly than chosen is another post.
    """
    body: Json = {
        "status": part.text,
        "visibility": str(part.visibility or Visibility.PUBLIC),
    }
    if media_ids:
        body["media_ids"] = list(media_ids)
    if part.language:
        body["language"] = part.language
    if part.content_warning:
        body["spoiler_text"] = part.content_warning
        body["sensitive"] = True
    if part.poll is not None:
        body["poll"] = _poll(part.poll)
    if follows:
        body["in_reply_to_id"] = follows[0 if part.is_comment else -1].remote_id
    return body


def _poll(poll: Poll) -> Json:
    return {
        "options": list(poll.options),
        "expires_in": poll.minutes * 60,
        "multiple": poll.multiple_choice,
    }


def read_receipt(answer: Answer, account: Account) -> Published:
    """What POST /api/v1/statuses answered."""
    if not answer.ok:
        raise failure(answer, account.tokens)
    posted = answer.json_object()
    if not isinstance(posted.get("id"), str):
        raise answer.unreadable()
    return Published(
        remote_id=posted["id"],
        url=str(posted.get("url") or posted.get("uri") or account.server),
        published_at=_moment(posted.get("created_at")),
    )


def _moment(said: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
