"""A Parvis of its own to measure: a thrown-away folder, its embedded PostgreSQL, accounts, posts.

The database runs as every desk's does, with nothing tuned for the measurement: what it says is
written is on the disk.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from bench.network import RunningNetwork, running_network
from bench.request import TEXT, TOKEN

if TYPE_CHECKING:
    from parvis.connections.models import Account
    from parvis.deliver.models import Delivery
    from parvis.people.models import Workspace

DAYS_UNTIL_NEVER_DUE = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`template` is a delivery that was written and scheduled as a person's is; all others are
    made after it. It is never due."""

    folder: Path
    network: RunningNetwork
    database_url: str
    workspace: "Workspace"
    accounts: Sequence["Account"]
    template: "Delivery"

    @property
    def environment(self) -> dict[str, str]:
        """What a worker beside this process needs to find the desk."""
        return dict(os.environ)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.database_url, autocommit=True)

    def connect_to(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """Another database of the same server."""
        return psycopg.connect(self.database_url, dbname=database, autocommit=True)


@contextmanager
def opened_desk(accounts: int) -> Iterator[Desk]:
    """Once per process: Django reads its settings when it is loaded."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The measurement was told to stop."))
    folder = Path(tempfile.mkdtemp(prefix="parvis-bench-"))
    folder.chmod(0o711)
    with ExitStack() as open_things:
        open_things.callback(shutil.rmtree, folder, ignore_errors=True)
        network = open_things.enter_context(running_network())
        _settle_in(folder)
        yield _furnished(open_things, folder, network, accounts)


def forget_other_desks() -> None:
    """Whatever installation the caller's environment names, it is not the one that is measured."""
    for name in [name for name in os.environ if name.startswith("PARVIS_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings"


def _settle_in(folder: Path) -> None:
    forget_other_desks()
    os.environ["PARVIS_DATA"] = str(folder / "data")
    os.environ["PARVIS_ALLOW_PRIVATE_HOSTS"] = "127.0.0.1"


def _furnished(
    open_things: ExitStack, folder: Path, network: RunningNetwork, accounts: int
) -> Desk:
    from parvis.cli.desk import opened_database
    from parvis.config.installation import installation
    from parvis.machine.place import prepare_data_folder

    installed = installation()
    prepare_data_folder(installed)
    use = open_things.enter_context(installed.postgres().open())
    open_things.enter_context(opened_database(installed))
    from parvis.upkeep.preparation import prepare_database

    prepare_database()
    workspace = _opened_workspace()
    connected = [_connected(workspace, network.url, number) for number in range(accounts)]
    return Desk(
        folder=folder,
        network=network,
        database_url=use.url,
        workspace=workspace,
        accounts=connected,
        template=_scheduled(connected[0]),
    )


def _opened_workspace() -> "Workspace":
    from parvis.people.verbs import Opening, open_desk, workspace_of

    return workspace_of(
        open_desk(
            Opening(
                name="Alice",
                email="alice@example.org",
                password=uuid.uuid4().hex,
                workspace="Librairie Ponts",
                time_zone="Europe/Paris",
                language="en",
            )
        )
    )


def _connected(workspace: "Workspace", server: str, number: int) -> "Account":
    from parvis.connections.verbs import keep_connected
    from parvis.networks.contract import Connected, Tokens
    from parvis.networks.mastodon import Mastodon

    return keep_connected(
        workspace,
        Connected(
            network="mastodon",
            server=server,
            remote_id=str(109_000 + number),
            handle=f"ponts{number}@social.example.org",
            display_name="Librairie Ponts",
            tokens=Tokens(access=TOKEN, scopes=("read", "write")),
            traits=Mastodon.usual_traits,
        ),
    )


def _scheduled(account: "Account") -> "Delivery":
    from parvis.compose.content import Content, Said
    from parvis.compose.verbs import start_draft
    from parvis.deliver.verbs import database_now, schedule

    content = Content(
        text=TEXT.format(number=0), language="en", visibility="public", said={account.pk: Said()}
    )
    draft = start_draft(account.workspace, None, content)
    (delivery,) = schedule(draft, database_now() + timedelta(days=DAYS_UNTIL_NEVER_DUE))
    return delivery


def until(moment: datetime) -> None:
    """By this host's clock, which the desk's database shares."""
    while (left := moment.timestamp() - time.time()) > 0:
        time.sleep(left)
