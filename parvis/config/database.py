"""Letting go of the database, and telling that it is away."""

import logging
import threading
import time

from django.db import connection

log = logging.getLogger(__name__)


def close_connections() -> None:
    """Also the pool, whose threads would hold up the end of the process."""
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()


# Connections that broke unnoticed in a pool are still found for a while after the database is back.
QUIET_SECONDS = 2.0


class DatabaseNews:
    """Says once that the database is away and once that it is back, however many parts of a process
    notice, and however often."""

    def __init__(self) -> None:
        self._away_since: float | None = None
        self._missed_at = 0.0
        self._lock = threading.Lock()

    def away(self, error: BaseException) -> None:
        with self._lock:
            first = self._away_since is None
            self._missed_at = time.monotonic()
            self._away_since = self._away_since or self._missed_at
        if first:
            log.warning(
                "the database cannot be reached; nothing is sent until it is back",
                extra={"error": type(error).__name__},
            )

    def back(self) -> None:
        """After anything that the database has answered; told once nobody has missed it lately."""
        now = time.monotonic()
        with self._lock:
            if self._away_since is None or now - self._missed_at < QUIET_SECONDS:
                return
            since, self._away_since = self._away_since, None
        log.info("the database is back", extra={"seconds": round(now - since, 1)})


# Of this process: it either reaches the database or it does not.
database_news = DatabaseNews()
