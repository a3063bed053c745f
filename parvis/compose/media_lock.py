"""A file's bytes and its row come and go together, also when several machines share the folder.

Who keeps a file holds its hash together with others who keep the same; who takes it away holds it
alone. PostgreSQL lets go of it with the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def while_it_stays(sha256: str) -> Iterator[None]:
    with transaction.atomic():
        _lock("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", sha256)
        yield


@contextmanager
def while_it_goes(sha256: str) -> Iterator[None]:
    with transaction.atomic():
        _lock("SELECT pg_advisory_xact_lock(hashtext(%s))", sha256)
        yield


def _lock(statement: str, sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"parvis.compose.media.{sha256}"])
