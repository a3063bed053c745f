"""How the networks show what was posted, as far as it is written down somewhere: what becomes of a
link, a long text and several pictures. Where no source says it, what was posted is shown whole.

    Bluesky    bluesky-social/social-app: src/lib/strings/url-helpers.ts (`toShortUrl`),
               src/lib/constants.ts (`MAX_POST_LINES`), the image grid of src/components/images;
               a card is part of the record, and Parvis sends none
    Mastodon   app/lib/text_formatter.rb (`link_to_url`), the web client's media gallery;
               FetchLinkCardService makes the card where there are no media
    Facebook   `link` of the feed: Parvis names the first link where there are no media
    Instagram  “carousel images are all cropped based on the first image in the carousel” (content
               publishing); links in a caption cannot be clicked
    LinkedIn   the Posts API does not scrape addresses; a mention needs the member's identity
    Threads    the first link of a post without media becomes its attachment
    X          the card is made from the tags of the page
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import regex

Shorten = Callable[[str], str]


class Card(StrEnum):
    """What becomes of the first link of a part without media."""

    ASKED_FOR = "asked for"
    """Parvis names the link, and the network makes a card of it."""
    MADE_BY_NETWORK = "made by the network"
    NONE = "none"


class Grid(StrEnum):
    WHOLE = "whole"
    MOSAIC = "mosaic"
    """Cropped into one block of two, three or four."""
    AS_THE_FIRST = "as the first"
    """One beside the other, cropped to the shape of the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """`lines_at_first` is how many lines a reader sees before asking for more; None where that
    is not written down."""

    shorten: Shorten | None = None
    lines_at_first: int | None = None
    card: Card = Card.MADE_BY_NETWORK
    grid: Grid = Grid.WHOLE
    links: bool = True
    mentions: bool = True


def showing_of(network: str) -> Showing:
    return _SHOWING.get(network, Showing(card=Card.NONE))


_PREFIX = regex.compile(r"https?://(?:www\.)?")
_MASTODON_LENGTH = 30
_BLUESKY_PATH, _BLUESKY_PATH_CUT = 15, 13


def _as_mastodon(link: str) -> str:
    shown = _PREFIX.sub("", link, count=1)
    return shown if len(shown) <= _MASTODON_LENGTH else f"{shown[:_MASTODON_LENGTH]}…"


def _as_bluesky(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    path = "" if parts.path == "/" else parts.path
    path += f"?{parts.query}" if parts.query else ""
    path += f"#{parts.fragment}" if parts.fragment else ""
    host = parts.netloc.lower()
    return host + (path if len(path) <= _BLUESKY_PATH else f"{path[:_BLUESKY_PATH_CUT]}...")


_SHOWING = {
    "bluesky": Showing(shorten=_as_bluesky, lines_at_first=25, card=Card.NONE, grid=Grid.MOSAIC),
    "facebook": Showing(card=Card.ASKED_FOR, mentions=False),
    "instagram": Showing(card=Card.NONE, grid=Grid.AS_THE_FIRST, links=False),
    "linkedin": Showing(card=Card.NONE, mentions=False),
    "mastodon": Showing(shorten=_as_mastodon, grid=Grid.MOSAIC),
    "threads": Showing(),
    "x": Showing(),
}
