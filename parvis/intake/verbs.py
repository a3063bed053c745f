"""What can be done with a table of posts: look at it, correct it, import it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from time import monotonic
from typing import Any

from django.db import IntegrityError, transaction

from parvis.compose.models import Campaign, Post
from parvis.compose.validation import Finding, Severity
from parvis.compose.verbs import start_draft
from parvis.deliver import verbs as deliver
from parvis.deliver.freeze import NotReady
from parvis.intake.checking import Cells, Grounds, Reading, check
from parvis.intake.columns import COLUMNS
from parvis.intake.ending import keep_longer
from parvis.intake.grounds import grounds_for
from parvis.intake.models import Imported, Row, Standing, Table
from parvis.intake.reading import File, Line, read_file
from parvis.people.models import User, Workspace

_COLUMNS = frozenset(column.name for column in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One line of a file with what was found. `known_as` is the post that an earlier import of the
    same line made; 0 where that post is gone."""

    line: Line
    reading: Reading
    known_as: int | None = None

    @property
    def standing(self) -> Standing:
        if self.known_as is not None:
            return Standing.KNOWN
        return Standing.IN_THE_WAY if self.reading.in_the_way else Standing.READY


def look_at(workspace: Workspace, file: File, *, as_drafts: bool) -> list[Looked]:
    """A dry run: nothing is kept."""
    grounds = grounds_for(workspace, [line.cells for line in file.lines])
    known = _imported_before(workspace, {line.fingerprint for line in file.lines})
    return list(_looked(file.lines, grounds, known, as_drafts))


def bring(
    workspace: Workspace, by: User | None, name: str, content: bytes, *, as_drafts: bool
) -> Table:
    """Keeps the rows of a file with what was found about each; no post is made yet.

    Raises reading.Unreadable.
    """
    file = read_file(content)
    looked = look_at(workspace, file, as_drafts=as_drafts)
    with transaction.atomic():
        table = Table.objects.create(
            workspace=workspace,
            brought_by=by,
            name=name[:255],
            as_drafts=as_drafts,
            columns=list(file.columns),
            left_out=[heading[:60] for heading in file.left_out],
        )
        Row.objects.bulk_create(_row(table, each) for each in looked)
    return table


def correct(row: Row, cells: Cells) -> Row:
    """Puts other texts into its cells and looks at it again. What was imported stays as it is."""
    with transaction.atomic():
        current = _held(row)
        if current.standing not in (Standing.IMPORTED, Standing.KNOWN):
            current.cells = {
                name: text.strip() for name, text in cells.items() if name in _COLUMNS and text
            }
            _look_again(current)
            current.save()
            keep_longer(current.table_id)
    return current


def skip(row: Row) -> None:
    waiting = (Standing.READY, Standing.IN_THE_WAY)
    Row.objects.filter(pk=row.pk, standing__in=waiting).update(standing=Standing.SKIPPED)
    keep_longer(row.table_id)


def take_up(row: Row) -> Row:
    """A row that was left out is looked at again."""
    with transaction.atomic():
        current = _held(row)
        if current.standing == Standing.SKIPPED:
            _look_again(current)
            current.save()
            keep_longer(current.table_id)
    return current


def import_ready(table: Table, by: User | None, *, seconds: float | None = None) -> int:
    """Makes a post of each row that is ready, one transaction each; answers how many. After
    `seconds` it leaves the rest for another time."""
    began = monotonic()
    imported = 0
    ready = table.rows.filter(standing=Standing.READY).order_by("number")
    for row_id in list(ready.values_list("pk", flat=True)):
        if seconds is not None and monotonic() - began > seconds:
            break
        imported += _import(row_id, by)
    keep_longer(table.pk)
    return imported


def findings_of(row: Row) -> tuple[list[Finding], dict[int, list[Finding]]]:
    """What was found about the row itself, and by account."""
    own = [_finding(stored) for stored in row.seen.get("findings", [])]
    by_account = {
        int(account_id): [_finding(stored) for stored in found]
        for account_id, found in row.seen.get("accounts", {}).items()
    }
    return own, by_account


