"""Statuses: building the request, reading the receipt, and finding one again on the server."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from parvis.networks.contract import (
    Account,
    Found,
    Json,
    Part,
    Prepared,
    Presence,
    Published,
    Visibility,
)
from parvis.networks.http import Answer, Http
from parvis.networks.mastodon.api import NETWORK, failure
from parvis.networks.mastodon.comparing import Likeness, Status
from parvis.networks.mastodon.permission import ask_own_account

# How far two well-kept clocks, ours and the server's, may differ.
SKEW = timedelta(minutes=2)
# Mastodon lists at most 40 statuses at a time.
PAGE_SIZE = 40
PAGES = 10


def build_status(part: Part, media_ids: list[str]) -> Json:
    """The body of POST /api/v1/statuses. The visibility is always said: servers differ in what
    they take for granted (GoToSocial: unlisted)."""
    body: Json = {
        "status": part.text,
        "visibility": str(part.visibility or Visibility.PUBLIC),
    }
    if media_ids:
        body["media_ids"] = media_ids
    if part.language:
        body["language"] = part.language
    if part.content_warning:
        body["spoiler_text"] = part.content_warning
        body["sensitive"] = True
    return body


def read_receipt(answer: Answer, account: Account) -> Published:
    """What POST /api/v1/statuses answered."""
    if not answer.ok:
        raise failure(answer)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The account's statuses since a moment; `is_complete` when none of them can be missing."""

    statuses: tuple[Status, ...]
    is_complete: bool

    def without(self, remote_ids: frozenset[str]) -> "Listing":
        kept = tuple(status for status in self.statuses if status.remote_id not in remote_ids)
        return Listing(statuses=kept, is_complete=self.is_complete)


async def find_status(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    """Mastodon shows a dead token the public posts instead of refusing it, so absence is believed
    only from a token that is then shown to live."""
    listing = await _read_back(http, account, sent_at)
    found = judge(listing.without(others), prepared, account)
    if found.presence is Presence.ABSENT:
        await ask_own_account(http, account.server, account.tokens.access)
    return found


def judge(listing: Listing, prepared: Prepared, account: Account) -> Found:
    """One status that is the same is ours. None is absence only when the listing went back far
    enough and could show such a post at all."""
    alike = {status: status.likeness(prepared) for status in listing.statuses}
    same = [status for status, likeness in alike.items() if likeness is Likeness.SAME]
    doubtful = [status for status, likeness in alike.items() if likeness is not Likeness.OTHER]
    if len(same) == 1:
        return Found(presence=Presence.PRESENT, published=same[0].as_published())
    if doubtful:
        candidates = tuple(status.as_candidate() for status in doubtful)
        return Found(presence=Presence.CANNOT_TELL, candidates=candidates)
    if listing.is_complete and _would_be_listed(prepared, account):
        return Found(presence=Presence.ABSENT)
    return Found(presence=Presence.CANNOT_TELL)


def _would_be_listed(prepared: Prepared, account: Account) -> bool:
    """Mastodon lists everything to the account itself. That other servers list what was said to
    the mentioned people alone is not known."""
    is_mastodon = account.traits.native_key_seconds != 0
    return is_mastodon or prepared.body.get("visibility") != Visibility.MENTIONED


async def _read_back(http: Http, account: Account, since: datetime) -> Listing:
    """Pages from the newest status to the first that is older than `since`."""
    statuses: list[Status] = []
    for _ in range(PAGES):
        answer = await _page(http, account, before=statuses[-1].remote_id if statuses else "")
        page = read_page(answer)
        floor = since - SKEW - clock_lag(answer, datetime.now(UTC))
        statuses += page
        if not page or page[-1].created_at < floor:
            recent = (status for status in statuses if status.created_at >= floor)
            return Listing(statuses=tuple(recent), is_complete=True)
    return Listing(statuses=tuple(statuses), is_complete=False)


async def _page(http: Http, account: Account, *, before: str) -> Answer:
    query = {"limit": str(PAGE_SIZE), "exclude_reblogs": "true"}
    if before:
        query["max_id"] = before
    return await http.get(
        f"{account.server}/api/v1/accounts/{account.remote_id}/statuses",
        network=NETWORK,
        purpose="look up",
        query=query,
        bearer=account.tokens.access,
    )


def read_page(answer: Answer) -> list[Status]:
    if not answer.ok:
        raise failure(answer)
    try:
        return [Status.from_json(listed) for listed in answer.json()]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def clock_lag(answer: Answer, now: datetime) -> timedelta:
    """How far the server's clock is behind ours. A clock that is ahead counts as right: looking
    back too far can only find more, while missing our own post would post it twice."""
    try:
        said = parsedate_to_datetime(answer.headers.get("Date", ""))
        return max(now - said, timedelta())
    except (TypeError, ValueError):
        return timedelta()
