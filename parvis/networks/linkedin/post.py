"""Posts and first comments: building the request and reading the receipt."""

from collections.abc import Sequence
from urllib.parse import unquote

from parvis.networks.contract import Account, Json, Part, Poll, Prepared, Published, Visibility
from parvis.networks.errors import Refused
from parvis.networks.http import Answer
from parvis.networks.linkedin.api import failure, site_of
from parvis.networks.linkedin.little import to_little
from parvis.networks.linkedin.moments import moment_of
from parvis.networks.linkedin.restli import encode
from parvis.networks.linkedin.traits import POLL_DURATIONS
from parvis.networks.part import split_question

_VISIBILITIES = {Visibility.PUBLIC: "PUBLIC", Visibility.CONNECTIONS: "CONNECTIONS"}


def refuse_thread(part: Part, follows: Sequence[Published]) -> None:
    if part.is_comment != bool(follows):
        raise Refused(
            "no-thread",
            "LinkedIn has no threads, only a comment below a post. Nothing was posted; make it "
            "one post.",
        )


def build_post(account: Account, part: Part, media: Sequence[str]) -> Json:
    """The body of POST /rest/posts. `media` are the URNs of the part's files, in their order."""
    commentary = split_question(part.text)[1] if part.poll else part.text
    body: Json = {
        "author": account.remote_id,
        "commentary": to_little(commentary),
        "visibility": _VISIBILITIES[part.visibility or Visibility.PUBLIC],
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    if content := _content(part, media):
        body["content"] = content
    return body


def _content(part: Part, media: Sequence[str]) -> Json:
    if part.poll is not None:
        return {"poll": _poll(split_question(part.text)[0], part.poll)}
    files = [
        {"id": urn, "altText": file.alt} if file.alt else {"id": urn}
        for file, urn in zip(part.media, media, strict=True)
    ]
    if len(files) > 1:
        return {"multiImage": {"images": files}}
    return {"media": files[0]} if files else {}


def _poll(question: str, poll: Poll) -> Json:
    return {
        "question": question,
        "options": [{"text": option} for option in poll.options],
        "settings": {"duration": POLL_DURATIONS[poll.minutes]},
    }


def build_comment(account: Account, part: Part, post: Published) -> Json:
    """The body of POST /rest/socialActions/{urn}/comments: plain text, nothing is escaped."""
    return {
        "actor": account.remote_id,
        "object": post.remote_id,
        "message": {"text": part.text},
    }


def is_comment(prepared: Prepared) -> bool:
    return "object" in prepared.body


def read_receipt(answer: Answer, account: Account, prepared: Prepared) -> Published:
    """The id is in the header; a body, if any, is no use for posts. Without the header the post
    is there and nobody knows which: the outcome is unknown."""
    if not answer.ok:
        raise failure(answer)
    created = unquote(answer.headers.get("x-restli-id", ""))
    if not created:
        raise answer.unreadable()
    if is_comment(prepared):
        post = prepared.body["object"]
        return receipt_of_comment(account, post, _comment_urn(answer, post, created))
    return receipt_of_post(account, created)


def _comment_urn(answer: Answer, post: str, number: str) -> str:
    """The body has the URN, the header only the number, which is enough to make another."""
    said = answer.json_or_none()
    urn = said.get("commentUrn") if isinstance(said, dict) else None
    return urn if isinstance(urn, str) and urn else f"urn:li:comment:({post},{number})"


def receipt_of_post(account: Account, urn: str) -> Published:
    return Published(remote_id=urn, url=url_of(account, urn), published_at=moment_of(urn))


def receipt_of_comment(account: Account, post: str, urn: str) -> Published:
    url = f"{url_of(account, post)}?commentUrn={encode(urn)}"
    return Published(remote_id=urn, url=url, published_at=moment_of(urn))


def url_of(account: Account, urn: str) -> str:
    return f"{site_of(account.server)}/feed/update/{urn}/"
