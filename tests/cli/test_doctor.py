"""`parvis doctor` finds each planted fault, says what to do, and is content without any."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import disk_usage

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob

from parvis.connections.models import Account
from parvis.deliver.models import Delivery
from parvis.deliver.states import State
from parvis.people.models import Workspace
from parvis.upkeep import database_checks, folder_checks
from parvis.upkeep.preparation import collect_assets
from parvis.watch import ledger
from parvis.watch.models import KeptTrouble, Notice
from tests.cast import kept_picture, make_due, scheduled
from tests.watch.conftest import worker

pytestmark = pytest.mark.django_db(transaction=True)
Examine = Callable[..., dict[str, str]]


@pytest.fixture(autouse=True)
def engine_left_empty(transactional_db: None) -> Iterator[None]:
    """The engine’s tables are not Django’s, so no test’s end empties them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def examine(say) -> Examine:
    """The weight of every finding by its check, and the exit code as "exit"."""

    def examine_it(*options: str) -> dict[str, str]:
        said = say("doctor", *options, "--json")
        findings = json.loads(said.out)["findings"]
        assert all(found["message"] for found in findings)
        return {
            **{found["check"]: found["weight"] for found in findings},
            "exit": said.exit_code,
        }

    return examine_it


@pytest.fixture
def sealing_key(ponts: Account) -> Iterator[Path]:
    """The key that sealed the account’s tokens; as it was when the test is over."""
    file = settings.INSTALLATION.sealing_key_file
    content, mode = file.read_text(), file.stat().st_mode
    yield file
    file.write_text(content)
    file.chmod(mode)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    mode = settings.INSTALLATION.data.stat().st_mode
    yield settings.INSTALLATION.data
    settings.INSTALLATION.data.chmod(mode)


def with_watchdog() -> None:
    with connection.cursor() as cursor:
        ledger.look_recorded(cursor, "host-1:2", "host-1")


def test_a_sound_desk_at_work_is_well(
    examine: Examine, sealing_key: Path, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    kept_picture(workspace)
    worker()
    with_watchdog()
    collect_assets()
    monkeypatch.delenv("PARVIS_ALLOW_PRIVATE_HOSTS")
    found = examine("--deep")
    assert found.pop("exit") == 0
    assert set(found.values()) == {"fine"}


def test_a_key_that_others_can_read(examine: Examine, sealing_key: Path) -> None:
    sealing_key.chmod(0o644)
    found = examine()
    assert (found["sealing-key"], found["exit"]) == ("fault", 1)


def test_a_key_that_is_missing(examine: Examine, sealing_key: Path) -> None:
    sealing_key.unlink()
    assert examine()["tokens"] == "fault"
    # Looking must not make a new one, which would hide what is wrong the next time.
    assert not sealing_key.exists()


def test_a_key_that_is_another_one(examine: Examine, sealing_key: Path) -> None:
    sealing_key.write_text("A" * 43 + "=")
    assert examine()["tokens"] == "fault"


def test_a_data_folder_that_others_can_look_into(examine: Examine, data_folder: Path) -> None:
    data_folder.chmod(0o755)
    found = examine()
    assert (found["data-folder"], found["exit"]) == ("warning", 6)


def test_a_data_folder_that_is_not_there(examine: Examine, tmp_path: Path) -> None:
    found = examine("--data", str(tmp_path / "none"))
    assert (found["data-folder"], found["exit"]) == ("fault", 1)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("megabytes", "weight"), [(50, "fault"), (500, "warning")])
def test_a_disk_that_fills(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, megabytes: int, weight: str
) -> None:
    nearly_full = disk_usage("/")._replace(free=megabytes * 1_000_000)
    monkeypatch.setattr(folder_checks.shutil, "disk_usage", lambda place: nearly_full)
    assert examine()["free-space"] == weight


