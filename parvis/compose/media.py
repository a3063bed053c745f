"""Keeps the bytes of pictures in the data folder, under the hash of what they hold."""

import errno
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from parvis.compose.models import Media
from parvis.compose.pictures import Picture, read_picture, smaller_copy
from parvis.networks.part import MediaFile
from parvis.networks.traits import Traits
from parvis.people.models import Workspace


class NoRoomLeft(Exception):
    """The disk under the data folder is full. Nothing was kept."""


def keep_picture(workspace: Workspace, name: str, file: BinaryIO, size: int) -> Media:
    """The same picture twice is kept once. Raises pictures.NotAPicture or NoRoomLeft."""
    return _keep(workspace, Path(name).name[:255] or "picture", read_picture(file, size))


def fitting_copy(media: Media, traits: Traits) -> Media | None:
    """A copy that the network takes, or None where none is small enough."""
    picture = smaller_copy(media.path, traits.image_bytes_limit, traits.image_pixels_limit)
    return _keep(media.workspace, media.name, picture) if picture else None


def as_media_file(media: Media, alt: str) -> MediaFile:
    return MediaFile(
        path=media.path,
        media_type=media.media_type,
        size=media.size,
        width=media.width,
        height=media.height,
        seconds=media.seconds,
        is_animated=media.is_animated,
        alt=alt,
    )


def _keep(workspace: Workspace, name: str, picture: Picture) -> Media:
    media = Media(
        workspace=workspace,
        sha256=picture.sha256,
        name=name,
        media_type=picture.media_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
    )
    _write(media.path, picture.content)
    kept, _ = Media.objects.get_or_create(
        workspace=workspace,
        sha256=media.sha256,
        defaults={
            "name": media.name,
            "media_type": media.media_type,
            "size": media.size,
            "width": media.width,
            "height": media.height,
        },
    )
    return kept


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the machine stops in the middle."""
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_rename(path, content)
    except OSError as error:
        if is_full(error):
            raise NoRoomLeft from error
        raise


def is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _write_and_rename(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            Path(out.name).replace(path)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
