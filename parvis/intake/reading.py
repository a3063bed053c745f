"""Bytes in, rows of text out: what a file says, whichever program wrote it. Pure.

Spreadsheets write CSV as UTF-8 with or without a mark, as UTF-16 (“Unicode text”) or, in western
Europe, as Windows-1252; and with semicolons where the comma is the decimal sign.
"""

import codecs
import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from parvis.intake.columns import column_named
from parvis.intake.formulas import unguarded

BYTES_LIMIT = 4 * 1024 * 1024
ROWS_LIMIT = 2000
_CELL_LIMIT = 100_000
_DELIMITERS = (",", ";", "\t")
_TOLD_TO_EXCEL = re.compile("sep=([,;\t])", re.IGNORECASE)
# “Unit separator”: nobody types it.
_NO_DELIMITER = "\x1f"


class Unreadable(Exception):
    """Nothing was kept. `code` with `facts` says what is wrong with the file."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`number` is as spreadsheets count, the names of the columns being row 1; `cells` holds what
    is not empty, by our names of the columns; `before` counts the equal lines above it."""

    number: int
    cells: Mapping[str, str]
    before: int = 0

    @property
    def fingerprint(self) -> str:
        """The same for the same cells, in whatever order a file has its columns."""
        written = json.dumps([dict(self.cells), self.before], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    lines: tuple[Line, ...]


def read_file(content: bytes) -> File:
    """Raises Unreadable: "too-large", "not-text", "broken", "no-columns", "twice", "no-rows",
    "too-many-rows" or "nameless"."""
    if len(content) > BYTES_LIMIT:
        raise Unreadable("too-large", limit=BYTES_LIMIT)
    rows = list(_rows(_decoded(content)))
    names = [heading.strip() for heading in rows[0]] if rows else []
    columns = [column_named(name) for name in names]
    _refuse_headings(names, columns)
    lines = tuple(_lines(names, columns, rows[1:]))
    if not lines:
        raise Unreadable("no-rows")
    return File(
        columns=tuple(column for column in columns if column),
        left_out=tuple(
            name for name, column in zip(names, columns, strict=True) if name and not column
        ),
        lines=lines,
    )


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable("not-text")


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_CELL_LIMIT)
    delimiter, text = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise Unreadable("broken", line=reader.line_num) from None


def _delimiter(text: str) -> tuple[str, str]:
    """What stands most often between the names of the columns, or what Excel is told in a line of
    its own, and the rows. A single column has none: its texts may hold any of them."""
    line, _, below = text.lstrip().partition("\n")
    if told := _TOLD_TO_EXCEL.fullmatch(line.strip()):
        return told[1], below
    found = max(_DELIMITERS, key=line.count)
    return (found if found in line else _NO_DELIMITER), text


def _refuse_headings(names: list[str], columns: list[str | None]) -> None:
    if "text" not in columns and "media" not in columns:
        raise Unreadable("no-columns")
    for at, column in enumerate(columns):
        if column and column in columns[:at]:
            raise Unreadable("twice", heading=names[at][:60])


def _lines(names: list[str], columns: list[str | None], rows: list[list[str]]) -> Iterator[Line]:
    seen: Counter[frozenset[tuple[str, str]]] = Counter()
    for number, row in enumerate(rows, start=2):
        named = zip(columns, row, strict=False)
        cells = {column: _cleaned(cell) for column, cell in named if column and cell.strip()}
        _refuse_nameless(names, row, number)
        if not cells:
            continue
        if seen.total() == ROWS_LIMIT:
            raise Unreadable("too-many-rows", limit=ROWS_LIMIT)
        same = frozenset(cells.items())
        yield Line(number=number, cells=cells, before=seen[same])
        seen[same] += 1


def _refuse_nameless(names: list[str], row: list[str], number: int) -> None:
    """A text whose comma is not between quotation marks would lose what stands behind it."""
    for name, cell in zip_longest(names, row, fillvalue=""):
        if cell.strip() and not name:
            raise Unreadable("nameless", number=number)


def _cleaned(cell: str) -> str:
    plain = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    return unguarded(plain).strip()
