"""Whether this process may be asked for pages: the database answers, with the tables it expects."""

from functools import cache

from django.db.migrations.loader import MigrationLoader

from parvis.watch.database import DatabaseInTrouble, database_asked
from parvis.watch.troubles import OTHER_TABLES


def why_not_ready() -> str:
    """A code; empty when it is ready. Answers within seconds, whatever the database does."""
    try:
        with database_asked() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except DatabaseInTrouble as away:
        return away.trouble.code
    return "" if _newest_migrations() <= applied else OTHER_TABLES


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """Of every app; what they build on was applied before them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
