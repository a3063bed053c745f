"""`parvis posts import`: the rows of a CSV file become posts."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parvis.cli.command import command
from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.cli.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from parvis.intake.models import Row
    from parvis.intake.reading import Unreadable
    from parvis.intake.verbs import Looked
    from parvis.people.models import Workspace
    from parvis.report.importing import Told

TableFile = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what was found about each row.")]
AsDrafts = Annotated[
    bool, typer.Option("--drafts", help="Make drafts, also of rows that have a time.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row, as the command tells it. `due_at` is None for a draft without a time; findings are
    severity, code and sentence."""

    row: int
    standing: str
    due_at: "datetime | None"
    post: int | None
    findings: "Told"
    accounts: "dict[str, Told]"

    @property
    def sentences(self) -> list[str]:
        own = [sentence for _, _, sentence in self.findings]
        of_accounts = [
            f"{name}: {sentence}" for name, told in self.accounts.items() for _, _, sentence in told
        ]
        return [*own, *of_accounts]


def register(group: typer.Typer) -> None:
    command(group, "import")(import_posts)


def import_posts(
    voice: Voice, file: TableFile, dry_run: DryRun = False, drafts: AsDrafts = False
) -> None:
    """Make posts of the rows of a CSV file. The same row is imported once, however often it comes.

    What is in the way of a row is told, and the row can be corrected on the pages.
    """
    content = _content_of(file)
    from parvis.cli.desk import opened_desk, the_workspace

    with opened_desk():
        workspace = the_workspace()
        if dry_run:
            lines = _looked_at(workspace, content, drafts)
        else:
            lines = _imported(workspace, file.name, content, drafts)
        _tell(voice, lines, workspace.zone)
    if any(line.standing == "in the way" for line in lines):
        raise typer.Exit(int(ExitCode.NEEDS_A_PERSON))


def _content_of(file: Path) -> bytes:
    """One byte more than is taken, so that a larger file is told from one that fits."""
    from parvis.intake.reading import BYTES_LIMIT

    try:
        with file.open("rb") as opened:
            return opened.read(BYTES_LIMIT + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Failure("no-file", f"{file} cannot be read: {reason}.") from None


def _looked_at(workspace: "Workspace", content: bytes, drafts: bool) -> list[Line]:
    from parvis.intake.reading import Unreadable, read_file
    from parvis.intake.verbs import look_at

    try:
        looked = look_at(workspace, read_file(content), as_drafts=drafts)
    except Unreadable as refused:
        raise _unreadable(refused) from None
    return [_line_looked_at(each) for each in looked]


def _imported(workspace: "Workspace", name: str, content: bytes, drafts: bool) -> list[Line]:
    from parvis.intake.reading import Unreadable
    from parvis.intake.verbs import bring, import_ready

    try:
        table = bring(workspace, None, name, content, as_drafts=drafts)
    except Unreadable as refused:
        raise _unreadable(refused) from None
    import_ready(table, None)
    return _lines_of(list(table.rows.order_by("number")))


def _line_looked_at(looked: "Looked") -> Line:
    from parvis.report.importing import told

    reading = looked.reading
    return Line(
        row=looked.line.number,
        standing=looked.standing.value,
        due_at=reading.due_at,
        post=looked.known_as or None,
        findings=told(reading.findings),
        accounts={str(each): told(reading.by_account[each.pk]) for each in reading.accounts},
    )


def _lines_of(rows: "Sequence[Row]") -> list[Line]:
    from parvis.connections.models import Account
    from parvis.intake.verbs import findings_of
    from parvis.report.importing import told

    found = {row.number: findings_of(row) for row in rows}
    accounts = Account.objects.in_bulk(
        {pk for _, by_account in found.values() for pk in by_account}
    )
    return [
        Line(
            row=row.number,
            standing=row.standing,
            due_at=row.due_at,
            post=row.post_id,
            findings=told(found[row.number][0]),
            accounts={str(accounts[pk]): told(of) for pk, of in found[row.number][1].items()},
        )
        for row in rows
    ]


def _tell(voice: Voice, lines: list[Line], zone: "ZoneInfo") -> None:
    from parvis.intake.models import Standing

    counts = {
        standing.value: sum(line.standing == standing for line in lines) for standing in Standing
    }
    told = ", ".join(f"{n} {Standing(name).label}" for name, n in counts.items() if n)
    voice.answer({"rows": [asdict(line) for line in lines], "counts": counts})
    voice.table(("Row", "Becomes", "When", "Found"), [_shown(line, zone) for line in lines])
    voice.tell(f"{len(lines)} rows: {told}.")
    if counts[Standing.IN_THE_WAY]:
        voice.tell("Correct what is in the way in the file or on the pages, and import it again.")


def _shown(line: Line, zone: "ZoneInfo") -> tuple[str, str, str, str]:
    from parvis.cli.moments import shown_to_a_person

    post = f"post {line.post}, " if line.post else ""
    return (
        str(line.row),
        f"{post}{line.standing}",
        shown_to_a_person(line.due_at, zone),
        "\n".join(line.sentences),
    )


def _unreadable(refused: "Unreadable") -> Failure:
    from parvis.report.importing import sentence_for_file

    return Failure(refused.code, sentence_for_file(refused), **dict[str, Any](refused.facts))
