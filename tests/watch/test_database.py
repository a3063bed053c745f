"""Asking the database never takes long, and what stands in the way gets its name."""

import socket
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from parvis.watch.database import Database, DatabaseInTrouble, database_asked

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO_SECONDS = 10.0


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def lead_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that are made from now on go there."""
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", port)


def test_a_database_that_refuses_is_away(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    lead_to(closed_port, monkeypatch)
    with pytest.raises(DatabaseInTrouble, match="database-away"), database_asked():
        pass


def test_a_database_that_says_nothing_is_away_before_long(
    monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    lead_to(silent_port, monkeypatch)
    began = time.monotonic()
    with pytest.raises(DatabaseInTrouble, match="database-away"), database_asked():
        pass
    assert time.monotonic() - began < LONG_AGO_SECONDS


def test_a_database_that_stops_answering_is_away_before_long(
    monkeypatch: pytest.MonkeyPatch, silent_port: int
) -> None:
    database = Database(patience=0.3)
    with database.asked() as cursor:
        cursor.execute("SELECT 1")
    lead_to(silent_port, monkeypatch)
    began = time.monotonic()
    with pytest.raises(DatabaseInTrouble, match="database-away"), database.asked() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    assert time.monotonic() - began < LONG_AGO_SECONDS


def test_a_database_that_takes_long_is_slow_and_not_away() -> None:
    began = time.monotonic()
    with (
        pytest.raises(DatabaseInTrouble, match="database-slow"),
        database_asked(patience=1.0) as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")
    assert time.monotonic() - began < LONG_AGO_SECONDS


def test_a_lost_connection_is_made_anew_at_the_next_look() -> None:
    database = Database(patience=0.3)
    with pytest.raises(DatabaseInTrouble), database.asked() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    with database.asked() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
    database.close()


def test_a_connection_is_kept_from_look_to_look() -> None:
    database = Database()
    with database.asked() as cursor:
        first = cursor.execute("SELECT pg_backend_pid()").fetchone()
    with database.asked() as cursor:
        assert cursor.execute("SELECT pg_backend_pid()").fetchone() == first
    database.close()


@pytest.mark.parametrize(
    ("sqlstate", "code"),
    [
        ("53100", "database-full"),
        ("25006", "database-read-only"),
        ("42P01", "other-tables"),
        ("57P01", "database-away"),
        ("57014", "database-slow"),
        ("53300", "database-refuses"),
        ("42501", "database-refuses"),
    ],
)
def test_what_the_database_says_is_told_apart(sqlstate: str, code: str) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"
    with pytest.raises(DatabaseInTrouble, match=code), database_asked() as cursor:
        cursor.execute(statement)  # type: ignore[arg-type]


def test_an_error_that_is_not_the_databases_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), database_asked():
        raise ZeroDivisionError


def test_a_standby_can_only_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {**connection.settings_dict["OPTIONS"]}
    options["options"] = "-c default_transaction_read_only=on"
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    with (
        pytest.raises(DatabaseInTrouble, match="database-read-only") as told,
        database_asked() as cursor,
    ):
        cursor.execute("DELETE FROM watch_watcher")
    assert told.value.trouble.facts == {"sqlstate": psycopg.errors.ReadOnlySqlTransaction.sqlstate}