def test_a_public_address_that_networks_cannot_use(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVIS_PUBLIC_URL", "http://desk.example.org")
    assert examine()["public-address"] == "warning"


def test_a_database_that_is_away(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis@127.0.0.1:1/parvis")
    found = examine()
    assert (found["database"], found["exit"]) == ("fault", 1)


def test_tables_of_an_older_version(examine: Examine) -> None:
    [newest] = MigrationLoader(connection).graph.leaf_nodes("deliver")
    MigrationRecorder(connection).record_unapplied(*newest)
    try:
        assert examine()["migrations"] == "fault"
    finally:
        MigrationRecorder(connection).record_applied(*newest)


def test_tables_of_a_newer_version(examine: Examine) -> None:
    future = ("people", "9999_from_the_future")
    MigrationRecorder(connection).record_applied(*future)
    try:
        assert examine()["migrations"] == "fault"
    finally:
        MigrationRecorder(connection).record_unapplied(*future)


def test_clocks_that_are_apart(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    class AnHourFast(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + timedelta(hours=1)

    monkeypatch.setattr(database_checks, "datetime", AnHourFast)
    assert examine()["clock"] == "warning"


def test_nobody_who_sends(examine: Examine) -> None:
    assert examine()["workers"] == "warning"


def test_a_worker_that_was_lost_while_something_is_scheduled(
    examine: Examine, ponts: Account
) -> None:
    worker(silent_for=timedelta(minutes=5))
    scheduled(ponts, in_=timedelta(days=1))
    found = examine()
    assert (found["workers"], found["exit"]) == ("fault", 1)


def test_workers_that_nobody_watches(examine: Examine) -> None:
    worker()
    assert examine()["watchdog"] == "warning"


def test_a_notice_that_did_not_arrive(examine: Examine) -> None:
    told = KeptTrouble.objects.create(code="no-worker", severity="error", since=Now())
    Notice.objects.create(
        trouble=told, event="opened", way="mail", lease_until=Now(), problem="mail-password"
    )
    assert examine()["notices"] == "warning"


def test_a_delivery_that_was_held_because_it_was_late(examine: Examine, ponts: Account) -> None:
    scheduled(ponts, in_=timedelta(days=1))
    Delivery.objects.update(state=State.HELD, reason_code="too-late")
    assert examine()["late"] == "warning"


def test_a_delivery_that_nobody_took(examine: Examine, ponts: Account) -> None:
    make_due(scheduled(ponts, in_=timedelta(days=1)), timedelta(minutes=10))
    assert examine()["late"] == "fault"


def test_a_delivery_that_waits_for_its_network_is_not_late(
    examine: Examine, ponts: Account
) -> None:
    make_due(scheduled(ponts, in_=timedelta(days=1)), timedelta(minutes=10))
    Account.objects.update(waits_until=Now() + timedelta(hours=1))
    assert examine()["late"] == "fine"


def test_a_delivery_that_waits_for_a_person(examine: Examine, ponts: Account) -> None:
    scheduled(ponts, in_=timedelta(days=1))
    Delivery.objects.update(state=State.UNKNOWN)
    assert examine()["to-decide"] == "warning"


def test_a_job_that_a_lost_worker_left_behind(examine: Examine) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
            " VALUES ('deliver', 'deliver', 'doing')"
        )
    assert ProcrastinateJob.objects.count() == 1
    assert examine()["stuck-jobs"] == "warning"


def test_a_picture_that_is_missing(examine: Examine, workspace: Workspace) -> None:
    media = kept_picture(workspace, colour="olive")
    media.path.unlink()
    assert examine()["media-missing"] == "fault"


def test_a_picture_that_was_cut(examine: Examine, workspace: Workspace) -> None:
    media = kept_picture(workspace, colour="olive")
    os.truncate(media.path, 10)
    assert examine()["media-damaged"] == "fault"
    media.path.unlink()


def test_a_picture_that_was_altered_is_found_by_reading_it(
    examine: Examine, workspace: Workspace
) -> None:
    media = kept_picture(workspace, colour="olive")
    media.path.write_bytes(bytes(media.size))
    assert examine()["media"] == "fine"
    assert examine("--deep")["media-damaged"] == "fault"
    media.path.unlink()


def test_assets_of_another_version(examine: Examine) -> None:
    collect_assets()
    (settings.INSTALLATION.static / ".collected").write_text("another version")
    assert examine()["assets"] == "warning"


def test_private_hosts_that_may_be_called(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVIS_ALLOW_PRIVATE_HOSTS", "intranet.example.org")
    assert examine()["private-hosts"] == "warning"
