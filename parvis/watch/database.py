"""The watchdog's own way to the database: it must never wait for long, whatever the server does."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import ceil
from typing import Any, LiteralString, Protocol

import psycopg
from procrastinate.contrib.django.utils import connector_params

from parvis.watch import troubles
from parvis.watch.troubles import Severity, Trouble

# A machine that has much to do takes seconds for what else takes milliseconds.
PATIENCE_SECONDS = 5.0
# libpq takes no shorter time-out for connecting.
_CONNECT_SECONDS = 2


class Cursor(Protocol):
    """The part of a database cursor that questions here need: psycopg's or Django's."""

    def execute(
        self, statement: LiteralString, parameters: Mapping[str, Any] | None = None, /
    ) -> object: ...

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...


class DatabaseInTrouble(Exception):
    """The database does not do what it was asked. `trouble` says what is known of why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


class Database:
    """One connection, outside of the pool that pages wait for, and made anew when it was lost."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    @contextmanager
    def asked(self) -> Iterator[Cursor]:
        """All that is asked inside must be answered in time. Raises DatabaseInTrouble."""
        is_up = threading.Event()
        try:
            connection = self._opened()
            with _time_limit(connection, self._patience, is_up), connection.cursor() as cursor:
                yield cursor
        except psycopg.Error as error:
            self.close()
            raise DatabaseInTrouble(self._trouble(error, is_up.is_set())) from None

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _trouble(self, error: psycopg.Error, time_is_up: bool) -> Trouble:
        """What cut the connection for its slowness does not know whether anybody was there."""
        if time_is_up and self._answers():
            return _SLOW
        return trouble_of(error)

    def _answers(self) -> bool:
        try:
            with (
                psycopg.connect(**_parameters(self._patience), autocommit=True) as anew,
                _time_limit(anew, self._patience, threading.Event()),
            ):
                anew.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _opened(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = psycopg.connect(**_parameters(self._patience), autocommit=True)
        return self._connection


@contextmanager
def database_asked(patience: float = PATIENCE_SECONDS) -> Iterator[Cursor]:
    """Once, with a connection of its own. Raises DatabaseInTrouble."""
    database = Database(patience)
    try:
        with database.asked() as cursor:
            yield cursor
    finally:
        database.close()


def _parameters(patience: float) -> dict[str, Any]:
    """A server that is cut off does not notice while it works: it has a limit of its own."""
    parameters = connector_params()
    limit = f"-c statement_timeout={round(patience * 2000)}"
    parameters["options"] = f"{parameters.get('options', '')} {limit}".strip()
    return {**parameters, "connect_timeout": max(_CONNECT_SECONDS, ceil(patience))}


def trouble_of(error: psycopg.Error) -> Trouble:
    state = error.sqlstate or ""
    if state == _CANCELLED:
        return _SLOW
    usual = troubles.DATABASE_AWAY if _is_about_the_connection(error) else troubles.DATABASE_REFUSES
    return Trouble(
        code=_BY_SQLSTATE.get(state, usual),
        severity=Severity.ERROR,
        facts={"sqlstate": state or type(error).__name__},
    )


_SLOW = Trouble(code=troubles.DATABASE_SLOW, severity=Severity.WARNING)

# PostgreSQL's documentation, "PostgreSQL Error Codes". By a time limit of the server's.
_CANCELLED = "57014"
_BY_SQLSTATE = {
    "53100": troubles.DATABASE_FULL,
    "25006": troubles.DATABASE_READ_ONLY,
    "42P01": troubles.OTHER_TABLES,
    "42703": troubles.OTHER_TABLES,
}
_CLASSES_OF_AWAY = ("08", "57P")


def _is_about_the_connection(error: psycopg.Error) -> bool:
    if error.sqlstate:
        return error.sqlstate.startswith(_CLASSES_OF_AWAY)
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


@contextmanager
def _time_limit(
    connection: psycopg.Connection[Any], seconds: float, is_up: threading.Event
) -> Iterator[None]:
    """Cuts the connection after `seconds`, and says so by `is_up`: a server that hangs answers
    neither a query nor the wish to cancel it. The descriptor is our own copy, so that no other's
    can be cut instead."""
    ours = connection.pgconn.socket
    with _copy_of(ours) as wire:
        timer = threading.Timer(seconds, _cut, [wire, is_up])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _copy_of(descriptor: int) -> socket.socket:
    with socket.socket(fileno=descriptor) as known:
        copy = known.dup()
        known.detach()
    return copy


def _cut(wire: socket.socket, is_up: threading.Event) -> None:
    is_up.set()
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
