"""How a record becomes one line of the log: facts as logfmt or JSON, and never a secret.

Whatever logs, ours or a library, comes through here. What is being worked on (see `log_context`)
stands on each line; a traceback is one more fact of its line, not lines of its own.
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from structlog.contextvars import merge_contextvars
from structlog.processors import (
    ExceptionRenderer,
    JSONRenderer,
    LogfmtRenderer,
    format_exc_info,
)
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from parvis.config.installation import LOG_LEVELS
from parvis.networks.secret import redact

# The addresses that open a file to whoever knows them.
_OPENING = re.compile(r"(/media/open/)[^/\s]+")
# A line stays one line, and a terminal that shows it is not steered by it.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# By name: those who only tell the log need no database driver.
_DATABASE_AWAY = frozenset({"psycopg.OperationalError", "psycopg_pool.PoolTimeout"})
_WORD = 40
_ALWAYS_CLEAN = frozenset({"time", "level", "logger"})
_USUAL_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def log_settings(*, level: str, log_format: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`. Libraries speak up from WARNING on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": new_formatter, "log_format": log_format}},
        "filters": {"news": {"()": LeavesDatabaseNews}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["news"],
            }
        },
        "root": {"handlers": ["stderr"], "level": _at_least_warning(level)},
        "loggers": {
            "parvis": {"level": level},
            # A pool tells of each try to reach a database that is away; see `DatabaseNews`.
            "psycopg.pool": {"level": "ERROR"},
        },
    }


class LeavesDatabaseNews(logging.Filter):
    """Drops the job engine's tracebacks about a database that is away: `DatabaseNews` tells it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] != "procrastinate" or not record.exc_info:
            return True
        return not _says_that_database_is_away(record.exc_info[1])


def new_formatter(*, log_format: str) -> logging.Formatter:
    return ProcessorFormatter(
        foreign_pre_chain=[_place_in_time, _own_facts, merge_contextvars],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            *(_JSON_ENDING if log_format == "json" else _LOGFMT_ENDING),
        ],
    )


def _says_that_database_is_away(error: BaseException | None) -> bool:
    while error is not None:
        if f"{type(error).__module__}.{type(error).__qualname__}" in _DATABASE_AWAY:
            return True
        error = error.__cause__ or error.__context__
    return False


def _at_least_warning(level: str) -> str:
    return LOG_LEVELS[max(LOG_LEVELS.index(level), LOG_LEVELS.index("WARNING"))]


def _place_in_time(_: object, __: str, event: EventDict) -> EventDict:
    """When, how grave and from where, in this order before all else."""
    record: logging.LogRecord = event["_record"]
    at = datetime.fromtimestamp(record.created, UTC)
    return {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        **event,
    }


def _own_facts(_: object, __: str, event: EventDict) -> EventDict:
    """What our own lines say with `extra`. Libraries put whole requests and jobs there."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] == "parvis":
        event.update(
            (name, value) for name, value in vars(record).items() if name not in _USUAL_FIELDS
        )
    return event


def _without_secrets(_: object, __: str, event: EventDict) -> EventDict:
    return {
        name: value if name in _ALWAYS_CLEAN else _clean(value) for name, value in event.items()
    }


def _clean(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    text = str(value)
    return _clean_word(text) if len(text) <= _WORD else _clean_text(text)


@lru_cache(maxsize=1024)
def _clean_word(text: str) -> str:
    """Most of what lines say is said again and again."""
    return _clean_text(text)


def _clean_text(text: str) -> str:
    return _CONTROL.sub(_escaped, _OPENING.sub(r"\1…", redact(text)))


def _escaped(sign: re.Match[str]) -> str:
    return sign.group().encode("unicode_escape").decode("ascii")


_LOGFMT_ENDING: list[Processor] = [
    format_exc_info,
    _without_secrets,
    LogfmtRenderer(bool_as_flag=False),
]
_JSON_ENDING: list[Processor] = [
    ExceptionRenderer(ExceptionDictTransformer(show_locals=False, use_rich=False)),
    _without_secrets,
    JSONRenderer(ensure_ascii=False),
]