def _import(row_id: int, by: User | None) -> bool:
    try:
        with transaction.atomic():
            row = Row.objects.select_for_update().get(pk=row_id)
            return row.standing == Standing.READY and _became_a_post(row, by)
    except NotReady as refused:
        by_account = {account.pk: found for account, found in refused.findings.items()}
        _put_in_the_way(row_id, {"findings": [], "accounts": _by_account_to_json(by_account)})
    except deliver.InThePast:
        gone_by = Finding(severity=Severity.ERROR, code="gone-by")
        _put_in_the_way(row_id, {"findings": [asdict(gone_by)], "accounts": {}})
    except IntegrityError as error:
        if "a_row_is_imported_once" not in str(error):
            raise
        Row.objects.filter(pk=row_id).update(standing=Standing.KNOWN)
    return False


def _became_a_post(row: Row, by: User | None) -> bool:
    """Looked at once more: accounts, files and posts may have changed since."""
    reading = _look_again(row)
    if row.standing == Standing.READY:
        row.post = _made(row, reading, by)
        row.standing = Standing.IMPORTED
        Imported.objects.create(workspace=row.workspace, fingerprint=row.fingerprint, post=row.post)
    row.save()
    return row.standing == Standing.IMPORTED


def _made(row: Row, reading: Reading, by: User | None) -> Post:
    content = reading.content
    if reading.new_campaign:
        campaign, _ = Campaign.objects.get_or_create(
            workspace=row.workspace, name=reading.new_campaign
        )
        content = replace(content, campaign_id=campaign.pk)
    post = start_draft(row.workspace, by, content)
    if reading.due_at and not row.table.as_drafts:
        deliver.schedule(post, reading.due_at, by=by)
    return post


def _looked(
    lines: tuple[Line, ...], grounds: Grounds, known: Mapping[str, int | None], as_drafts: bool
) -> Iterator[Looked]:
    first: dict[str, int] = {}
    for line in lines:
        reading = check(line.cells, grounds, as_drafts=as_drafts)
        if (number := first.setdefault(reading.matter, line.number)) != line.number:
            reading = _as_twin(reading, number)
        known_as = known[line.fingerprint] or 0 if line.fingerprint in known else None
        yield Looked(line=line, reading=reading, known_as=known_as)


def _look_again(row: Row) -> Reading:
    """By itself, beside the other rows of its table."""
    grounds = grounds_for(row.workspace, [row.cells])
    reading = check(row.cells, grounds, as_drafts=row.table.as_drafts)
    above = Row.objects.filter(table=row.table, matter=reading.matter, number__lt=row.number)
    waiting = above.exclude(standing=Standing.SKIPPED).order_by("number")
    if (number := waiting.values_list("number", flat=True).first()) is not None:
        reading = _as_twin(reading, number)
    _note(row, reading)
    row.standing = Standing.IN_THE_WAY if reading.in_the_way else Standing.READY
    return reading


def _as_twin(reading: Reading, number: int) -> Reading:
    twin = Finding(severity=Severity.ERROR, code="same-as-row", facts={"number": number})
    return replace(reading, findings=(*reading.findings, twin))


def _imported_before(workspace: Workspace, fingerprints: set[str]) -> dict[str, int | None]:
    found = Imported.objects.filter(workspace=workspace, fingerprint__in=fingerprints)
    return dict(found.values_list("fingerprint", "post_id"))


def _row(table: Table, looked: Looked) -> Row:
    row = Row(
        table=table,
        workspace=table.workspace,
        number=looked.line.number,
        cells=dict(looked.line.cells),
        fingerprint=looked.line.fingerprint,
        standing=looked.standing,
        post_id=looked.known_as or None,
    )
    _note(row, looked.reading)
    return row


def _note(row: Row, reading: Reading) -> None:
    row.matter, row.due_at = reading.matter, reading.due_at
    row.seen = {
        "findings": [asdict(finding) for finding in reading.findings],
        "accounts": _by_account_to_json(reading.by_account),
    }


def _by_account_to_json(found: Mapping[int, tuple[Finding, ...]]) -> dict[str, Any]:
    return {str(pk): [asdict(finding) for finding in findings] for pk, findings in found.items()}


def _finding(stored: Mapping[str, Any]) -> Finding:
    return Finding(**{**stored, "severity": Severity(stored["severity"])})


def _held(row: Row) -> Row:
    rows = Row.objects.select_for_update(of=("self",)).select_related("table", "workspace")
    return rows.get(pk=row.pk)


def _put_in_the_way(row_id: int, seen: dict[str, Any]) -> None:
    Row.objects.filter(pk=row_id).update(standing=Standing.IN_THE_WAY, seen=seen)
