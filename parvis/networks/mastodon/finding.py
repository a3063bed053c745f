"""Finding a status again on the server."""

from dataclasses import replace
from datetime import datetime, timedelta

from parvis.networks import present
from parvis.networks.contract import Account, Found, Prepared, Presence, Published, Visibility
from parvis.networks.errors import NetworkError, PrepareAnew, Unknown
from parvis.networks.http import Answer, Http
from parvis.networks.likeness import Listing, floor_of, judge
from parvis.networks.mastodon.api import NETWORK, error_of, failure
from parvis.networks.mastodon.comparing import Status
from parvis.networks.mastodon.permission import ask_own_account

# Mastodon lists at most 40 statuses at a time.
PAGE_SIZE = 40
PAGES = 10
# Mastodon throws away after a day what no status shows (media_attachments_vacuum.rb, from memory,
# not confirmed); a status that shows an upload is no older than the upload.
_UPLOADS_LIVE = timedelta(hours=25)


async def find_status(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    """Mastodon shows a dead token the public posts instead of refusing it, so absence is believed
    only from a token that is then shown to live."""
    listing = (await _read_back(http, account, sent_at)).without(others)
    found = judge_statuses(await _as_first_written(http, account, listing), prepared, account)
    if found.presence is Presence.ABSENT:
        await ask_own_account(http, account.server, account.tokens)
    return found


async def find_what_shows_the_uploads(
    http: Http, account: Account, prepared: Prepared
) -> Published:
    """After the server said that the uploads are unknown or shown by a status already. Uploads
    serve one post only: a status that shows them is ours. When none does they were thrown away,
    and the media are to be sent anew."""
    try:
        listing = await _read_back(http, account, present.now() - _UPLOADS_LIVE)
    except NetworkError:
        raise _not_told_by(account) from None
    for status in listing.posts:
        if status.shows_the_uploads_of(prepared):
            return status.as_candidate().as_published()
    if listing.is_complete:
        raise PrepareAnew(
            "media-expired",
            "The server no longer has the images or the video that were sent to it. Nothing was "
            "posted; they are sent again.",
        )
    raise _not_told_by(account)


def _not_told_by(account: Account) -> Unknown:
    return Unknown(
        "media-taken",
        "The server says that the media belong to another post already, and did not say to which. "
        "It is not known whether the post went out.",
    )


def judge_statuses(listing: Listing[Status], prepared: Prepared, account: Account) -> Found:
    """None is absence only when the listing could show such a post at all."""
    return judge(
        {status.as_candidate(): status.likeness(prepared) for status in listing.posts},
        is_complete=listing.is_complete and _would_be_listed(prepared, account),
    )


def _would_be_listed(prepared: Prepared, account: Account) -> bool:
    """Mastodon lists everything to the account itself. That other servers list what was said to
    the mentioned people alone is not known."""
    is_mastodon = account.traits.native_key_seconds != 0
    return is_mastodon or prepared.body.get("visibility") != Visibility.MENTIONED


async def _as_first_written(
    http: Http, account: Account, listing: Listing[Status]
) -> Listing[Status]:
    """What was edited since is compared by what it said at first."""
    statuses = [
        await _first_version(http, account, status) if status.is_edited else status
        for status in listing.posts
    ]
    return replace(listing, posts=tuple(statuses))


async def _first_version(http: Http, account: Account, edited: Status) -> Status:
    """The status itself, still marked as edited, where the server keeps no history."""
    answer = await http.get(
        f"{account.server}/api/v1/statuses/{edited.remote_id}/history",
        network=NETWORK,
        purpose="look up",
        bearer=account.tokens.access,
    )
    if not answer.ok and error_of(answer) is None:
        raise failure(answer, account.tokens)
    return edited.as_first_written(answer.json_or_none()) if answer.ok else edited


async def _read_back(http: Http, account: Account, since: datetime) -> Listing[Status]:
    """Pages from the newest status to the first that is older than `since`."""
    statuses: list[Status] = []
    for _ in range(PAGES):
        answer = await _page(http, account, before=statuses[-1].remote_id if statuses else "")
        page = read_page(answer, account)
        floor = floor_of(since, answer, present.now())
        statuses += page
        if not page or page[-1].created_at < floor:
            recent = (status for status in statuses if status.created_at >= floor)
            return Listing(posts=tuple(recent), is_complete=True)
    return Listing(posts=tuple(statuses), is_complete=False)


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


def read_page(answer: Answer, account: Account) -> list[Status]:
    if not answer.ok:
        raise failure(answer, account.tokens)
    try:
        return [Status.from_json(listed) for listed in answer.json()]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None
