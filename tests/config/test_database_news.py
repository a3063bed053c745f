"""That the database is away is told once, and once that it is back."""

import logging

import pytest

from parvis.config import database
from parvis.config.database import QUIET_SECONDS, DatabaseNews


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(database, "time", clock)
    return clock


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    records: list[logging.LogRecord] = []
    monkeypatch.setattr(database.log, "handle", records.append)
    monkeypatch.setattr(database.log, "level", logging.INFO)
    return records


def test_an_absence_is_told_once_however_often_it_is_noticed(
    clock: Clock, told: list[logging.LogRecord]
) -> None:
    news = DatabaseNews()
    for _ in range(5):
        news.away(OSError())
    assert [record.levelname for record in told] == ["WARNING"]


def test_a_database_that_answers_is_no_news(clock: Clock, told: list[logging.LogRecord]) -> None:
    DatabaseNews().back()
    assert not told


def test_its_return_is_told_with_how_long_it_was_away(
    clock: Clock, told: list[logging.LogRecord]
) -> None:
    news = DatabaseNews()
    news.away(OSError())
    clock.now += 30
    news.back()
    news.back()
    assert [record.levelname for record in told] == ["WARNING", "INFO"]
    assert vars(told[1])["seconds"] == 30.0


def test_a_broken_connection_found_just_after_the_return_is_the_same_absence(
    clock: Clock, told: list[logging.LogRecord]
) -> None:
    news = DatabaseNews()
    news.away(OSError())
    clock.now += QUIET_SECONDS / 2
    news.back()
    news.away(OSError())
    clock.now += QUIET_SECONDS
    news.back()
    assert [record.levelname for record in told] == ["WARNING", "INFO"]
