"""Reading a `fields` parameter: `id,comments.limit(2).summary(total_count){from{id},message}`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parvis.sandbox.graph.faults import bad_parameter

_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field or edge that is asked for, what modifies it, and what is wanted of it."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)
    inner: "tuple[Field, ...]" = ()

    def number(self, name: str, usual: int) -> int:
        said = self.args.get(name, "")
        return int(said) if said.isdigit() else usual


def read_fields(text: str) -> tuple[Field, ...]:
    """Raises Answered with Meta's own complaint when the text cannot be read."""
    reader = _Reader(text)
    found = reader.fields(0)
    reader.expect_end()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def fields(self, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            raise self._trouble()
        return tuple(self._each(depth))

    def _each(self, depth: int) -> Iterator[Field]:
        while self._next() not in ("", "}"):
            yield self._one(depth)
            if self._next() != ",":
                return
            self._take()

    def _one(self, depth: int) -> Field:
        name = self._name()
        args: dict[str, str] = {}
        while self._text.startswith(".", self._place):
            self._place += 1
            modifier = self._name()
            args[modifier] = self._argument()
        inner: tuple[Field, ...] = ()
        if self._next() == "{":
            self._take()
            inner = self.fields(depth + 1)
            self._expect("}")
        return Field(name=name, args=args, inner=inner)

    def _name(self) -> str:
        found = re.compile(r"\s*(\w+)").match(self._text, self._place)
        if found is None:
            raise self._trouble()
        self._place = found.end()
        return found[1]

    def _argument(self) -> str:
        found = re.compile(r"\(([^()]*)\)").match(self._text, self._place)
        if found is None:
            raise self._trouble()
        self._place = found.end()
        return found[1]

    def _next(self) -> str:
        rest = self._text[self._place :].lstrip()
        return rest[:1]

    def _take(self) -> None:
        self._place = len(self._text) - len(self._text[self._place :].lstrip()) + 1

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise self._trouble()
        self._take()

    def expect_end(self) -> None:
        if self._next():
            raise self._trouble()

    def _trouble(self) -> Exception:
        return bad_parameter(
            f'Syntax error "Unexpected end of string or sign" at character {self._place}: '
            f"{self._text[:80]}",
            code=2500,
        )
