"""Finding a post again after nobody heard whether it went out.

An organisation's posts can be listed. Should the list lag behind (nothing is told of that), the
next create meets the guard that is spoken of below. A member's posts cannot be listed: LinkedIn
gives `r_member_social` to next to nobody. There, its own guard is the witness: it refuses equal
content, naming the post that has it. So the same create is sent once more.

    it is refused, naming a post of the time in question   the post is there: that one
    it is taken                                            it was not there, and now it is

Either way there is one post afterwards, which is what was wanted, and its id is known; that is
why repeating is safe here and nowhere else. It is done once per look-up, and the courier looks up
only when the first request can no longer be under way.

For a day or two after an equal post was deleted LinkedIn refuses all the same, naming numbers at
which there is nothing (GitHub ComposioHQ/composio issue 2710). So the post that it names is looked
at, where the account may read; where it may not, LinkedIn's word stands, and a post whose twin was
deleted the day before may be believed to be there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parvis.networks import present
from parvis.networks.contract import (
    Account,
    Candidate,
    Found,
    Prepared,
    Presence,
    Published,
)
from parvis.networks.errors import Duplicate, NotSent, Refused, Unknown
from parvis.networks.http import Answer, Http
from parvis.networks.likeness import SKEW, floor_of, judge
from parvis.networks.linkedin.api import (
    NETWORK,
    NO_PERMISSION,
    failure,
    is_gone,
    is_organisation,
)
from parvis.networks.linkedin.comparing import Listed
from parvis.networks.linkedin.moments import moment_of
from parvis.networks.linkedin.post import (
    is_comment,
    receipt_of_comment,
    receipt_of_post,
    url_of,
)
from parvis.networks.linkedin.publishing import send
from parvis.networks.linkedin.restli import address, headers

PAGE_SIZE = 100
PAGES = 10
_CANNOT_TELL = Found(presence=Presence.CANNOT_TELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: a request, from when on, and which posts are other ones."""

    account: Account
    prepared: Prepared
    sent_at: datetime
    others: frozenset[str]


async def find(http: Http, search: Search) -> Found:
    if is_comment(search.prepared):
        return await _find_comment(http, search)
    if is_organisation(search.account):
        try:
            return await _find_listed(http, search)
        except Refused as refusal:
            # An app that may post but not read has the guard as its witness here as well.
            if refusal.code != NO_PERMISSION:
                raise
    return await _repeat(http, search)


async def _find_listed(http: Http, search: Search) -> Found:
    """Newest first by their last change, and no post was changed before it was made."""
    recent: list[Listed] = []
    for page in range(PAGES):
        answer = await _ask_for_posts(http, search.account, page)
        posts = _read_page(answer, Listed.from_post)
        floor = floor_of(search.sent_at, answer, present.now())
        recent += [post for post in posts if post.written_at >= floor]
        if len(posts) < PAGE_SIZE or posts[-1].changed_at < floor:
            return judge_listed(recent, search, is_complete=True)
    return judge_listed(recent, search, is_complete=False)


async def _find_comment(http: Http, search: Search) -> Found:
    """Nothing is told of a guard for comments, so one that cannot be read is not repeated. With
    the post its comments are gone."""
    recent: list[Listed] = []
    for page in range(PAGES):
        answer = await _ask_for_comments(http, search, page)
        if answer.status == 403:
            return _CANNOT_TELL
        if is_gone(answer):
            return Found(presence=Presence.ABSENT)
        comments = _read_page(answer, Listed.from_comment)
        floor = floor_of(search.sent_at, answer, present.now())
        recent += [comment for comment in comments if comment.written_at >= floor]
        if len(comments) < PAGE_SIZE:
            return judge_listed(recent, search, is_complete=True)
    return judge_listed(recent, search, is_complete=False)


async def _repeat(http: Http, search: Search) -> Found:
    """See the head of this module. A refusal for another reason says nothing of the first time."""
    try:
        published = await send(http, search.account, search.prepared)
    except Duplicate as refusal:
        found = judge_duplicate(refusal, search)
        return _CANNOT_TELL if await _is_ghost(http, search.account, found) else found
    except Refused:
        return _CANNOT_TELL
    except Unknown:
        raise NotSent(
            "not-told",
            "LinkedIn did not say whether it has the post. It is asked again; it takes no equal "
            "post twice.",
        ) from None
    return Found(presence=Presence.PRESENT, published=published)


async def _is_ghost(http: Http, account: Account, found: Found) -> bool:
    """Whether LinkedIn itself says that the post it named is not there. Any other answer leaves
    its word standing."""
    if found.published is None:
        return False
    try:
        answer = await http.get(
            address(account.server, "/rest/posts/{}", found.published.remote_id),
            network=NETWORK,
            purpose="look up",
            headers=headers("GET"),
            bearer=account.tokens.access,
        )
    except NotSent:
        return False
    return is_gone(answer)


def judge_duplicate(refusal: Duplicate, search: Search) -> Found:
    """The post that is named is ours if it was made when ours was sent or later, and is not known
    to be another. An older one stands in the way of ours and is for a person to judge."""
    urn = refusal.remote_id
    if not urn:
        return _CANNOT_TELL
    made_at = moment_of(urn)
    if urn not in search.others and made_at is not None and made_at >= search.sent_at - SKEW:
        receipt = receipt_of_post(search.account, urn)
        return Found(presence=Presence.PRESENT, published=receipt)
    named = Candidate(
        remote_id=urn,
        url=url_of(search.account, urn),
        text=search.prepared.text,
        published_at=made_at,
    )
    return Found(presence=Presence.CANNOT_TELL, candidates=(named,))


def judge_listed(recent: list[Listed], search: Search, *, is_complete: bool) -> Found:
    mine = [
        listed
        for listed in recent
        if listed.author == search.account.remote_id and listed.urn not in search.others
    ]
    likeness = {_candidate(listed, search): listed.likeness(search.prepared) for listed in mine}
    return judge(likeness, is_complete=is_complete)


def _receipt(listed: Listed, search: Search) -> Published:
    if is_comment(search.prepared):
        return receipt_of_comment(search.account, search.prepared.body["object"], listed.urn)
    return receipt_of_post(search.account, listed.urn)


def _candidate(listed: Listed, search: Search) -> Candidate:
    return Candidate(
        remote_id=listed.urn,
        url=_receipt(listed, search).url,
        text=listed.text,
        published_at=listed.written_at,
    )


async def _ask_for_posts(http: Http, account: Account, page: int) -> Answer:
    return await http.get(
        address(
            account.server,
            "/rest/posts",
            author=account.remote_id,
            q="author",
            start=page * PAGE_SIZE,
            count=PAGE_SIZE,
            sortBy="LAST_MODIFIED",
        ),
        network=NETWORK,
        purpose="look up",
        headers=headers("FINDER"),
        bearer=account.tokens.access,
    )


async def _ask_for_comments(http: Http, search: Search, page: int) -> Answer:
    return await http.get(
        address(
            search.account.server,
            "/rest/socialActions/{}/comments",
            search.prepared.body["object"],
            start=page * PAGE_SIZE,
            count=PAGE_SIZE,
        ),
        network=NETWORK,
        purpose="look up",
        headers=headers("GET_ALL"),
        bearer=search.account.tokens.access,
    )


def _read_page(answer: Answer, read: Any) -> list[Listed]:
    if not answer.ok:
        raise failure(answer)
    try:
        return [read(element) for element in answer.json_object()["elements"]]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise answer.unreadable() from None
