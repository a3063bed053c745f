"""How a record becomes one line of the log: facts as logfmt or JSON, and never a secret.

Whatever logs, ours or a library, comes through here. What is being worked on (see `log_context`)
stands on each line; a traceback is one more fact of its line, not lines of its own.

A busy worker writes thousands of lines a second, so a line is made in one pass: through structlog's
chain of processors it took four times as long. What is rare, a traceback, is structlog's to render.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from structlog.processors import ExceptionRenderer, format_exc_info
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

from parvis.config.installation import LOG_LEVELS
from parvis.config.log_context import facts_of_the_work
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

# No line tells its thread, its process or its place in the source, so that none is looked for:
# "Optimization" in the standard library's logging HOWTO.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None

Facts = dict[str, Any]


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
    return _JSON if log_format == "json" else _LOGFMT


class _Lines(logging.Formatter):
    """`failures` renders a traceback as facts, `written` a line's facts as its text, without
    secrets."""

    def __init__(self, failures: Processor, written: Callable[[Facts], str]) -> None:
        super().__init__()
        self._failures = failures
        self._written = written

    def format(self, record: logging.LogRecord) -> str:
        facts = _facts_of(record)
        if record.exc_info:
            told = self._failures(None, "", {**facts, "exc_info": record.exc_info})
            facts = cast("Facts", told)
        if record.stack_info:
            facts["stack"] = record.stack_info
        return self._written(facts)


def _facts_of(record: logging.LogRecord) -> Facts:
    """When, how grave and from where, in this order before all else."""
    second, fraction = divmod(record.created, 1)
    facts = {
        "time": f"{_written_second(int(second))}.{int(fraction * 1000):03}Z",
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
    }
    if record.name.partition(".")[0] == "parvis":
        facts |= _own_facts(record)
    return {**facts, **facts_of_the_work(), **facts}


@lru_cache(maxsize=8)
def _written_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _own_facts(record: logging.LogRecord) -> Facts:
    """What our own lines say with `extra`. Libraries put whole requests and jobs there."""
    return {name: value for name, value in vars(record).items() if name not in _USUAL_FIELDS}


def _says_that_database_is_away(error: BaseException | None) -> bool:
    while error is not None:
        if f"{type(error).__module__}.{type(error).__qualname__}" in _DATABASE_AWAY:
            return True
        error = error.__cause__ or error.__context__
    return False


def _at_least_warning(level: str) -> str:
    return LOG_LEVELS[max(LOG_LEVELS.index(level), LOG_LEVELS.index("WARNING"))]


def _without_secrets(facts: Facts) -> Facts:
    return {
        name: value if name in _ALWAYS_CLEAN else _clean(value) for name, value in facts.items()
    }


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_word(str(value)) if len(value) <= _WORD else _clean_text(value)
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    return _clean_text(str(value))


@lru_cache(maxsize=1024)
def _clean_word(text: str) -> str:
    """Most of what lines say is said again and again."""
    return _clean_text(text)


def _clean_text(text: str) -> str:
    return _CONTROL.sub(_escaped, _OPENING.sub(r"\1…", redact(text)))


def _escaped(sign: re.Match[str]) -> str:
    return sign.group().encode("unicode_escape").decode("ascii")


def _as_logfmt(facts: Facts) -> str:
    return " ".join([f"{name}={_logfmt_value(name, value)}" for name, value in facts.items()])


def _logfmt_value(name: str, value: Any) -> str:
    """Quoted where a reader would not know its end; None is nothing. The usual kinds first."""
    if name in _ALWAYS_CLEAN:
        return str(value)
    if isinstance(value, str):
        return _logfmt_word(str(value)) if len(value) <= _WORD else _quoted(_clean_text(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else _quoted(str(_clean(value)))


@lru_cache(maxsize=1024)
def _logfmt_word(text: str) -> str:
    return _quoted(_clean_text(text))


def _quoted(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text.replace("\n", "\\n")
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def _as_json(facts: Facts) -> str:
    return _ENCODER.encode(_without_secrets(facts))


_NEEDS_QUOTES = re.compile(r'[ ="]')
# What is no JSON was made text by `_clean`.
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_LOGFMT = _Lines(format_exc_info, _as_logfmt)
_JSON = _Lines(
    ExceptionRenderer(ExceptionDictTransformer(show_locals=False, use_rich=False)), _as_json
)
