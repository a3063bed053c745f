"""What the small buttons of the composer do with a draft: put in order, add, take out. Pure.

Each sends one word: "up-2" moves the third media file forward, "part-up-1" the second text.
Without scripts they are how it is done; what is out of reach changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from parvis.compose.content import Content, UsedMedia
from parvis.networks.part import Poll

USUAL_POLL_MINUTES = 24 * 60
_FEWEST_OPTIONS = 2


def arranged(content: Content, order: str) -> Content:
    if order in _WHOLE:
        return _WHOLE[order](content)
    what, _, place = order.rpartition("-")
    if what not in _AT_A_PLACE or not (place.isascii() and place.isdecimal() and len(place) < 6):
        return content
    return _AT_A_PLACE[what](content, int(place))


def _media_swapped(content: Content, at: int, other: int) -> Content:
    media = list(content.media)
    if 0 <= at < len(media) and 0 <= other < len(media):
        media[at], media[other] = media[other], media[at]
    return replace(content, media=tuple(media))


def _media_without(content: Content, at: int) -> Content:
    return replace(content, media=(*content.media[:at], *content.media[at + 1 :]))


def _with_a_part(content: Content) -> Content:
    return replace(content, thread=(*content.thread, ""))


def _parts_swapped(content: Content, at: int, other: int) -> Content:
    """Media go with their text."""
    texts = [content.text, *content.thread]
    if not (0 <= at < len(texts) and 0 <= other < len(texts)):
        return content
    texts[at], texts[other] = texts[other], texts[at]
    moved = _moved(content, {at: other, other: at})
    return replace(content, text=texts[0], thread=tuple(texts[1:]), media=moved)


def _without_part(content: Content, at: int) -> Content:
    """Its media stay, with the text before it; the first text is no part that can go."""
    if not 1 <= at <= len(content.thread):
        return content
    moved = _moved(content, {n: n - 1 for n in range(at, len(content.thread) + 1)})
    thread = (*content.thread[: at - 1], *content.thread[at:])
    return replace(content, thread=thread, media=moved)


def _moved(content: Content, to: dict[int, int]) -> tuple[UsedMedia, ...]:
    return tuple(replace(used, part=to.get(used.part, used.part)) for used in content.media)


def _with_a_poll(content: Content) -> Content:
    blank = Poll(options=("",) * _FEWEST_OPTIONS, minutes=USUAL_POLL_MINUTES)
    return replace(content, poll=content.poll or blank)


def _without_poll(content: Content) -> Content:
    return replace(content, poll=None)


def _with_an_option(content: Content) -> Content:
    if content.poll is None:
        return _with_a_poll(content)
    return _with_options(content, (*content.poll.options, ""))


def _without_option(content: Content, at: int) -> Content:
    if content.poll is None:
        return content
    options = content.poll.options
    return _with_options(content, (*options[:at], *options[at + 1 :]))


def _with_options(content: Content, options: tuple[str, ...]) -> Content:
    poll = replace(content.poll, options=options) if content.poll and options else None
    return replace(content, poll=poll)


_WHOLE: dict[str, Callable[[Content], Content]] = {
    "part-add": _with_a_part,
    "poll-add": _with_a_poll,
    "poll-remove": _without_poll,
    "option-add": _with_an_option,
}
_AT_A_PLACE: dict[str, Callable[[Content, int], Content]] = {
    "up": lambda content, at: _media_swapped(content, at, at - 1),
    "down": lambda content, at: _media_swapped(content, at, at + 1),
    "remove": _media_without,
    "part-up": lambda content, at: _parts_swapped(content, at, at - 1),
    "part-down": lambda content, at: _parts_swapped(content, at, at + 1),
    "part-remove": _without_part,
    "option-remove": _without_option,
}
