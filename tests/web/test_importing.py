"""A table of posts on the pages: brought, looked at, corrected, imported."""

import csv
import html
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from parvis.compose.models import Post
from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.verbs import database_now
from parvis.intake.ending import KEPT_FOR
from parvis.intake.models import Row, Table
from parvis.intake.reading import BYTES_LIMIT
from parvis.people.models import User
from parvis.web.templatetags.desk import day
from tests.web.counting import queries

pytestmark = pytest.mark.django_db


def csv_file(*lines: str, name: str = "posts.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def bring(desk: Client, *lines: str, **sent: str) -> HttpResponse:
    return desk.post("/posts/import/", {"file": csv_file(*lines), **sent})


def said(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def tomorrow() -> str:
    return f"{database_now() + timedelta(days=2):%Y-%m-%d}"


def test_the_posts_page_leads_to_the_import(desk: Client) -> None:
    assert 'href="/posts/import/"' in said(desk.get("/posts/"))


def test_nobody_imports_without_signing_in(alice: User) -> None:
    for address in ("/posts/import/", "/posts/import/template.csv", "/posts/import/1/"):
        assert Client().get(address).headers["Location"].startswith("/sign-in/")


def test_a_brought_file_leads_to_what_was_found_and_makes_nothing(
    desk: Client, ponts: Account
) -> None:
    answer = bring(desk, "text,account", "Hello,bluesky", "Hullo,nobody")
    table = Table.objects.get()
    assert answer.headers["Location"] == f"/posts/import/{table.pk}/"
    page = said(desk.get(f"/posts/import/{table.pk}/"))
    assert "No connected account is named “nobody”." in page
    assert "Import the row that is ready" in page
    assert not Post.objects.exists()


def test_importing_makes_the_posts_that_are_ready(desk: Client, ponts: Account) -> None:
    bring(desk, "text,account,date,time", f"Hello,bluesky,{tomorrow()},18:05", "Hullo,nobody,,")
    table = Table.objects.get()
    page = said(desk.post(f"/posts/import/{table.pk}/take/", follow=True))
    assert "1 post was made." in page
    assert Delivery.objects.get().post.text == "Hello"


def test_the_page_says_how_long_its_rows_are_kept(desk: Client, ponts: Account) -> None:
    bring(desk, "text,account", "Hello,bluesky")
    table = Table.objects.get()
    address = f"/posts/import/{table.pk}/"
    assert "kept until none of them waits, and 30 days more" in said(desk.get(address))
    desk.post(f"{address}take/")
    page = said(desk.get(address))
    assert f"kept until {day(timezone.now() + KEPT_FOR)}." in page
    assert "no row is imported twice" in page


def test_a_file_is_put_away_and_brought_back(desk: Client, ponts: Account) -> None:
    bring(desk, "text,account", "Hello,bluesky", "Hullo,nobody")
    table = Table.objects.get()
    address = f"/posts/import/{table.pk}/"
    away = said(desk.post(f"{address}put-away/", follow=True))
    assert "This file is put away." in away
    assert "Import the row" not in away
    assert address not in said(desk.get("/posts/import/"))
    back = said(desk.post(f"{address}put-away/", {"back": "1"}, follow=True))
    assert "Import the row that is ready" in back
    assert address in said(desk.get("/posts/import/"))


def test_a_row_is_corrected_in_its_place(desk: Client, ponts: Account) -> None:
    bring(desk, "text,account", "Hullo,nobody")
    table = Table.objects.get()
    opened = said(desk.get(f"/posts/import/{table.pk}/?row=2"))
    assert 'name="cell-accounts" value="nobody"' in opened
    address = f"/posts/import/{table.pk}/rows/2/"
    answer = desk.post(address, {"check": "1", "cell-accounts": "bluesky"})
    assert answer.headers["Location"].endswith("#row-2")
    assert Row.objects.get().standing == "ready"
    assert Row.objects.get().cells == {"text": "Hullo", "accounts": "bluesky"}


def test_a_row_that_is_still_wrong_stays_open(desk: Client) -> None:
    bring(desk, "text,account", "Hullo,nobody")
    address = f"/posts/import/{Table.objects.get().pk}/rows/2/"
    answer = desk.post(address, {"check": "1", "cell-accounts": "somebody"}, follow=True)
    assert 'name="cell-accounts" value="somebody"' in said(answer)


def test_a_row_is_left_out_and_taken_up_again(desk: Client) -> None:
    bring(desk, "text", "Hello")
    address = f"/posts/import/{Table.objects.get().pk}/rows/2/"
    desk.post(address, {"skip": "1"})
    assert Row.objects.get().standing == "skipped"
    desk.post(address, {"take-up": "1"})
    assert Row.objects.get().standing == "ready"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"likes\n7\n", "one of them must be “text”"),
        (b"text\n\x00\n", "This is not a CSV file."),
        (b"a" * (BYTES_LIMIT + 1), "larger than 4.0"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    desk: Client, content: bytes, sentence: str
) -> None:
    answer = desk.post("/posts/import/", {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not Table.objects.exists()


def test_a_form_without_a_file_is_answered_with_a_sentence(desk: Client) -> None:
    answer = desk.post("/posts/import/", {})
    assert answer.status_code == 422
    assert "No file was chosen." in said(answer)


def test_hostile_cells_are_never_markup(desk: Client) -> None:
    bring(desk, "text,account,<b>x</b>", '<script>alert(1)</script>,"<img src=x>",y')
    page = desk.get(f"/posts/import/{Table.objects.get().pk}/?row=2").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_file_to_start_from_can_be_imported_as_it_is(
    desk: Client, alice: User, ponts: Account, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    template = desk.get("/posts/import/template.csv")
    assert template.headers["Content-Type"] == "text/csv; charset=utf-8"
    (example,) = csv.DictReader(StringIO(template.content.decode("utf-8-sig")))
    assert ("texte" if language == "fr" else "text") in example
    desk.post("/posts/import/", {"file": SimpleUploadedFile("t.csv", template.content)})
    assert (Table.objects.get().left_out, Row.objects.get().standing) == ([], "ready")


def test_a_tables_page_asks_as_often_for_many_rows_as_for_one(
    desk: Client, ponts: Account, ponts_mastodon: Account
) -> None:
    bring(desk, "text,account", "Hello,bluesky")
    bring(desk, "text,account", *(f"Number {n},bluesky;mastodon" for n in range(60)))
    many, one = Table.objects.all()
    few = queries(desk, f"/posts/import/{one.pk}/")
    assert queries(desk, f"/posts/import/{many.pk}/") == few


def test_further_rows_are_on_further_pages(desk: Client) -> None:
    bring(desk, "text", *(f"Number {n}." for n in range(60)))
    address = f"/posts/import/{Table.objects.get().pk}/"
    assert "Number 50." not in said(desk.get(address))
    assert "Number 50." in said(desk.get(address + "?after=51"))
    assert "No rows here." in said(desk.get(address + "?show=skipped"))
