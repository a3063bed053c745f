"""What the readers of each network will see of a post, as data for a drawing of our own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from parvis.networks.part import Part
from parvis.networks.showing import Grid, Showing, showing_of
from parvis.networks.text import (
    Span,
    find_hashtags,
    find_links,
    find_mentions,
    find_shortened_links,
)
from parvis.networks.traits import Counting, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a preview's text; `kind` is "", "link", "mention" or "hashtag". `whole` is the
    link where it is shown shortened."""

    text: str
    kind: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One part as its readers will see it; `number` counts from 1, and a comment is not counted.

    `rest` is what they see once they ask for more. `card` is "" where there is no link to make one
    of, `host` what the card would name, "" where that is not known. `folds_roughly` and
    `grid_is_rough` where a reader may see it otherwise.
    """

    part: Part
    number: int
    pieces: list[Piece]
    rest: list[Piece]
    card: str
    host: str
    grid: str
    folds_roughly: bool
    grid_is_rough: bool


def previews_of(parts: Sequence[Part], network: str, traits: Traits) -> list[Preview]:
    showing = showing_of(network)
    return [_preview(part, number, showing, traits) for number, part in enumerate(parts, start=1)]


def pieces_of(text: str, showing: Showing, traits: Traits) -> list[Piece]:
    """The text cut where a network makes it clickable, its links as they are shown there."""
    pieces, at = [], 0
    for span, kind in _spans(text, showing, traits):
        if span.start >= at:
            pieces.append(Piece(text=text[at : span.start]))
            pieces.append(_clickable(text[span.start : span.end], kind, showing))
            at = span.end
    return [piece for piece in (*pieces, Piece(text=text[at:])) if piece.text]


def _preview(part: Part, number: int, showing: Showing, traits: Traits) -> Preview:
    first, rest = _folded(part, showing)
    link = _link_of_card(part, traits)
    return Preview(
        part=part,
        number=number,
        pieces=pieces_of(first, showing, traits),
        rest=pieces_of(rest, showing, traits),
        card=_card(part, link, showing),
        host=_host(link) if _is_of_first(part, showing, traits) else "",
        grid=_grid(part, showing),
        folds_roughly=bool(rest and showing.fold and showing.fold.is_rough),
        grid_is_rough=showing.grid_is_rough and _has_several(part),
    )


def _folded(part: Part, showing: Showing) -> tuple[str, str]:
    """Cut where a line or a word ends. A comment is shown whole: where it would be folded is not
    written down anywhere."""
    if showing.fold is None or part.is_comment:
        return part.text, ""
    lines = part.text.split("\n")
    first = _whole_words(
        "\n".join(lines[: showing.fold.lines or None]), showing.fold.characters or len(part.text)
    )
    rest = part.text[len(first) + 1 :]
    return (first, rest) if rest.strip() else (part.text, "")


def _whole_words(text: str, most: int) -> str:
    """What is written without spaces is not cut: a link or a name would be another."""
    if len(text) <= most:
        return text
    words = text[: most + 1].rsplit(maxsplit=1)
    return words[0] if len(words) == 2 else text


def _link_of_card(part: Part, traits: Traits) -> str:
    links = _links(part.text, traits)
    return links[0].value if links and not part.media else ""


def _is_of_first(part: Part, showing: Showing, traits: Traits) -> bool:
    return showing.card_of_first or len({link.value for link in _links(part.text, traits)}) == 1


def _card(part: Part, link: str, showing: Showing) -> str:
    """A comment gets none: what it would be is not written down anywhere."""
    return showing.card.value if link and showing.links and not part.is_comment else ""


def _host(link: str) -> str:
    try:
        host = urlsplit(link if "://" in link else f"//{link}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _has_several(part: Part) -> bool:
    return len(part.media) > 1


def _grid(part: Part, showing: Showing) -> str:
    if not _has_several(part) or any(file.is_video for file in part.media):
        return Grid.WHOLE.name.lower()
    fits = showing.grid is not Grid.MOSAIC or len(part.media) <= 4
    return (showing.grid if fits else Grid.WHOLE).name.lower().replace("_", "-")


def _clickable(text: str, kind: str, showing: Showing) -> Piece:
    if kind != "link" or showing.shorten is None:
        return Piece(text=text, kind=kind)
    shown = showing.shorten(text)
    return Piece(text=shown, kind=kind, whole=text if shown != text else "")


def _spans(text: str, showing: Showing, traits: Traits) -> list[tuple[Span, str]]:
    found = list(_named(text, showing, traits))
    return sorted(found, key=lambda pair: pair[0].start)


def _named(text: str, showing: Showing, traits: Traits) -> Iterator[tuple[Span, str]]:
    if showing.links:
        yield from ((span, "link") for span in _links(text, traits))
    if showing.mentions:
        yield from ((span, "mention") for span in find_mentions(text))
    yield from ((span, "hashtag") for span in find_hashtags(text))


def _links(text: str, traits: Traits) -> list[Span]:
    """X takes also for a link what has no scheme."""
    weighted = traits.counting is Counting.WEIGHTED
    return find_shortened_links(text) if weighted else find_links(text)
