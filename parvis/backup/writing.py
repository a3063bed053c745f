"""Writes a backup file: a plain tar, for what is inside is compressed already.

The file has its name only when it is whole and on the disk. It is closed to other users from its
first byte, because it may hold the key.
"""

import hashlib
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from parvis.backup.manifest import MANIFEST_MEMBER, SEAL_MEMBER, Manifest, Member

CHUNK = 1024 * 1024
Heard = Callable[[int], None]


class BackupWriter:
    """`heard` is told how many bytes are written so far."""

    def __init__(self, out: BinaryIO, heard: Heard) -> None:
        self._out = out
        self._heard = heard
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: BinaryIO) -> None:
        """Reads `source` to its end. Its size need not be known: the header is written last."""
        header_at = self._out.tell()
        self._out.seek(tarfile.BLOCKSIZE, os.SEEK_CUR)
        self.members[name] = self._copy(source)
        self._fill_block()
        end = self._out.tell()
        self._out.seek(header_at)
        self._out.write(_header(name, self.members[name].size))
        self._out.seek(end)

    def finish(self, manifest: Manifest) -> None:
        content = manifest.to_bytes()
        self._write_small(MANIFEST_MEMBER, content)
        self._write_small(SEAL_MEMBER, hashlib.sha256(content).hexdigest().encode())
        self._out.write(bytes(2 * tarfile.BLOCKSIZE))

    def _copy(self, source: BinaryIO) -> Member:
        digest, size = hashlib.sha256(), 0
        while chunk := source.read(CHUNK):
            self._out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            self._heard(self._out.tell())
        return Member(size=size, sha256=digest.hexdigest())

    def _write_small(self, name: str, content: bytes) -> None:
        self._out.write(_header(name, len(content)))
        self._out.write(content)
        self._fill_block()

    def _fill_block(self) -> None:
        self._out.write(bytes(-self._out.tell() % tarfile.BLOCKSIZE))


@contextmanager
def new_file(target: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file that gets its name when the block has ended well, and is gone otherwise.

    Raises FileExistsError when something has taken the name meanwhile.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _give_name(unfinished, target, overwrite=overwrite)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _give_name(unfinished: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite or not _linked(unfinished, target):
        unfinished.replace(target)
    sync_folder(target.parent)


def _linked(unfinished: Path, target: Path) -> bool:
    """A link takes a name only if it is free. A memory stick’s file system may know no links."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Makes names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    # GNU's format holds sizes above 8 GB in the same one block.
    return info.tobuf(tarfile.GNU_FORMAT)
