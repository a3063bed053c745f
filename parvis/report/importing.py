"""A table of posts as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, pgettext

from parvis.compose.validation import Finding, Severity
from parvis.connections.models import Account
from parvis.intake.columns import heading_of
from parvis.intake.ending import ends_at
from parvis.intake.models import Row, Standing, Table
from parvis.intake.reading import Unreadable
from parvis.intake.verbs import findings_of
from parvis.people.dates import written_date
from parvis.people.models import Workspace
from parvis.report.faces import Speaker, speaker_of
from parvis.report.import_phrases import FILES, ROWS
from parvis.report.sentences import sentence_for_finding

ROWS_ON_A_PAGE = 50
_BY_WEIGHT = (Severity.ERROR, Severity.WARNING, Severity.NOTE)

# Severity, code and sentence, the worst first.
Told = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one account would make of it."""

    speaker: Speaker
    told: Told

    @property
    def worst(self) -> str:
        return self.told[0][0] if self.told else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    name: str
    heading: str
    text: str

    @property
    def is_long(self) -> bool:
        long = ("text", "first_comment", "alt")
        return self.name in long or self.name.startswith("part_")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """`cells` are empty unless the row is open to be corrected."""

    number: int
    standing: Standing
    text: str
    due_at: datetime | None
    places: list[Place]
    told: Told
    post_id: int | None
    cells: list[Cell] = field(default_factory=list)

    @property
    def can_change(self) -> bool:
        return self.standing in (Standing.READY, Standing.IN_THE_WAY)

    @property
    def mark(self) -> str:
        """The state whose mark it carries."""
        return _MARKS[self.standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """`shelf` is the standing that is shown alone, if any; `further` the number of the row after
    which the next page begins; `ends_at` None while rows wait."""

    table: Table
    ends_at: datetime | None
    counts: Mapping[str, int]
    shelf: str
    lines: list[RowLine]
    further: int | None

    @property
    def ready(self) -> int:
        return self.counts.get(Standing.READY, 0)

    @property
    def in_the_way(self) -> int:
        return self.counts.get(Standing.IN_THE_WAY, 0)

    @property
    def is_put_away(self) -> bool:
        return self.table.put_away_at is not None

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def shelves(self) -> list[tuple[str, str, int]]:
        """Standing, its words and how many rows have it."""
        return [
            (standing.value, str(standing.label), self.counts[standing])
            for standing in Standing
            if standing in self.counts
        ]


def page_of_table(
    table: Table, *, shelf: str = "", after: int = 0, opened: int | None = None
) -> TablePage:
    rows = table.rows.filter(number__gt=after)
    if shelf:
        rows = rows.filter(standing=shelf)
    found = list(rows.order_by("number")[: ROWS_ON_A_PAGE + 1])
    shown = found[:ROWS_ON_A_PAGE]
    accounts = Account.objects.in_bulk(_accounts_in(shown))
    counts = _counts(table)
    waits = bool(counts.get(Standing.READY) or counts.get(Standing.IN_THE_WAY))
    return TablePage(
        table=table,
        ends_at=ends_at(table, waits=waits),
        counts=counts,
        shelf=shelf,
        lines=[_line(row, table, accounts, opened) for row in shown],
        further=shown[-1].number if len(found) > len(shown) else None,
    )


def newest_tables(workspace: Workspace, limit: int = 10) -> Sequence[Table]:
    tables = Table.objects.filter(workspace=workspace, put_away_at=None)
    return list(tables.select_related("brought_by")[:limit])


def sentence_for_file(refused: Unreadable) -> str:
    facts: dict[str, Any] = dict(refused.facts)
    if refused.code == "too-large":
        facts["limit"] = filesizeformat(facts["limit"])
    return str(FILES[refused.code] % facts)


def sentence_for_row(finding: Finding) -> str:
    if finding.code not in ROWS:
        return sentence_for_finding(finding)
    facts: dict[str, Any] = dict(finding.facts)
    if "day" in facts:
        shape = pgettext("day with year, Django’s date format", "l j F Y")
        facts["day"] = written_date(date.fromisoformat(facts["day"]), shape)
    return str(ROWS[finding.code] % facts)


def told(findings: Sequence[Finding]) -> Told:
    by_weight = sorted(findings, key=lambda finding: _BY_WEIGHT.index(finding.severity))
    return [(f.severity.value, f.code, sentence_for_row(f)) for f in by_weight]


_MARKS = {
    Standing.READY: "scheduled",
    Standing.IN_THE_WAY: "held",
    Standing.SKIPPED: "cancelled",
    Standing.IMPORTED: "published",
    Standing.KNOWN: "cancelled",
}


def _counts(table: Table) -> dict[str, int]:
    counted = table.rows.order_by().values_list("standing").annotate(n=Count("pk"))
    return dict(counted)


def _accounts_in(rows: Sequence[Row]) -> set[int]:
    return {int(account_id) for row in rows for account_id in row.seen.get("accounts", {})}


def _line(row: Row, table: Table, accounts: Mapping[int, Account], opened: int | None) -> RowLine:
    own, by_account = findings_of(row)
    return RowLine(
        number=row.number,
        standing=Standing(row.standing),
        text=row.cells.get("text", ""),
        due_at=row.due_at,
        places=[
            Place(speaker=speaker_of(accounts[pk]), told=told(found))
            for pk, found in by_account.items()
            if pk in accounts
        ],
        told=told(own),
        post_id=row.post_id,
        cells=_cells(row, table) if row.number == opened else [],
    )


def _cells(row: Row, table: Table) -> list[Cell]:
    """Every column of the file, and those that a row cannot go out without."""
    language = get_language() or "en"
    names = dict.fromkeys((*table.columns, "accounts", "date", "time"))
    return [
        Cell(name=name, heading=heading_of(name, language), text=row.cells.get(name, ""))
        for name in names
    ]
