"""What the processes say, in one bounded file of the data folder."""

import json
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST_BYTES = 5_000_000
KEPT_FILES = 3


def log_file(folder: Path) -> Path:
    return folder / "parvis.log"


class Log:
    """`echo` repeats each line on stderr: for systemd and containers, which collect it there.
    With `in_json` each line is a JSON object that names its process, whatever was said."""

    def __init__(self, folder: Path, *, echo: bool, in_json: bool = False) -> None:
        self._echo = echo
        self._in_json = in_json
        self._file = RotatingFileHandler(
            log_file(folder), maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )

    def write(self, who: str, line: str) -> None:
        said = json_line(who, line) if self._in_json else f"{who}: {line}"
        self._file.emit(logging.makeLogRecord({"msg": said}))
        if self._echo:
            sys.stderr.write(said + "\n")

    def close(self) -> None:
        self._file.close()


def json_line(who: str, line: str) -> str:
    """What is no JSON object, such as the last words of an interpreter, becomes one."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    facts = said if isinstance(said, dict) else {"event": line}
    return json.dumps({"process": who, **facts}, ensure_ascii=False)
