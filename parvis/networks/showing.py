"""How the networks show what was posted: what becomes of a link, a long text and several pictures.

Each line of `_SHOWING` has its source beside it: the network's own program or page where there is
one. What only others have measured, or what depends on the reader's window, is marked as roughly
so, and a preview says that. Where nothing says it, what was posted is shown whole.
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
class Fold:
    """What a reader sees before asking for more: at most so many lines, as they were typed, and so
    many characters; 0 where it is not these that count."""

    lines: int = 0
    characters: int = 0
    is_rough: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """`fold` is None where a text is shown whole, or nothing is known of it. The card is that of
    the first link unless `card_of_first` is False: then nothing says which link it is made of."""

    shorten: Shorten | None = None
    fold: Fold | None = None
    card: Card = Card.MADE_BY_NETWORK
    card_of_first: bool = True
    grid: Grid = Grid.WHOLE
    grid_is_rough: bool = False
    links: bool = True
    mentions: bool = True


def showing_of(network: str) -> Showing:
    return _SHOWING.get(network, Showing(card=Card.NONE))


_PREFIX = regex.compile(r"https?://(?:www\.)?")
_MASTODON_LENGTH = 30
_BLUESKY_PATH, _BLUESKY_PATH_CUT = 15, 13


def _as_mastodon(link: str) -> str:
    """mastodon/mastodon app/lib/text_formatter.rb, `link_to_url`."""
    shown = _PREFIX.sub("", link, count=1)
    return shown if len(shown) <= _MASTODON_LENGTH else f"{shown[:_MASTODON_LENGTH]}…"


def _as_bluesky(link: str) -> str:
    """bluesky-social/social-app src/lib/strings/url-helpers.ts, `toShortUrl`."""
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
    "bluesky": Showing(
        shorten=_as_bluesky,
        # social-app src/lib/constants.ts, `MAX_POST_LINES`; it counts the line ends of the text.
        fold=Fold(lines=25, is_rough=False),
        # A card is part of the record (lexicon app.bsky.embed.external), and Parvis sends none.
        card=Card.NONE,
        # social-app src/components/images/ImageLayoutGrid.tsx; ImageEmbed.tsx gives some readers
        # a row that is not cropped instead.
        grid=Grid.MOSAIC,
        grid_is_rough=True,
    ),
    "facebook": Showing(
        # Counted by others alone, on wide windows: posthell.com and boldlytype.com say 477
        # characters, and 125 to 300 on telephones.
        fold=Fold(characters=477),
        # Page.json of Meta’s own list of parameters: `link` of the feed, which Parvis sends.
        card=Card.ASKED_FOR,
        # Nothing says how a Page’s pictures are laid out, or that a typed @name leads anywhere.
        grid_is_rough=True,
        mentions=False,
    ),
    "instagram": Showing(
        # help.instagram.com/1643471055915254: the first three lines; 125 characters fit.
        fold=Fold(lines=3, characters=125),
        card=Card.NONE,
        # Content publishing: “Carousel images are all cropped based on the first image in the
        # carousel, with the default being a 1:1 aspect ratio.”
        grid=Grid.AS_THE_FIRST,
        # Links in a caption cannot be clicked; names and hashtags can (IG User Media, `caption`).
        links=False,
    ),
    "linkedin": Showing(
        # Counted by others alone: three lines, about 210 characters (J. Espirian, September 2024).
        fold=Fold(lines=3, characters=210),
        # learn.microsoft.com, Article Post API: “does not support url scraping”.
        card=Card.NONE,
        grid_is_rough=True,
        # A mention is `@[Name](urn:li:organization:1)`: learn.microsoft.com, little text format.
        mentions=False,
    ),
    "mastodon": Showing(
        shorten=_as_mastodon,
        # app/javascript/mastodon/components/status_content: 706 pixels are 32 lines of its own
        # pages. Other programs for Mastodon fold elsewhere.
        fold=Fold(lines=32),
        # app/services/fetch_link_card_service.rb, of the first link; none where there are media
        # (pull request 34770).
        # app/javascript/mastodon/components/media_gallery.jsx: one block, of up to four.
        grid=Grid.MOSAIC,
    ),
    # developers.facebook.com/docs/threads/posts: “the first URL included in the text field will be
    # used as the link preview”; a carousel’s crops are written nowhere.
    "threads": Showing(grid_is_rough=True),
    # developer.x.com/cards/overview: X reads the page behind a link; media are always preferred to
    # a card (twittercommunity.com/t/85095, X’s own staff, who are not sure which of several links
    # is taken). 280 characters are shown whole. How pictures are cropped is written nowhere.
    "x": Showing(card_of_first=False, grid_is_rough=True),
}
