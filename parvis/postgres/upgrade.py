"""From the data of an older major version to the current one, with pg_upgrade.

The data is copied, so the old cluster stays whole until a person deletes its folder: it is the way
back if something shows only later. An upgrade that fails half-way leaves only a draft behind, which
the next start replaces.
"""

import re

from parvis.postgres.cluster import Cluster
from parvis.postgres.configuration import ROLE
from parvis.postgres.errors import DatabaseUnavailable
from parvis.postgres.install import kept_programs
from parvis.postgres.leftovers import without_leftovers
from parvis.postgres.pidfile import remove_stale_pidfile
from parvis.postgres.programs import Site
from parvis.postgres.server import Server

CLEANLY_SHUT_DOWN = "shut down"


def upgrade(old_major: int, new: Cluster) -> None:
    """Make `new` out of the cluster of `old_major`."""
    site = new.site
    old = Cluster(site, old_major, kept_programs(site, old_major))
    site.log.note(f"upgrading the data from PostgreSQL {old_major} to {new.major}")
    old.configure()
    _shut_down_cleanly(old)
    new.draw_up(checksums=_has_checksums(old))
    _run_pg_upgrade(old, new)
    new.adopt_draft()
    site.log.note(
        f"upgraded to PostgreSQL {new.major}. The old data in {old.folder.parent} is no longer "
        "used: delete that folder when you are content"
    )


def refuse_newer(site: Site, newest: int, programs_major: int) -> None:
    """Older data beside it is what an upgrade left: to start on that would lose what came since."""
    if newest > programs_major:
        raise DatabaseUnavailable(
            "newer-data",
            f"The data in {site.layout.home(newest)} was made by PostgreSQL {newest}, and this "
            f"Parvis has PostgreSQL {programs_major}. The data is untouched. Install the newer "
            "Parvis again, or restore a backup into a new data folder.",
        )


def _shut_down_cleanly(old: Cluster) -> None:
    """pg_upgrade refuses data that still needs crash recovery; its own server can do that."""
    if _control_value(old, "Database cluster state") == CLEANLY_SHUT_DOWN:
        remove_stale_pidfile(old.folder, old.site.account)
        return
    server = Server(old.site, old.folder, old.programs)
    server.start()
    server.stop()


def _run_pg_upgrade(old: Cluster, new: Cluster) -> None:
    site = new.site
    socket_folder = site.layout.socket_folder(site.account.uid)
    Server(site, new.draft, new.programs).prepare_socket_folder()
    with without_leftovers(site) as hold:
        output = site.run(
            new.programs.path("pg_upgrade"),
            f"--old-bindir={old.programs.folder}",
            f"--new-bindir={new.programs.folder}",
            f"--old-datadir={old.folder}",
            f"--new-datadir={new.draft}",
            f"--socketdir={socket_folder}",
            f"--username={ROLE}",
            doing=f"upgrading the data from PostgreSQL {old.major} to {new.major}",
            inherit=(hold.descriptor,),
        )
    site.log.write(output)


def _has_checksums(cluster: Cluster) -> bool:
    return _control_value(cluster, "Data page checksum version") != "0"


def _control_value(cluster: Cluster, name: str) -> str:
    output = cluster.site.run(
        cluster.programs.path("pg_controldata"), cluster.folder, doing="reading the old data"
    )
    found = re.search(rf"^{name}:\s*(.+)$", output, re.MULTILINE)
    return found[1].strip() if found else ""
