"""The strip above every page: what is wrong, how bad it is, and what helps."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client

from parvis.people.models import User
from parvis.watch import here
from parvis.watch.models import KeptTrouble
from parvis.watch.troubles import Severity, Trouble
from parvis.watch.watchdog import View, Watchdog
from tests.web.counting import queries

pytestmark = pytest.mark.django_db

NOBODY_SENDS = "Nothing is being sent: no worker is running"


def noticed(code: str, severity: str = "error", **more: Any) -> KeptTrouble:
    """What some watchdog saw a moment ago; for as long as a busy machine needs to show it."""
    told = {"since": Now(), "seen_at": Now() + timedelta(minutes=5), **more}
    return KeptTrouble.objects.create(code=code, severity=severity, **told)


def shown(desk: Client, address: str = "/") -> str:
    return desk.get(address).content.decode()


def strip(desk: Client, address: str = "/") -> str:
    """Empty where the page has none."""
    _, _, rest = shown(desk, address).partition('<div class="troubles" role="status">')
    return rest.partition('<div class="said-now"')[0].partition("<header")[0]


def test_a_desk_without_trouble_has_no_strip(desk: Client) -> None:
    assert strip(desk) == ""


@pytest.mark.parametrize("address", ["/", "/posts/", "/accounts/", "/settings/", "/write/"])
def test_a_trouble_shows_on_every_page(desk: Client, address: str) -> None:
    noticed("no-worker")
    page = strip(desk, address)
    assert NOBODY_SENDS in page
    assert "<code>parvis work</code>" in page


def test_an_error_and_a_warning_differ_in_word_and_mark(desk: Client) -> None:
    noticed("no-worker", "error")
    noticed("no-collector", "warning")
    page = strip(desk)
    in_order = ["#mark-no", "Trouble: ", NOBODY_SENDS, "#mark-ask", "Warning: ", "Nobody renews"]
    places = [page.index(part) for part in in_order]
    assert places == sorted(places)


def test_what_was_held_leads_to_where_it_is_decided(desk: Client) -> None:
    noticed("held-late", "warning", facts={"count": 2})
    page = strip(desk)
    assert "2 deliveries came due while nothing could be sent" in page
    assert 'href="/posts/?show=to-decide"' in page


def test_what_waits_for_a_decision_is_left_to_the_rail(desk: Client) -> None:
    noticed("to-decide", "warning", facts={"count": 2})
    assert strip(desk) == ""


def test_many_troubles_are_told_by_the_worst_and_a_number(desk: Client) -> None:
    for host in range(4):
        noticed(
            "clock-apart", "warning", subject=str(host), facts={"host": f"h{host}", "seconds": 90}
        )
    noticed("no-worker")
    page = strip(desk)
    assert page.index(NOBODY_SENDS) < page.index("h0")
    assert page.count('class="notice') == 3
    assert "2 more" in page


def test_what_is_over_or_was_left_open_long_ago_is_not_shown(desk: Client) -> None:
    noticed("no-worker", closed_at=Now())
    noticed("overdue", seen_at=Now() - timedelta(hours=1), facts={"count": 1, "seconds": 40})
    assert strip(desk) == ""


def test_a_host_cannot_bring_markup_into_the_page(desk: Client) -> None:
    facts = {"host": "<b>h</b>", "seconds": 90}
    noticed("clock-apart", "warning", facts=facts)
    assert "&lt;b&gt;h&lt;/b&gt;" in strip(desk)


def test_somebody_who_has_not_signed_in_is_not_told(client: Client, alice: User) -> None:
    noticed("no-worker")
    assert NOBODY_SENDS not in client.get("/sign-in/").content.decode()


def test_a_page_asks_at_most_once_about_troubles(desk: Client, monkeypatch) -> None:
    without_a_watchdog = queries(desk, "/settings/")
    dog = Watchdog()
    dog.view = View(looked_at=here.steady_seconds(), troubles=())
    monkeypatch.setattr(here, "_here", dog)
    assert queries(desk, "/settings/") == without_a_watchdog - 1


def test_a_process_with_a_watchdog_shows_what_that_one_saw(desk: Client, monkeypatch) -> None:
    dog = Watchdog()
    trouble = Trouble(code="database-full", severity=Severity.ERROR)
    dog.view = View(looked_at=here.steady_seconds(), troubles=(trouble,))
    monkeypatch.setattr(here, "_here", dog)
    assert "The database’s disk is full." in strip(desk)


def test_a_page_that_was_read_from_the_database_does_not_say_that_it_is_away(
    desk: Client, monkeypatch
) -> None:
    dog = Watchdog()
    trouble = Trouble(code="database-away", severity=Severity.ERROR)
    dog.view = View(looked_at=here.steady_seconds(), troubles=(trouble,))
    monkeypatch.setattr(here, "_here", dog)
    assert strip(desk) == ""


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (psycopg.OperationalError(), "The database does not answer"),
        (psycopg.errors.QueryCanceled(), "The database answers slowly"),
        (psycopg.errors.DiskFull(), "The database’s disk is full"),
        (psycopg.errors.ReadOnlySqlTransaction(), "The database can only be read"),
    ],
)
def test_a_page_that_the_database_fails_says_so_and_what_is_kept(
    desk: Client, monkeypatch, cause: Exception, said: str
) -> None:
    def fail(_: object) -> None:
        raise OperationalError from cause

    monkeypatch.setattr("parvis.web.views.today.today_of", fail)
    desk.raise_request_exception = False
    answer = desk.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    page = answer.content.decode()
    assert said in page
    assert "saved" in page


def test_an_error_of_our_own_in_the_database_is_not_its_trouble(desk: Client, monkeypatch) -> None:
    def fail(_: object) -> None:
        raise OperationalError from psycopg.errors.SyntaxError()

    monkeypatch.setattr("parvis.web.views.today.today_of", fail)
    desk.raise_request_exception = False
    assert desk.get("/").status_code == 500
