"""A backup file is used only when every byte of it is what was written."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.backup.errors import BackupDamaged
from parvis.backup.manifest import Manifest
from parvis.backup.reading import opened_backup
from parvis.backup.writing import BackupWriter, new_file

PICTURE = "media/ab/" + "ab" * 32


def write(file: Path, *, migrations: tuple[str, ...] = ("people.0001_initial",)) -> Path:
    with new_file(file, overwrite=False) as out:
        writer = BackupWriter(out, lambda done: None)
        writer.add("database.dump", io.BytesIO(b"the tables" * 1000))
        writer.add(PICTURE, io.BytesIO(b"the picture"))
        writer.add("keys/sealing.key", io.BytesIO(b"the key"))
        writer.finish(
            Manifest(
                made_at=datetime(2026, 11, 21, tzinfo=UTC),
                parvis="0.1.0",
                postgres=180004,
                migrations=migrations,
                counts={"posts": 1},
                missing_media=(),
                members=writer.members,
            )
        )
    return file


def open_it(file: Path) -> Manifest:
    with opened_backup(file, lambda done: None) as backup:
        return backup.manifest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "desk.parvis")


def test_what_was_written_is_read(file: Path, tmp_path: Path) -> None:
    with opened_backup(file, lambda done: None) as backup:
        assert backup.manifest.has_sealing_key
        assert backup.manifest.counts == {"posts": 1}
        backup.unpack((tmp_path / "there").joinpath, lambda done: None)
    assert (tmp_path / "there" / PICTURE).read_bytes() == b"the picture"
    assert (tmp_path / "there" / "database.dump").read_bytes() == b"the tables" * 1000


def test_it_is_a_tar_that_any_tool_reads(file: Path) -> None:
    with tarfile.open(file) as tar:
        assert tar.getnames() == [
            *("database.dump", PICTURE, "keys/sealing.key"),
            *("manifest.json", "manifest.sha256"),
        ]


def test_a_changed_byte_anywhere_in_a_member_is_noticed(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    with tarfile.open(file) as tar:
        places = [(each.name, each.offset_data, each.size) for each in tar]
    for name, start, size in places:
        for at in (start, start + size // 2, start + size - 1):
            changed = bytearray(content)
            changed[at] ^= 1
            damaged = tmp_path / "damaged"
            damaged.write_bytes(changed)
            with pytest.raises(BackupDamaged):
                open_it(damaged)
            assert name


@pytest.mark.parametrize("kept", [0, 100, 512, 5000, 11000, -1100, -2000])
def test_a_file_that_was_cut_short_is_refused(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(BackupDamaged):
        open_it(file)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/parvis",
        "keys/../../outside",
        "media/ab/../../../outside",
        "media/ab/short",
        "keys/other.key",
        "notes.txt",
    ],
)
def test_a_member_that_no_backup_has_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(file, "a:") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupDamaged, match="no backup of Parvis has"):
        open_it(file)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(file: Path, kind: bytes) -> None:
    with tarfile.open(file, "a:") as tar:
        link = tarfile.TarInfo("keys/signing.key")
        link.type, link.linkname = kind, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(BackupDamaged):
        open_it(file)


def test_a_member_that_comes_twice_is_refused(file: Path) -> None:
    with tarfile.open(file, "a:") as tar:
        tar.addfile(tarfile.TarInfo(PICTURE))
    with pytest.raises(BackupDamaged):
        open_it(file)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Alice, " * 100)
    with pytest.raises(BackupDamaged):
        open_it(letter)


def test_a_block_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with new_file(tmp_path / "half.parvis", overwrite=False) as out:
            out.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    taken = tmp_path / "desk.parvis"
    with pytest.raises(FileExistsError), new_file(taken, overwrite=False):
        taken.write_text("mine")
    assert taken.read_text() == "mine"
