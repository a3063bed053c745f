"""Tables of posts come to an end, and what was imported stays known."""

from datetime import timedelta

import pytest
from django.db.models import F

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.intake.ending import KEPT_FOR, bring_back, end_what_is_over, put_away
from parvis.intake.models import Row, Standing, Table
from parvis.intake.verbs import bring, import_ready, skip, take_up
from parvis.people.models import Workspace

pytestmark = pytest.mark.django_db
LINES = b"text,account\nThe square reopens.,bluesky\n"
LONG = KEPT_FOR + timedelta(minutes=1)


def brought(workspace: Workspace, content: bytes = LINES) -> Table:
    return bring(workspace, None, "posts.csv", content, as_drafts=False)


def let_pass(long: timedelta) -> None:
    for name in ("touched_at", "put_away_at"):
        Table.objects.update(**{name: F(name) - long})


def test_a_table_ends_once_all_is_imported_and_time_has_passed(
    workspace: Workspace, ponts: Account
) -> None:
    import_ready(brought(workspace), None)
    let_pass(KEPT_FOR - timedelta(minutes=1))
    assert end_what_is_over() == 0
    let_pass(timedelta(minutes=2))
    assert end_what_is_over() == 1
    assert not Row.objects.exists()
    assert Post.objects.count() == 1


def test_what_was_imported_is_known_when_its_table_has_ended(
    workspace: Workspace, ponts: Account
) -> None:
    import_ready(brought(workspace), None)
    let_pass(LONG)
    end_what_is_over()
    again = brought(workspace)
    row = again.rows.get()
    assert (row.standing, row.post) == (Standing.KNOWN, Post.objects.get())
    assert import_ready(again, None) == 0


@pytest.mark.parametrize("waiting", [b"Corrected soon,nobody", b"Ready,bluesky"])
def test_a_table_stays_while_a_row_waits(
    workspace: Workspace, ponts: Account, waiting: bytes
) -> None:
    brought(workspace, b"text,account\n" + waiting + b"\n")
    let_pass(LONG)
    assert end_what_is_over() == 0


def test_a_table_whose_rows_were_left_out_ends(workspace: Workspace, ponts: Account) -> None:
    skip(brought(workspace).rows.get())
    let_pass(LONG)
    assert end_what_is_over() == 1


def test_what_is_done_with_a_row_keeps_its_table_longer(
    workspace: Workspace, ponts: Account
) -> None:
    row = brought(workspace).rows.get()
    skip(row)
    let_pass(LONG)
    take_up(row)
    skip(row)
    assert end_what_is_over() == 0


def test_a_table_that_was_put_away_ends_with_the_rows_that_wait(
    workspace: Workspace, ponts: Account
) -> None:
    put_away(brought(workspace))
    assert end_what_is_over() == 0
    let_pass(LONG)
    assert end_what_is_over() == 1


def test_a_table_that_was_brought_back_stays(workspace: Workspace, ponts: Account) -> None:
    table = brought(workspace)
    put_away(table)
    let_pass(LONG)
    bring_back(table)
    assert end_what_is_over() == 0
