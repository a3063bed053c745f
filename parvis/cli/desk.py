"""Opens what a command works on: the data folder, the database, Django."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure
from parvis.config.installation import OLDEST_POSTGRES, Installation, Misconfigured, installation
from parvis.machine.place import prepare_data_folder
from parvis.machine.presence import alone_at_the_desk, using_the_desk, who_runs

if TYPE_CHECKING:
    from parvis.people.models import Workspace

CONNECT_SECONDS = 10


@contextmanager
def opened_desk(*, migrated: bool = True, identified: bool = True) -> Iterator[Installation]:
    """The desk beside its other users. An embedded database is started if it does not run.

    With `migrated`, raises NotMigrated when this version expects other tables than there are; with
    `identified` as well, NotThisDesk when the keys or the media folder are another desk's.
    """
    installed = installation()
    prepare_data_folder(installed)
    _know_what_runs_beside(installed)
    with using_the_desk(installed.data), opened_database(installed):
        if migrated:
            _refuse_another_desk(installed, identified=identified)
        yield installed


def _refuse_another_desk(installed: Installation, *, identified: bool) -> None:
    from parvis.upkeep.identity import prove_identity
    from parvis.upkeep.preparation import refuse_unmigrated

    refuse_unmigrated()
    if identified:
        prove_identity(installed)


def _know_what_runs_beside(installed: Installation) -> None:
    """A running `parvis up` tells its own processes where its pages and its sandbox are. A command
    beside it must judge by the same: whether the sandbox can fetch a picture, which accounts are
    the sandbox's. Django's settings read these variables once they are loaded."""
    running = who_runs(installed.data)
    if running is None or not running.url:
        return
    os.environ.setdefault("PARVIS_LOCAL_URL", running.url)
    if running.sandbox:
        os.environ.setdefault("PARVIS_SANDBOX", running.sandbox)


@contextmanager
def emptied_desk() -> Iterator[Installation]:
    """The desk with nobody else on this machine at work in it. Raises InUse."""
    installed = installation()
    prepare_data_folder(installed)
    with alone_at_the_desk(installed.data), opened_database(installed):
        yield installed


@contextmanager
def opened_database(installed: Installation) -> Iterator[None]:
    """The database answers and Django is ready inside; its connections are closed after."""
    with ExitStack() as open_things:
        if installed.database_url is None:
            open_things.enter_context(installed.postgres().open())
        else:
            _refuse_unreachable(installed.database_url)
        start_django()
        from parvis.backup.unfinished import settle_unfinished_restore
        from parvis.config.database import close_connections

        open_things.callback(close_connections)

        settle_unfinished_restore(installed)
        yield


def _refuse_unreachable(url: str) -> None:
    """Said at once, where the pool would try again for ten seconds and log every try."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            refuse_old_server(connection.info.server_version)
    except psycopg.ProgrammingError:
        # Its text may show the password.
        raise Misconfigured(
            "DATABASE_URL has something in it that PostgreSQL’s library does not know, such as a "
            "misspelt option after the question mark. Nothing was done."
        ) from None


def refuse_old_server(server_version: int) -> None:
    """As libpq counts: 150004 is 15.4."""
    if server_version // 10000 < OLDEST_POSTGRES:
        raise Failure(
            "old-server",
            f"The PostgreSQL that DATABASE_URL names is version {server_version // 10000}. Parvis "
            f"needs {OLDEST_POSTGRES} or newer. Nothing was changed. Upgrade it, or name another.",
            ExitCode.NO_DATABASE,
        )


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")
    import django
    from django.utils.translation import activate

    django.setup()
    activate("en")


def the_workspace() -> "Workspace":
    from parvis.people.verbs import only_workspace

    workspace = only_workspace()
    if workspace is None:
        raise Failure(
            "no-owner",
            "This desk has no owner yet. Nothing was changed. Run `parvis up`, open the address "
            "that it prints and make the owner’s account.",
        )
    return workspace
