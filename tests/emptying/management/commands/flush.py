"""Django's `flush`, for tables of a few rows: what a test that commits leaves behind.

Django truncates every table and then makes its content types and permissions anew, which takes
longer than most tests. Here rows are deleted, and what belongs to the tables themselves stays.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

KEPT = {Permission._meta.db_table, ContentType._meta.db_table}
# Beyond this it is quicker to begin a table's files anew; and deleted rows never pile up.
LARGE_BYTES = 500_000


class Command(BaseCommand):
    help = "Empties the tables of the tests’ database."
    stealth_options = (
        "database",
        "interactive",
        "reset_sequences",
        "allow_cascade",
        "inhibit_post_migrate",
    )

    def handle(self, *, database: str = DEFAULT_DB_ALIAS, **_options: Any) -> None:
        connection = connections[database]
        with transaction.atomic(using=database), connection.cursor() as cursor:
            empty(cursor, tables_of(connection))


def tables_of(connection: BaseDatabaseWrapper) -> list[str]:
    named = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted({*named} - KEPT)


def empty(cursor: CursorWrapper, tables: list[str]) -> None:
    """Locks as TRUNCATE does: what another thread has begun is over before, and goes as well."""
    cursor.execute(f"LOCK TABLE {_in_list(tables)} IN ACCESS EXCLUSIVE MODE")
    large = _large(cursor, tables)
    if large:
        cursor.execute(f"TRUNCATE {_in_list(large)} CASCADE")
    # Without its foreign keys and triggers, which have nothing to say where everything goes.
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(";".join(f'DELETE FROM "{table}"' for table in tables))


def _large(cursor: CursorWrapper, tables: list[str]) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)"
        " AND relname = ANY(%s) AND pg_relation_size(oid) > %s",
        [tables, LARGE_BYTES],
    )
    return [name for (name,) in cursor.fetchall()]


def _in_list(tables: list[str]) -> str:
    return ", ".join(f'"{table}"' for table in tables)
