"""Posts from a table: bring a file, look at what was found about each row, correct, import."""

import csv
from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.connections.verbs import accounts_of
from parvis.intake import verbs
from parvis.intake.columns import COLUMNS, headings
from parvis.intake.ending import bring_back, put_away
from parvis.intake.models import Row, Standing, Table
from parvis.intake.reading import BYTES_LIMIT, ROWS_LIMIT, Unreadable
from parvis.report.importing import newest_tables, page_of_table, sentence_for_file
from parvis.web.desk_request import DeskRequest
from parvis.web.views.posted import posted_from

# A request that takes longer looks broken; the rest goes on with another press.
SECONDS_OF_IMPORTING = 8.0
# Excel takes a file for UTF-8 only when it begins with this.
_MARK_OF_UTF8 = "\ufeff"


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: DeskRequest) -> HttpResponse:
    if request.method != "POST":
        return _start(request)
    try:
        name, content = _arrived(request)
        table = verbs.bring(
            request.workspace,
            request.user,
            name,
            content,
            as_drafts=request.POST.get("as") == "drafts",
        )
    except Unreadable as refused:
        return _start(request, sentence_for_file(refused), status=422)
    return redirect("import-table", table.pk)


@require_safe
def show(request: DeskRequest, table_id: int) -> HttpResponse:
    asked = request.GET.get("show", "")
    page = page_of_table(
        _table(request, table_id),
        shelf=asked if asked in set(Standing) else "",
        after=_number(request.GET.get("after", "")),
        opened=_number(request.GET.get("row", "")),
    )
    return render(request, "parvis/import/table.html", {"page": page})


@posted_from("import-table", "table_id")
def take(request: DeskRequest, table_id: int) -> HttpResponse:
    table = _table(request, table_id)
    imported = verbs.import_ready(table, request.user, seconds=SECONDS_OF_IMPORTING)
    messages.success(
        request,
        ngettext("%(n)s post was made.", "%(n)s posts were made.", imported) % {"n": imported},
    )
    return redirect("import-table", table.pk)


@posted_from("import-table", "table_id")
def put_away_or_back(request: DeskRequest, table_id: int) -> HttpResponse:
    table = _table(request, table_id)
    if "back" in request.POST:
        bring_back(table)
    else:
        put_away(table)
    return redirect("import-table", table.pk)


@posted_from("import-table", "table_id")
def change_row(request: DeskRequest, table_id: int, number: int) -> HttpResponse:
    table = _table(request, table_id)
    row = get_object_or_404(Row.objects.select_related("table"), table=table, number=number)
    if "skip" in request.POST:
        verbs.skip(row)
    elif "take-up" in request.POST:
        verbs.take_up(row)
    else:
        row = verbs.correct(row, {**row.cells, **_typed(request)})
    return redirect(_place_of(request, row))


@require_safe
def start_from(request: DeskRequest) -> HttpResponse:
    """A file to start from, in the reader's language, with one row that shows how."""
    names = headings(get_language() or "en")
    response = HttpResponse(_MARK_OF_UTF8, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="parvis-posts.csv"'
    writer = csv.writer(response)
    writer.writerow(names.values())
    example = _example(request)
    writer.writerow(example.get(name, "") for name in names)
    return response


def _start(request: DeskRequest, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "problem": problem,
        "as_drafts": request.POST.get("as") == "drafts",
        "tables": newest_tables(request.workspace),
        "headings": headings(get_language() or "en"),
        "limits": {"bytes": BYTES_LIMIT, "rows": ROWS_LIMIT},
    }
    return render(request, "parvis/import/start.html", context, status=status)


def _arrived(request: DeskRequest) -> tuple[str, bytes]:
    """Raises Unreadable."""
    arrived = cast("UploadedFile[bytes] | None", request.FILES.get("file"))
    if arrived is None:
        raise Unreadable("none")
    if (arrived.size or 0) > BYTES_LIMIT:
        raise Unreadable("too-large", limit=BYTES_LIMIT)
    if getattr(arrived, "disk_was_full", False):
        raise Unreadable("no-room")
    return arrived.name or "", arrived.read()


def _table(request: DeskRequest, table_id: int) -> Table:
    return get_object_or_404(Table, pk=table_id, workspace=request.workspace)


def _typed(request: DeskRequest) -> dict[str, str]:
    """The cells that the form has; browsers send CRLF, and PostgreSQL's text holds no NUL."""
    return {
        column.name: request.POST[f"cell-{column.name}"].replace("\r\n", "\n").replace("\0", "")
        for column in COLUMNS
        if f"cell-{column.name}" in request.POST
    }


def _place_of(request: DeskRequest, row: Row) -> str:
    """The row where it stands, still open while something is in its way."""
    kept = {"after": str(max(0, row.number - 1 - _ROWS_ABOVE))}
    if (shelf := request.POST.get("show", "")) in set(Standing):
        kept["show"] = shelf
    if "check" in request.POST and row.standing == Standing.IN_THE_WAY:
        kept["row"] = str(row.number)
    return f"{reverse('import-table', args=[row.table_id])}?{urlencode(kept)}#row-{row.number}"


# So that one sees where a row stands.
_ROWS_ABOVE = 5


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 0


def _example(request: DeskRequest) -> dict[str, str]:
    accounts = accounts_of(request.workspace)
    return {
        "text": _("The square reopens on Saturday."),
        "accounts": ", ".join(f"{each.network}:{each.handle}" for each in accounts[:2]),
        "date": "2027-01-30",
        "time": "18:05",
        "language": get_language() or "en",
    }
