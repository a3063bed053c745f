"""Keeps the bytes of pictures and videos in the data folder, under the hash of what they hold."""

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from django.conf import settings

from parvis.compose.likeness import likeness_of
from parvis.compose.media_folder import refuse_another_folder
from parvis.compose.media_lock import while_it_stays
from parvis.compose.models import Media
from parvis.compose.pictures import (
    UPLOAD_BYTES_LIMIT,
    Box,
    NotAPicture,
    Picture,
    cut_picture,
    read_picture,
    small_still,
    smaller_copy,
)
from parvis.compose.videos import MP4, VIDEO_BYTES_LIMIT, copy_video, looks_like_a_video, poster_of
from parvis.networks.part import MediaFile
from parvis.networks.traits import Traits
from parvis.people.models import Workspace

# No copying takes this long: what is older was left behind by a machine that stopped.
_LEFT_BEHIND_AFTER = timedelta(days=1)


class NoRoomLeft(Exception):
    """The disk under the data folder is full. Nothing was kept."""


def keep_media(workspace: Workspace, name: str, file: BinaryIO, size: int) -> Media:
    """A picture or a video, by what the file holds. The same one twice is kept once.

    Raises pictures.NotAPicture, NoRoomLeft or media_folder.MediaFolderAway.
    """
    keep = keep_video if looks_like_a_video(_start_of(file)) else keep_picture
    return keep(workspace, name, file, size)


def keep_picture(workspace: Workspace, name: str, file: BinaryIO, size: int) -> Media:
    """The same picture twice is kept once. Raises what `keep_media` raises."""
    return _keep(workspace, _short(name) or "picture", read_picture(file, size))


def keep_video(workspace: Workspace, name: str, file: BinaryIO, size: int) -> Media:
    """From disk to disk, never whole in memory. Raises what `keep_media` raises."""
    if size > VIDEO_BYTES_LIMIT:
        raise NotAPicture("too-large", size=size, limit=VIDEO_BYTES_LIMIT)
    refuse_another_folder()
    with _room_told(), _unfinished_video() as copied:
        video = copy_video(file, copied)
        media = Media(
            workspace=workspace,
            sha256=hash_of(copied),
            name=_short(name) or "video",
            media_type=MP4,
            size=copied.stat().st_size,
            width=video.width,
            height=video.height,
            seconds=video.seconds,
        )
        with while_it_stays(media.sha256):
            _put_in_place(copied, media.path)
            return _recorded(media)


def bytes_limit_for(start: bytes) -> int:
    """How large a file may be that begins like this."""
    return VIDEO_BYTES_LIMIT if looks_like_a_video(start) else UPLOAD_BYTES_LIMIT


def cut_out(media: Media, box: Box) -> Media:
    """What stands in the box as a picture of its own; the whole one stays. Raises
    pictures.NotAPicture, NoRoomLeft or MediaFolderAway."""
    picture = cut_picture(media.path, box)
    return _keep(media.workspace, media.name, picture) if picture else media


def fitting_copy(media: Media, traits: Traits) -> Media | None:
    """A copy that the network takes, or None where none is small enough."""
    picture = smaller_copy(media.path, traits.image_bytes_limit, traits.image_pixels_limit)
    if picture is None:
        return None
    return _keep(media.workspace, media.name, picture, copy_of=media.copy_of or media)


def still_of(media: Media) -> Path | None:
    """A video's first picture, or a small one of a picture, as a JPEG that is kept beside it once
    it was asked for; None where it cannot be had."""
    still = still_beside(media.path)
    if not still.exists():
        try:
            _write(still, _video_still(media.path) if media.is_video else small_still(media.path))
        except (NotAPicture, NoRoomLeft):
            return None
    return still


def still_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.jpg")


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def _start_of(file: BinaryIO) -> bytes:
    file.seek(0)
    start = file.read(12)
    file.seek(0)
    return start


def _short(name: str) -> str:
    return Path(name).name[:255]


def _video_still(video: Path) -> bytes:
    out = BytesIO()
    poster_of(video).save(out, "JPEG", quality=82)
    return out.getvalue()


def _keep(workspace: Workspace, name: str, picture: Picture, copy_of: Media | None = None) -> Media:
    media = Media(
        workspace=workspace,
        sha256=picture.sha256,
        name=name,
        media_type=picture.media_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        is_animated=picture.is_animated,
        likeness=likeness_of(BytesIO(picture.content)),
        copy_of=copy_of,
    )
    refuse_another_folder()
    with while_it_stays(media.sha256):
        _write(media.path, picture.content)
        return _recorded(media)


_FACTS = (
    "name",
    "media_type",
    "size",
    "width",
    "height",
    "seconds",
    "is_animated",
    "likeness",
    "copy_of",
)


def _recorded(media: Media) -> Media:
    facts = {name: getattr(media, name) for name in _FACTS}
    kept, is_new = Media.objects.get_or_create(
        workspace=media.workspace, sha256=media.sha256, defaults=facts
    )
    if not is_new and media.copy_of is None:
        _belongs_to_people(kept, media.name)
    return kept


def _belongs_to_people(kept: Media, name: str) -> None:
    """Who adds the very bytes of a copy finds them in the library, under their own name."""
    if kept.copy_of_id is not None:
        kept.copy_of, kept.name = None, name
        kept.save(update_fields=["copy_of", "name"])


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the machine stops in the middle."""
    if path.exists():
        return
    with _room_told():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_rename(path, content)


@contextmanager
def _room_told() -> Iterator[None]:
    try:
        yield
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


@contextmanager
def _unfinished_video() -> Iterator[Path]:
    folder = arriving_folder()
    _clear_what_was_left_behind(folder)
    with NamedTemporaryFile(dir=folder, prefix="video-", suffix=".mp4", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def arriving_folder() -> Path:
    """On the disk of the media, so that what is whole can be put in its place by renaming it."""
    folder = Path(settings.MEDIA_ROOT) / "arriving"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _clear_what_was_left_behind(folder: Path) -> None:
    for left in folder.glob("video-*.mp4"):
        with suppress(FileNotFoundError):  # it was just put in its place
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_AFTER.total_seconds():
                left.unlink()


def _put_in_place(copied: Path, path: Path) -> None:
    with copied.open("rb") as file:
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    copied.replace(path)
