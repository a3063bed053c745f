"""Data made by an older PostgreSQL comes along, and stays behind as well."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from parvis.postgres import DatabaseUnavailable, wheel_programs
from parvis.postgres.account import prepare_folder
from parvis.postgres.cluster import Cluster
from parvis.postgres.keeper import Site
from parvis.postgres.log import Log
from parvis.postgres.programs import Programs
from parvis.postgres.server import Server
from tests.postgres.conftest import Desk, answer

DEBIAN = Path("/usr/lib/postgresql")


def older_installs() -> list[Path]:
    """The bin folders of PostgreSQL 15 and later, older than ours: the wheel's and Debian's."""
    newest = wheel_programs().folder
    wheel = newest.parent.parent.glob("pginstall*/bin")
    found = [*(folder for folder in wheel if folder != newest), *DEBIAN.glob("*/bin")]
    majors = {Programs(folder).major(): folder for folder in found}
    return [majors[major] for major in sorted(majors) if 15 <= major < wheel_programs().major()]


def version_of(folder: Path) -> str:
    return f"from-{Programs(folder).major()}"


@pytest.fixture
def old_cluster(request: pytest.FixtureRequest, new_desk: Desk) -> Cluster:
    """As this supervisor made it when that version was the newest; the oldest one usually."""
    account = new_desk.account()
    prepare_folder(new_desk.folder, account)
    site = Site(new_desk.layout, account, Log(new_desk.layout.log, account))
    programs = Programs(getattr(request, "param", older_installs()[0]))
    cluster = Cluster(site, programs.major(), programs)
    cluster.create()
    install = new_desk.layout.install(cluster.major)
    install.mkdir()
    (install / "bin").symlink_to(programs.folder)
    return cluster


@pytest.mark.parametrize("old_cluster", older_installs(), ids=version_of, indirect=True)
def test_rows_are_there_after_an_upgrade(new_desk: Desk, old_cluster: Cluster) -> None:
    _stop(_with_a_book(old_cluster))
    with new_desk.open() as use:
        assert answer(use.url, "select shop from books") == "Ponts"
        assert answer(use.url, "show server_version_num") >= "180000"
        assert answer(use.url, "show data_checksums") == "on"
        rules = "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"
        assert answer(use.url, rules) == "peer"
    assert "delete that folder when you are content" in new_desk.log()


def test_an_upgrade_recovers_data_whose_server_was_killed(
    new_desk: Desk, old_cluster: Cluster
) -> None:
    server = _with_a_book(old_cluster)
    new_desk.server().kill()
    server.stop()
    with new_desk.open() as use:
        assert answer(use.url, "select shop from books") == "Ponts"


def test_the_old_data_stays_until_a_person_deletes_it(new_desk: Desk, old_cluster: Cluster) -> None:
    _stop(_with_a_book(old_cluster))
    new_desk.open().close(wait=True)
    server = Server(old_cluster.site, old_cluster.folder, old_cluster.programs)
    server.start()
    try:
        assert answer(_url(new_desk), "select shop from books") == "Ponts"
    finally:
        server.stop()


def test_an_upgrade_that_fails_keeps_the_old_data_and_can_be_repeated(
    new_desk: Desk, old_cluster: Cluster
) -> None:
    _stop(_with_a_book(old_cluster))
    link = new_desk.layout.install(old_cluster.major) / "bin"
    link.unlink()
    with pytest.raises(DatabaseUnavailable, match="The data is untouched"):
        new_desk.open()
    link.symlink_to(old_cluster.programs.folder)
    with new_desk.open() as use:
        assert answer(use.url, "select shop from books") == "Ponts"


def test_data_of_a_newer_postgresql_is_refused(desk: Desk) -> None:
    desk.layout.home(18).rename(desk.layout.home(99))
    with pytest.raises(DatabaseUnavailable, match="Install the newer Parvis again") as caught:
        desk.open()
    assert caught.value.code == "newer-data"


def test_older_data_beside_newer_is_not_started(desk: Desk) -> None:
    subprocess.run(["cp", "-a", desk.layout.home(18), desk.layout.home(99)], check=True)
    with pytest.raises(DatabaseUnavailable, match="Install the newer Parvis again"):
        desk.open()


def test_programs_that_changed_are_copied_anew(desk: Desk) -> None:
    copied = desk.layout.install(18) / "bin/postgres"
    copied.write_bytes(b"of another version")
    with desk.open() as use:
        assert answer(use.url) == 1
    assert copied.stat().st_size == wheel_programs().path("postgres").stat().st_size


def _with_a_book(cluster: Cluster) -> Server:
    cluster.configure()
    server = Server(cluster.site, cluster.folder, cluster.programs)
    server.start()
    socket = cluster.site.layout.socket_folder(cluster.site.account.uid)
    with psycopg.connect(f"postgresql://parvis@/parvis?host={socket}", autocommit=True) as made:
        made.execute("create table books as select 'Ponts' as shop")
    return server


def _stop(server: Server) -> None:
    server.stop()
    assert not server.running()


def _url(desk: Desk) -> str:
    socket = desk.layout.socket_folder(desk.account().uid)
    return f"postgresql://parvis@/parvis?host={socket}"
