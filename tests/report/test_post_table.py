"""Posts go out as a table and come back as they were."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.intake.reading import read_file
from parvis.people.models import Workspace
from parvis.report.post_table import write_rows, write_table
from tests.cast import draft

# PostgreSQL keeps no NUL, and UTF-8 has no halves of pairs.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
BEGINNINGS = st.text("'=+-@ \t\r\n＝a", max_size=4)


def as_kept(text: str) -> str:
    """A text as every table is read: lines end with LF, nothing stands around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@given(st.tuples(BEGINNINGS, TEXTS).map("".join))
@example("=1+1")
@example("'=1+1")
@example("''@ponts")
@example("' -")
@example("\t=1")
@example("  '+")
def test_a_text_comes_back_as_it_went_out(text: str) -> None:
    file = BytesIO()
    write_rows([("text", "language"), (text, "en")], file)
    (line,) = read_file(file.getvalue()).lines
    assert line.cells.get("text", "") == as_kept(text)


@given(st.tuples(BEGINNINGS, TEXTS).map("".join))
def test_no_cell_begins_as_a_formula(text: str) -> None:
    file = BytesIO()
    write_rows([(text,)], file)
    rows = csv.reader(StringIO(file.getvalue().decode("utf-8-sig"), newline=""))
    written = "".join(cell for row in rows for cell in row)
    assert not written.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.django_db
def test_exported_posts_are_read_with_their_texts(workspace: Workspace, ponts: Account) -> None:
    said = ["@bob came, =1+1; ’tis", "'-5 °C", "Two\n\nlines"]
    for text in said:
        draft(ponts, text=text)
    file = BytesIO()
    write_table(Post.objects.all(), workspace.zone, file)
    lines = read_file(file.getvalue()).lines
    assert [line.cells["text"] for line in lines] == said
    assert [line.cells["accounts"] for line in lines] == ["bluesky:ponts.example.org"] * 3
