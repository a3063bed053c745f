"""Finding one post again in the account's own timeline.

Each post that X lists costs, so only the time in question is listed: from a little before the
post was sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from parvis.networks.contract import Account, Found, Prepared, Presence
from parvis.networks.http import Answer, Http
from parvis.networks.x.api import NETWORK, failure
from parvis.networks.x.comparing import Likeness, Post

# How far two well-kept clocks, ours and X's, may differ.
SKEW = timedelta(minutes=2)
# At most 100 posts in an answer, and the timeline reaches back 3,200.
PAGE_SIZE = 100
PAGES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The account's posts since a moment; `is_complete` when none of them can be missing."""

    posts: tuple[Post, ...]
    is_complete: bool

    def without(self, remote_ids: frozenset[str]) -> "Listing":
        kept = tuple(post for post in self.posts if post.remote_id not in remote_ids)
        return Listing(posts=kept, is_complete=self.is_complete)


async def find_post(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    timeline = _Timeline(http, account, is_threaded="reply" in prepared.body)
    listing = await timeline.since(sent_at)
    return judge(listing.without(others), prepared, account)


def judge(listing: Listing, prepared: Prepared, account: Account) -> Found:
    """One post that is the same is ours. None is absence only when nothing else could be."""
    alike = {post: post.likeness(prepared) for post in listing.posts}
    same = [post for post, likeness in alike.items() if likeness is Likeness.SAME]
    doubtful = [post for post, likeness in alike.items() if likeness is not Likeness.OTHER]
    if len(same) == 1 and listing.is_complete:
        published = same[0].as_published(account.server, account.handle)
        return Found(presence=Presence.PRESENT, published=published)
    if doubtful:
        candidates = tuple(post.as_candidate(account.server, account.handle) for post in doubtful)
        return Found(presence=Presence.CANNOT_TELL, candidates=candidates)
    if listing.is_complete:
        return Found(presence=Presence.ABSENT)
    return Found(presence=Presence.CANNOT_TELL)


class _Timeline:
    """X tells what a post answers with the answered post, which costs: asked for only where
    `is_threaded`. As a field it is ignored without a word (seen by a third party, 2026-09-21)."""

    def __init__(self, http: Http, account: Account, *, is_threaded: bool) -> None:
        self._http = http
        self._account = account
        self._is_threaded = is_threaded

    async def since(self, sent_at: datetime) -> Listing:
        """A clock of X that is behind ours gives our post an earlier time: then again, from
        there."""
        start = sent_at - SKEW
        first = await self._page(start)
        behind = clock_lag(first, datetime.now(UTC))
        if behind > SKEW / 2:
            start -= behind
            first = await self._page(start)
        return await self._all_pages(start, first)

    async def _all_pages(self, start: datetime, answer: Answer) -> Listing:
        posts: list[Post] = []
        is_whole = True
        for _ in range(PAGES):
            page = read_page(answer, self._account)
            is_whole = is_whole and page.is_whole
            posts += [post for post in page.posts if post.created_at >= start]
            if not page.next_token:
                return Listing(posts=tuple(posts), is_complete=is_whole)
            answer = await self._page(start, page.next_token)
        return Listing(posts=tuple(posts), is_complete=False)

    async def _page(self, start: datetime, token: str = "") -> Answer:
        query = {
            "max_results": str(PAGE_SIZE),
            "start_time": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "exclude": "retweets",
            "post.fields": "attachments,conversation_id,created_at,entities",
        }
        if self._is_threaded:
            query["expansions"] = "referenced_posts"
        if token:
            query["pagination_token"] = token
        return await self._http.get(
            f"{self._account.server}/2/users/{self._account.remote_id}/tweets",
            network=NETWORK,
            purpose="look up",
            query=query,
            bearer=self._account.tokens.access,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`next_token` is empty at the end; `is_whole` when X kept no post of it back."""

    posts: tuple[Post, ...]
    next_token: str
    is_whole: bool


def read_page(answer: Answer, account: Account) -> Page:
    """X leaves `data` out when there is nothing to list, and says so in `meta`; an answer with
    neither is not believed."""
    if not answer.ok:
        raise failure(answer, account)
    told = answer.json_object()
    try:
        meta = told["meta"]
        posts = tuple(Post.from_json(listed) for listed in told.get("data") or ())
        if meta["result_count"] != len(posts):
            raise ValueError("not all that was counted is listed")
        return Page(
            posts=posts,
            next_token=str(meta.get("next_token") or ""),
            is_whole=not told.get("errors"),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise answer.unreadable() from None


def clock_lag(answer: Answer, now: datetime) -> timedelta:
    """How far X's clock is behind ours. A clock that is ahead counts as right: looking back too
    far can only find more, while missing our own post would post it twice."""
    try:
        said = parsedate_to_datetime(answer.headers.get("Date", ""))
        return max(now - said, timedelta())
    except (TypeError, ValueError):
        return timedelta()
