"""Clocks that are wrong: a worker's, and the database's as Parvis' statements see it."""

from __future__ import annotations

import datetime as datetimes
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

_FORM = "d"
_usual_time = time.time


def set_wrong(file: Path, by: float) -> None:
    """In one write: whoever reads it meanwhile sees the old number or the new one."""
    file.write_bytes(struct.pack(_FORM, by))


def go_by(file: Path) -> None:
    """From now on this process's wall clock is wrong by what the file says. Its monotonic clock
    is not, as when somebody sets the time of a machine."""

    def wrong_by() -> float:
        return float(struct.unpack(_FORM, file.read_bytes())[0])

    time.time = lambda: _usual_time() + wrong_by()
    moved = _moved_datetime(wrong_by)
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "parvis" and getattr(module, "datetime", None) is datetime:
            module.datetime = moved  # type: ignore[attr-defined]


def _moved_datetime(wrong_by: Callable[[], float]) -> type:
    class Look(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetimes.datetime)

    class MovedDatetime(datetime, metaclass=Look):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetimes.datetime.now(tz) + timedelta(seconds=wrong_by())

    return MovedDatetime


DATABASE = """
CREATE SCHEMA moved;
CREATE TABLE moved.clock (by interval NOT NULL);
INSERT INTO moved.clock VALUES ('0');
CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM moved.clock)';
CREATE FUNCTION moved.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT pg_catalog.statement_timestamp() + (SELECT by FROM moved.clock)';
ALTER ROLE parvis SET search_path = moved, pg_catalog, public;
"""
"""PostgreSQL looks into the schemas in this order, so statements that ask for the time get the
moved one. New connections only: to be done before anybody else is at work."""
MOVE_DATABASE = "UPDATE moved.clock SET by = make_interval(secs => %s)"
