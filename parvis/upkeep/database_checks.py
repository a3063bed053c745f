"""Checks of the database itself: its version, its tables, its clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from parvis import __version__
from parvis.config.installation import OLDEST_POSTGRES
from parvis.deliver.verbs import database_now
from parvis.upkeep.findings import Finding, fault, fine, warning
from parvis.upkeep.preparation import pending_migrations, unknown_migrations

CLOCK_MAY_DIFFER_SECONDS = 5.0


def examine_database() -> list[Finding]:
    return [*_about_server(), *_about_tables(), *_about_clock()]


def _about_server() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " pg_database_size(current_database())"
        )
        version, number, size = cursor.fetchone()
    facts = {"version": version, "oldest": OLDEST_POSTGRES, "size": filesizeformat(size)}
    if number // 10000 < OLDEST_POSTGRES:
        sentence = _(
            "The database server is PostgreSQL %(version)s, and Parvis needs %(oldest)s or newer. "
            "Upgrade it."
        )
        yield fault("database", sentence, **facts)
    else:
        sentence = _("The database answers: PostgreSQL %(version)s, %(size)s.")
        yield fine("database", sentence, **facts)


def _about_tables() -> Iterator[Finding]:
    if newer := unknown_migrations():
        sentence = _(
            "The tables are those of a newer Parvis (%(newer)s). Install that version again, or "
            "restore a backup of this one."
        )
        yield fault("migrations", sentence, newer=newer[-1])
    elif pending := pending_migrations():
        sentence = _(
            "The tables are not yet those of Parvis %(version)s (%(count)s steps). Run `parvis up` "
            "or `parvis migrate`."
        )
        yield fault("migrations", sentence, version=__version__, count=len(pending))
    else:
        sentence = _("The tables are those of Parvis %(version)s.")
        yield fine("migrations", sentence, version=__version__)


def _about_clock() -> Iterator[Finding]:
    """The database's clock decides what is due; this machine's is what people look at."""
    before = datetime.now(UTC)
    theirs = database_now()
    after = datetime.now(UTC)
    apart = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if apart > CLOCK_MAY_DIFFER_SECONDS:
        sentence = _(
            "This machine’s clock and the database’s are %(seconds)s s apart. Posts go out by the "
            "database’s clock. Set both by network time."
        )
        yield warning("clock", sentence, seconds=round(apart))
    else:
        yield fine("clock", _("This machine’s clock and the database’s agree."))
