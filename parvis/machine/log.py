"""What the processes say, in one bounded file of the data folder."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST_BYTES = 5_000_000
KEPT_FILES = 3


def log_file(folder: Path) -> Path:
    return folder / "parvis.log"


class Log:
    """`echo` repeats each line on stderr: for systemd and containers, which collect it there."""

    def __init__(self, folder: Path, *, echo: bool) -> None:
        self._echo = echo
        self._file = RotatingFileHandler(
            log_file(folder), maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )

    def write(self, who: str, line: str) -> None:
        said = f"{who}: {line}"
        self._file.emit(logging.makeLogRecord({"msg": said}))
        if self._echo:
            sys.stderr.write(said + "\n")

    def close(self) -> None:
        self._file.close()
