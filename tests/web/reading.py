"""A page as a reader takes it in: where a text stands, and what stands together with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "use", "source", "wbr"})
# What a reader takes as one thing.
_TOGETHER = frozenset({"li", "p", "tr", "h1", "h2", "h3", "label", "option", "title", "article"})


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    inside: Element | None
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self._at = Element("page", {}, None)
        self.elements: list[Element] = []
        self._said: list[tuple[str, Element]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self.elements.append(element)
        if tag not in _VOID:
            self._at = element

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self._at.tag == tag, f"<{self._at.tag}> ends with </{tag}>"
        assert self._at.inside is not None
        self._at = self._at.inside

    def handle_data(self, data: str) -> None:
        self._said.append((data, self._at))
        for element in _outwards(self._at):
            element.texts.append(data)

    def places_of(self, text: str) -> list[Element]:
        """The smallest things, as a reader takes them, in which the text stands."""
        found = [place for said, place in self._said if text in said and place.tag != "script"]
        return [next(e for e in _outwards(place) if _is_one_thing(e)) for place in found]

    def of_class(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in e.attributes.get("class", "").split()]


def _is_one_thing(element: Element) -> bool:
    """What stands in small below a line belongs to that line."""
    is_below = "sub" in element.attributes.get("class", "").split()
    is_together = element.tag in _TOGETHER and not is_below
    return is_together or element.inside is None or is_a_who(element)


def is_a_who(element: Element) -> bool:
    """An account as every page shows it."""
    return "who" in element.attributes.get("class", "").split()


def _outwards(element: Element) -> Iterator[Element]:
    at: Element | None = element
    while at is not None:
        yield at
        at = at.inside
