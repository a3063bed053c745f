"""A search of the posts as its address says it. What an address has wrong is left out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from parvis.compose.search import LONGEST_QUESTION
from parvis.report.post_search import STATES, Looks, Shelf, Wanted

Query = Mapping[str, str]


def wanted_from(query: Query) -> Wanted:
    shelf, media, state = (query.get(name, "") for name in ("show", "media", "state"))
    return Wanted(
        shelf=Shelf(shelf) if shelf in set(Shelf) else Shelf.ALL,
        words=query.get("q", "").replace("\0", " ").strip()[:LONGEST_QUESTION],
        account=_key(query.get("account", "")),
        network=query.get("network", "").replace("\0", "")[:20],
        campaign=_key(query.get("campaign", "")),
        tag=_key(query.get("tag", "")),
        state=state if state in STATES else "",
        media=Looks(media) if media in set(Looks) else Looks.EITHER,
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        author=_key(query.get("author", "")),
    )


def query_of(wanted: Wanted) -> str:
    """The shortest address that says the same."""
    said = {
        "show": wanted.shelf.value,
        "q": wanted.words,
        "account": wanted.account,
        "network": wanted.network,
        "campaign": wanted.campaign,
        "tag": wanted.tag,
        "state": wanted.state,
        "media": wanted.media.value,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
        "author": wanted.author,
    }
    return urlencode({name: value for name, value in said.items() if value not in (None, "")})


def on_other_shelf(wanted: Wanted, shelf: Shelf) -> str:
    return query_of(replace(wanted, shelf=shelf))


def _key(written: str) -> int | None:
    is_key = written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if is_key else None


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    # Midnight there must still be a moment in every time zone.
    return day if 1900 <= day.year <= 2199 else None
