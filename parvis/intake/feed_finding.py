"""From what a person types to a feed: its own address, or that of a page that names one."""

from parvis.intake.feed_apart import read_apart
from parvis.intake.feed_fetching import Asked, Fetched, Offered, fetch, offered_by, typed_address
from parvis.intake.feed_looking import Look, look
from parvis.intake.feed_reading import NoFeed, looks_like_a_page
from parvis.networks.http import Http


async def find(http: Http, typed: str) -> Look | list[Offered]:
    """Several where the page names several. Raises NotFetched or NoFeed."""
    fetched = await fetch(http, Asked(address=typed_address(typed)))
    body = fetched.body or b""
    try:
        read = await read_apart(body, fetched.content_type, fetched.address)
    except NoFeed as refused:
        if refused.code != "no-feed" or not looks_like_a_page(body, fetched.content_type):
            raise
        return await _named_by(http, body, fetched)
    return Look(fetched=fetched, read=read)


async def _named_by(http: Http, page: bytes, fetched: Fetched) -> Look | list[Offered]:
    offered = offered_by(page, fetched.content_type, fetched.address)
    if not offered:
        raise NoFeed("no-feed-on-page")
    if len(offered) == 1:
        return await look(http, Asked(address=offered[0].address))
    return offered
