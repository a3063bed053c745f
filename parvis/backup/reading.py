"""Reads a backup file, trusting nothing in it before its hashes have been checked."""

import hashlib
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from parvis.backup.errors import BackupDamaged
from parvis.backup.manifest import (
    DATABASE_MEMBER,
    MANIFEST_MEMBER,
    SEAL_MEMBER,
    Manifest,
    Member,
    may_be_a_member,
)
from parvis.backup.writing import CHUNK

LARGEST_MANIFEST = 64 * 1024 * 1024
Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """An opened backup file, known to be whole."""

    manifest: Manifest
    _tar: tarfile.TarFile
    _infos: dict[str, tarfile.TarInfo]

    def unpack(self, place_of: Callable[[str], Path], heard: Heard) -> None:
        """Every member to the place of its name, closed to other users, checked once more on the
        way."""
        done = 0
        for name, member in self.manifest.members.items():
            target = place_of(name)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.touch(mode=0o600)
            with target.open("wb") as out:
                done = _checked(name, self._open(name), member, done, heard, out)

    def check(self, heard: Heard) -> None:
        done = 0
        for name, member in self.manifest.members.items():
            done = _checked(name, self._open(name), member, done, heard, None)

    def _open(self, name: str) -> BinaryIO:
        source = self._tar.extractfile(self._infos[name])
        assert source is not None, "only regular files are let in"
        return source  # type: ignore[return-value]


@contextmanager
def opened_backup(file: Path, heard: Heard) -> Iterator[Backup]:
    """Raises BackupDamaged, before yielding, unless every byte is what the manifest says.

    `heard` is told how many bytes have been checked.
    """
    try:
        with tarfile.open(file, "r:") as tar:
            infos = _infos(tar)
            backup = Backup(_manifest(tar, infos), tar, infos)
            _refuse_other_members(backup.manifest, infos)
            backup.check(heard)
            yield backup
    except (tarfile.TarError, EOFError):
        raise _damaged("it is not a backup of Parvis, or it was cut short") from None


def _infos(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    infos: dict[str, tarfile.TarInfo] = {}
    for info in tar:
        allowed = info.name in (MANIFEST_MEMBER, SEAL_MEMBER) or may_be_a_member(info.name)
        if not (allowed and info.isreg()) or info.name in infos:
            raise _damaged(f"it holds {info.name!r}, which no backup of Parvis has")
        infos[info.name] = info
    return infos


def _manifest(tar: tarfile.TarFile, infos: dict[str, tarfile.TarInfo]) -> Manifest:
    content, seal = (_small(tar, infos, name) for name in (MANIFEST_MEMBER, SEAL_MEMBER))
    if hashlib.sha256(content).hexdigest().encode() != seal:
        raise _damaged("its manifest is not as it was written")
    try:
        return Manifest.from_bytes(content)
    except (ValueError, KeyError, TypeError):
        raise _damaged("it is of a format that this version of Parvis does not know") from None


def _small(tar: tarfile.TarFile, infos: dict[str, tarfile.TarInfo], name: str) -> bytes:
    info = infos.get(name)
    source = tar.extractfile(info) if info and info.size <= LARGEST_MANIFEST else None
    if source is None:
        raise _damaged("it was cut short: its end is missing")
    return source.read()


def _refuse_other_members(manifest: Manifest, infos: dict[str, tarfile.TarInfo]) -> None:
    expected = {*manifest.members, MANIFEST_MEMBER, SEAL_MEMBER}
    if set(infos) != expected or DATABASE_MEMBER not in manifest.members:
        raise _damaged("its members are not those that its manifest names")


def _checked(
    name: str, source: BinaryIO, member: Member, done: int, heard: Heard, out: BinaryIO | None
) -> int:
    """Reads a member to its end, copying it to `out`; answers how many bytes are done in all."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if out is not None:
            out.write(chunk)
        heard(done + size)
    if Member(size=size, sha256=digest.hexdigest()) != member:
        raise _damaged(f"{name} in it is not as it was written")
    return done + size


def _damaged(how: str) -> BackupDamaged:
    return BackupDamaged(
        "damaged",
        f"This backup cannot be used: {how}. Nothing was changed. "
        "Copy the file anew from where it came, or use another backup.",
    )
