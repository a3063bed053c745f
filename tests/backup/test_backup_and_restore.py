"""A desk is saved in one file and put back from it, by the command, in processes of its own."""

import json
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from parvis.backup.manifest import Manifest
from parvis.backup.reading import opened_backup
from parvis.backup.writing import BackupWriter, new_file
from tests.installed import Installed, NewInstallation

pytestmark = [pytest.mark.installation, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def desk(new_installation: NewInstallation) -> Iterator[Installed]:
    """Alice’s desk. Tests leave it as they find it."""
    installed = new_installation()
    with installed.database_open():
        installed.run("migrate")
        installed.inside("furnish")
        yield installed


@pytest.fixture(scope="module")
def backup(desk: Installed) -> Path:
    file = desk.data.parent / "desk.parvis"
    assert desk.run("backup", str(file)).returncode == 0
    return file


@pytest.fixture(scope="module")
def elsewhere(new_installation: NewInstallation) -> Iterator[Installed]:
    """Another machine, with nothing on it at first."""
    installed = new_installation()
    with installed.database_open():
        yield installed


@pytest.fixture(scope="module")
def as_it_was(desk: Installed) -> dict[str, Any]:
    return what_is_there(desk)


def what_is_there(desk: Installed) -> dict[str, Any]:
    pictures = [sha256 for (sha256,) in desk.query("SELECT sha256 FROM compose_media")]
    return {
        "people": desk.query("SELECT email FROM people_user"),
        "posts": desk.query("SELECT id, text FROM compose_post"),
        "accounts": desk.query("SELECT id, handle, state FROM connections_account ORDER BY id"),
        "tokens": desk.query("SELECT id, sealed_tokens FROM connections_account ORDER BY id"),
        "pictures": [(desk.data / "media" / sha[:2] / sha).read_bytes() for sha in pictures],
        "key": (desk.data / "keys" / "sealing.key").read_bytes(),
        "deliveries": states_of(desk),
    }


def states_of(desk: Installed) -> list[tuple[str, str]]:
    return desk.query("SELECT state, reason_code FROM deliver_delivery ORDER BY id")


@contextmanager
def some_days_later(desk: Installed) -> Iterator[None]:
    """What was to come is due, while the block lasts."""
    shift = "UPDATE deliver_delivery SET due_at = due_at {0}, ready_at = ready_at {0}"
    desk.query(shift.format("- interval '2 days'"))
    yield
    desk.query(shift.format("+ interval '2 days'"))


def test_everything_comes_back_on_an_empty_machine(
    elsewhere: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    assert elsewhere.run("restore", str(backup)).returncode == 0
    assert what_is_there(elsewhere) == as_it_was
    doctor = elsewhere.answer("doctor")["findings"]
    assert [found["weight"] for found in doctor if found["check"] == "tokens"] == ["fine"]


def test_the_file_is_closed_to_others_from_the_start(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_left_alone_unless_forced(desk: Installed, backup: Path) -> None:
    file = backup.with_name("other.parvis")
    file.write_text("mine")
    assert desk.answer("backup", str(file))["error"]["code"] == "exists"
    assert file.read_text() == "mine"
    assert desk.run("backup", str(file), "--force").returncode == 0
    with opened_backup(file, lambda done: None) as whole:
        assert whole.manifest.counts["deliveries"] == 2


def test_a_desk_that_is_there_is_only_replaced_when_asked_to(
    desk: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    desk.query("TRUNCATE deliver_delivery CASCADE")
    refused = desk.answer("restore", str(backup))
    assert refused["error"]["code"] == "not-empty"
    assert states_of(desk) == []
    assert desk.run("restore", str(backup), "--replace").returncode == 0
    assert what_is_there(desk) == as_it_was
    assert not list(desk.data.glob("*.before"))


def test_what_came_due_meanwhile_is_not_sent_again_by_itself(
    elsewhere: Installed, desk: Installed, backup: Path
) -> None:
    older = backup.with_name("older.parvis")
    with some_days_later(desk):
        desk.run("backup", str(older))
    restored = elsewhere.answer("restore", str(older), "--replace")
    assert (restored["exit_code"], restored["to_decide"]) == (6, 2)
    assert states_of(elsewhere) == [("unknown", "restored")] * 2


def test_without_its_key_the_accounts_ask_to_be_connected_again(
    elsewhere: Installed, desk: Installed, backup: Path
) -> None:
    keyless = backup.with_name("keyless.parvis")
    desk.run("backup", str(keyless), "--without-key")
    (elsewhere.data / "keys" / "sealing.key").unlink()
    restored = elsewhere.answer("restore", str(keyless), "--replace")
    assert restored["exit_code"] == 6
    assert len(restored["accounts_to_reconnect"]) == 2
    states = elsewhere.query("SELECT DISTINCT state FROM connections_account")
    assert states == [("needs reconnect",)]
    assert states_of(elsewhere) == [("held", "reconnect")] * 2


def test_the_key_that_is_there_still_opens_a_backup_without_one(
    desk: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    keyless = backup.with_name("keyless-again.parvis")
    desk.run("backup", str(keyless), "--without-key")
    assert desk.run("restore", str(keyless), "--replace").returncode == 0
    assert what_is_there(desk) == as_it_was


def test_a_damaged_file_changes_nothing(
    desk: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    damaged = backup.with_name("damaged.parvis")
    content = bytearray(backup.read_bytes())
    content[5000] ^= 1
    damaged.write_bytes(content)
    refused = desk.answer("restore", str(damaged), "--replace")
    assert (refused["exit_code"], refused["error"]["code"]) == (8, "damaged")
    assert what_is_there(desk) == as_it_was


def test_a_dump_that_the_database_does_not_take_changes_nothing(
    desk: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    """Whole by its hashes, and yet no dump: everything that was moved aside comes back."""
    odd = backup.with_name("odd.parvis")
    with new_file(odd, overwrite=False) as out:
        writer = BackupWriter(out, lambda done: None)
        writer.add("database.dump", BytesIO(b"no dump at all"))
        writer.finish(manifest_of(writer))
    refused = desk.answer("restore", str(odd), "--replace")
    assert refused["error"]["code"] == "load-failed"
    assert what_is_there(desk) == as_it_was


def test_a_restore_that_is_killed_is_undone_by_whoever_comes_next(
    desk: Installed, backup: Path, as_it_was: dict[str, Any]
) -> None:
    desk.query("UPDATE compose_post SET text = 'newer than the backup'")
    with pytest.raises(AssertionError):
        desk.inside("restore_and_die", str(backup))
    assert (desk.data / "media.before").is_dir()
    assert desk.run("posts").returncode == 0
    [(_, text)] = what_is_there(desk)["posts"]
    assert text == "newer than the backup"
    assert not [*desk.data.glob("*.before"), *desk.data.glob("restor*.json")]
    desk.query(f"UPDATE compose_post SET text = '{as_it_was['posts'][0][1]}'")
    assert what_is_there(desk) == as_it_was


def test_a_full_disk_leaves_no_half_file(desk: Installed, backup: Path) -> None:
    full = backup.with_name("full.parvis")
    said = subprocess.run(
        [sys.executable, "-m", "parvis", "backup", str(full), "--json"],
        env=desk.env,
        capture_output=True,
        text=True,
        # The kernel refuses to let any file grow beyond this, as a full disk would.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        check=False,
    )
    assert json.loads(said.stdout)["error"]["code"] == "disk-full"
    assert not list(backup.parent.glob("*full.parvis*"))


def test_a_picture_that_is_gone_is_told_and_the_rest_is_saved(
    desk: Installed, backup: Path
) -> None:
    [(picture,)] = desk.query("SELECT sha256 FROM compose_media")
    file = desk.data / "media" / picture[:2] / picture
    content = file.read_bytes()
    file.unlink()
    made = desk.answer("backup", str(backup.with_name("without-picture.parvis")))
    file.write_bytes(content)
    assert (made["exit_code"], made["missing_media"]) == (6, [picture])


def manifest_of(writer: BackupWriter) -> Manifest:
    return Manifest(
        made_at=datetime.now(UTC),
        parvis="0.1.0",
        postgres=180000,
        migrations=(),
        counts={},
        missing_media=(),
        members=writer.members,
    )
