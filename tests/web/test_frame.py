"""What holds for every page: the policy, its parts, and what is said when all else fails."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from parvis.web.views import errors

pytestmark = pytest.mark.django_db

PAGES = ["/", "/posts/", "/accounts/", "/accounts/connect/bluesky/", "/settings/", "/write/"]


@pytest.mark.parametrize("address", PAGES)
def test_the_browser_may_load_and_run_only_what_is_ours(desk: Client, address: str) -> None:
    policy = desk.get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", PAGES)
def test_no_page_has_an_inline_script_or_style(desk: Client, address: str) -> None:
    page = desk.get(address).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_names_its_parts(desk: Client, address: str) -> None:
    page = desk.get(address).content.decode()
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert '<nav class="rail" aria-label="Main">' in page
    assert 'href="#main"' in page


@pytest.mark.parametrize("address", PAGES)
def test_no_two_parts_of_a_page_share_an_id(desk: Client, address: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', desk.get(address).content.decode())
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_loaded_from_elsewhere(desk: Client, address: str) -> None:
    page = desk.get(address).content.decode()
    for loaded in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page):
        assert loaded.startswith("/")


def test_every_file_that_pages_load_is_in_the_package(desk: Client) -> None:
    page = desk.get("/write/").content.decode()
    loaded = re.findall(r'(?:src|href)="/?static/([^"]+)"', page)
    assert loaded
    assert [name for name in loaded if not finders.find(name)] == []


def test_an_address_where_nothing_is_says_so(desk: Client) -> None:
    answer = desk.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_a_defect_shows_a_page_that_says_what_was_kept(desk: Client, monkeypatch) -> None:
    monkeypatch.setattr("parvis.web.views.today.today_of", lambda _: 1 / 0)
    desk.raise_request_exception = False
    answer = desk.get("/")
    assert answer.status_code == 500
    assert "What is scheduled stays scheduled" in answer.content.decode()


def test_the_pages_for_failures_do_not_ask_the_database(rf, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        pages = [
            errors.broken(rf.get("/")),
            errors.not_found(rf.get("/"), Exception()),
            errors.forbidden(rf.get("/"), Exception()),
            errors.bad_request(rf.get("/"), Exception()),
        ]
    assert [page.status_code for page in pages] == [500, 404, 403, 400]
    assert all(b"<h1>" in page.content for page in pages)
