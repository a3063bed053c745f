"""What a line of the log looks like, and what never stands on one."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest

from parvis.config.log_context import about
from parvis.config.log_lines import LeavesDatabaseNews, log_settings, new_formatter

log = logging.getLogger("parvis.tests.log_lines")


class Lines:
    """What has been logged, as it would stand on stderr."""

    def __init__(self, log_format: str) -> None:
        self._out = StringIO()
        self.handler = logging.StreamHandler(self._out)
        self.handler.setFormatter(new_formatter(log_format=log_format))

    @property
    def all(self) -> list[str]:
        return self._out.getvalue().splitlines()

    @property
    def last(self) -> str:
        return self.all[-1]

    @property
    def last_facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.last)
        return facts


@pytest.fixture(params=["logfmt", "json"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    yield from listening(request.param)


@pytest.fixture
def logfmt() -> Iterator[Lines]:
    yield from listening("logfmt")


@pytest.fixture
def in_json() -> Iterator[Lines]:
    yield from listening("json")


def listening(log_format: str) -> Iterator[Lines]:
    lines = Lines(log_format)
    root = logging.getLogger()
    root.addHandler(lines.handler)
    log.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(lines.handler)


def fail(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("it failed")


def test_a_line_says_when_how_grave_where_and_what(in_json: Lines) -> None:
    log.warning("settled", extra={"state": "published"})
    facts = in_json.last_facts
    assert facts.pop("time").endswith("Z")
    assert facts == {
        "level": "warning",
        "logger": log.name,
        "event": "settled",
        "state": "published",
    }


def test_times_are_of_utc_and_in_milliseconds(in_json: Lines) -> None:
    record = logging.makeLogRecord(
        {"msg": "x", "name": log.name, "levelno": logging.INFO, "created": 1_700_000_000.5}
    )
    logging.getLogger().handle(record)
    assert in_json.last_facts["time"] == "2023-11-14T22:13:20.500Z"


def test_facts_for_people_are_words_and_signs(logfmt: Lines) -> None:
    log.info("two words", extra={"state": "published", "seconds": 0.5, "known": True})
    assert logfmt.last.endswith(' event="two words" state=published seconds=0.5 known=true')


def test_what_is_being_worked_on_stands_on_the_line(in_json: Lines) -> None:
    with about(delivery=7, account=3):
        with about(part=1):
            log.info("sent")
        log.info("settled")
    log.info("after")
    inner, outer, after = (json.loads(line) for line in in_json.all)
    assert (inner["delivery"], inner["account"], inner["part"]) == (7, 3, 1)
    assert outer["delivery"] == 7
    assert "part" not in outer
    assert "delivery" not in after


async def test_tasks_that_run_side_by_side_keep_their_own(in_json: Lines) -> None:
    async def work(delivery: int) -> None:
        with about(delivery=delivery):
            await asyncio.sleep(0)
            await asyncio.create_task(said(delivery))

    async def said(delivery: int) -> None:
        await asyncio.sleep(0)
        log.info(str(delivery))

    await asyncio.gather(*(work(delivery) for delivery in range(5)))
    told = [json.loads(line) for line in in_json.all]
    assert [fact["event"] for fact in told] == [str(fact["delivery"]) for fact in told]


@pytest.mark.parametrize(
    "secret",
    ["Bearer abcdefghijkl", "access_token=abcdefghijkl", "eyJhbGciOi.abcdefghijkl.x"],
)
def test_a_secret_does_not_stand_in_a_message_a_fact_or_a_traceback(
    lines: Lines, secret: str
) -> None:
    log.warning("it said %s", secret)
    log.warning("it said", extra={"answer": {"body": [secret]}})
    fail(secret)
    assert len(lines.all) == 3
    assert "abcdefghijkl" not in "".join(lines.all)


def test_an_address_that_opens_a_file_is_cut(lines: Lines) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/media/open/guess-me/file.jpg")
    assert "/media/open/…/file.jpg" in lines.last


def test_a_traceback_stays_on_its_line(logfmt: Lines) -> None:
    fail("what went wrong")
    assert len(logfmt.all) == 1
    assert "Traceback (most recent call last):" in logfmt.last
    assert "what went wrong" in logfmt.last


def test_a_traceback_is_one_fact_in_json_and_shows_no_variables(in_json: Lines) -> None:
    fail("what went wrong")
    (exception,) = in_json.last_facts["exception"]
    assert (exception["exc_type"], exception["exc_value"]) == ("ValueError", "what went wrong")
    assert exception["frames"][-1]["name"] == "fail"
    assert "locals" not in exception["frames"][-1]


def test_a_line_stays_one_line_whatever_a_network_said(lines: Lines) -> None:
    log.warning("it said %s", "one\ntwo\r\x1b[31mred\u2028three")
    assert len(lines.all) == 1
    assert "\x1b" not in lines.last


def test_libraries_put_no_objects_on_the_line(in_json: Lines) -> None:
    logging.getLogger("django.request").warning("no", extra={"request": object()})
    assert "request" not in in_json.last_facts


def test_facts_that_json_does_not_know_are_told_as_text(in_json: Lines) -> None:
    log.info("x", extra={"kinds": {1}, "what": ValueError("y")})
    assert (in_json.last_facts["kinds"], in_json.last_facts["what"]) == ([1], "y")


def test_a_database_that_is_away_is_not_told_by_the_job_engine_as_well() -> None:
    def record(logger: str, error: Exception) -> logging.LogRecord:
        told = (type(error), error, None)
        return logging.makeLogRecord({"name": logger, "msg": "x", "exc_info": told})

    away, defect = psycopg.OperationalError("away"), psycopg.ProgrammingError("no such table")
    wrapped = RuntimeError("database error")
    wrapped.__cause__ = away
    news = LeavesDatabaseNews()
    assert not news.filter(record("procrastinate.worker", wrapped))
    assert news.filter(record("procrastinate.worker", defect))
    assert news.filter(record("parvis.deliver", away))


@pytest.mark.parametrize(
    ("level", "root"), [("DEBUG", "WARNING"), ("INFO", "WARNING"), ("ERROR", "ERROR")]
)
def test_libraries_are_never_more_talkative_than_warnings(level: str, root: str) -> None:
    settings = log_settings(level=level, log_format="logfmt")
    assert settings["root"]["level"] == root
    assert settings["loggers"]["parvis"]["level"] == level
