"""Finding one post again in the account's own timeline.

Each post that X lists costs, so only the time in question is listed: from a little before the
post was sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from parvis.networks import present
from parvis.networks.contract import Account, Found, Prepared
from parvis.networks.http import Answer, Http
from parvis.networks.likeness import SKEW, Likeness, Listing, clock_lag, judge
from parvis.networks.x.api import NETWORK, failure
from parvis.networks.x.comparing import Post

# At most 100 posts in an answer, and the timeline reaches back 3,200.
PAGE_SIZE = 100
PAGES = 32


async def find_post(
    http: Http, account: Account, prepared: Prepared, sent_at: datetime, others: frozenset[str]
) -> Found:
    timeline = _Timeline(http, account, is_threaded="reply" in prepared.body)
    listing = await timeline.since(sent_at)
    return judge_posts(listing.without(others), prepared, account)


def judge_posts(listing: Listing[Post], prepared: Prepared, account: Account) -> Found:
    """In a listing that misses something, what is missing may be the same as well: so nothing in
    it is ours for certain."""
    surest = Likeness.SAME if listing.is_complete else Likeness.ALIKE
    likeness = {
        post.as_candidate(account.server, account.handle): min(post.likeness(prepared), surest)
        for post in listing.posts
    }
    return judge(likeness, is_complete=listing.is_complete)


class _Timeline:
    """X tells what a post answers with the answered post, which costs: asked for only where
    `is_threaded`. As a field it is ignored without a word (seen by a third party, 2026-09-21)."""

    def __init__(self, http: Http, account: Account, *, is_threaded: bool) -> None:
        self._http = http
        self._account = account
        self._is_threaded = is_threaded

    async def since(self, sent_at: datetime) -> Listing[Post]:
        """A clock of X that is behind ours gives our post an earlier time: then again, from
        there."""
        start = sent_at - SKEW
        first = await self._page(start)
        behind = clock_lag(first, present.now())
        if behind > SKEW / 2:
            start -= behind
            first = await self._page(start)
        return await self._all_pages(start, first)

    async def _all_pages(self, start: datetime, answer: Answer) -> Listing[Post]:
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
