"""Letting go of the database."""

from django.db import connection


def close_connections() -> None:
    """Also the pool, whose threads would hold up the end of the process."""
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()
