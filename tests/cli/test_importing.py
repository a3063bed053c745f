"""`parvis posts import`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake.models import Table

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    day = f"{database_now() + timedelta(days=2):%Y-%m-%d}"
    file = tmp_path / "posts.csv"
    file.write_text(f"text,account,date,time\nHello,bluesky,{day},18:05\nHullo,nobody,,\n")
    return file


def test_a_dry_run_tells_of_every_row_and_keeps_nothing(say, ponts: Account, table: Path) -> None:
    said = say("posts", "import", table, "--dry-run")
    assert said.exit_code == 6
    assert "No connected account is named “nobody”." in said.out
    assert not Post.objects.exists()
    assert not Table.objects.exists()


def test_good_rows_are_imported_once(say, ponts: Account, table: Path) -> None:
    first, again = (json.loads(say("posts", "import", table, "--json").out) for _ in range(2))
    assert first["counts"]["imported"] == 1
    assert again["counts"] == {**first["counts"], "imported": 0, "known": 1}
    assert Delivery.objects.get().post_id == first["rows"][0]["post"] == again["rows"][0]["post"]


def test_drafts_are_made_where_drafts_are_asked_for(say, ponts: Account, table: Path) -> None:
    say("posts", "import", table, "--drafts")
    assert Post.objects.get().is_draft


def test_a_file_that_is_not_there_is_told(say, tmp_path: Path) -> None:
    said = say("posts", "import", tmp_path / "none.csv")
    assert said.exit_code == 1
    assert "cannot be read: no such file or directory" in said.err


def test_a_file_that_is_no_table_is_told(say, ponts: Account, tmp_path: Path) -> None:
    (tmp_path / "likes.csv").write_text("likes\n7\n")
    said = say("posts", "import", tmp_path / "likes.csv")
    assert said.exit_code == 1
    assert "one of them must be “text”" in said.err
