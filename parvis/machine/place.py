"""The data folder as it must be: there, ours and closed to others."""

import errno
import os
from pathlib import Path

from parvis.config.installation import Installation

PRIVATE = 0o700
# Root's PostgreSQL runs as another user, who must be able to pass through to its own folder.
PASSABLE = 0o711


class DataFolderUnusable(Exception):
    """The data folder cannot be made or written. The text says which and what to do."""


def data_folder_mode() -> int:
    return PASSABLE if os.geteuid() == 0 else PRIVATE


def prepare_data_folder(installed: Installation) -> None:
    """Makes what is missing; closes what Parvis itself keeps there to other users."""
    try:
        _make(installed.data, data_folder_mode())
        for private in (installed.media, installed.sealing_key_file.parent, log_folder(installed)):
            _make(private, PRIVATE)
    except OSError as error:
        raise DataFolderUnusable(
            f"The data folder {installed.data} cannot be used: {error.strerror}. "
            "Nothing was changed. Choose another with --data, or give this one to the user that "
            "runs Parvis."
        ) from None


def log_folder(installed: Installation) -> Path:
    return installed.data / "log"


def _make(folder: Path, mode: int) -> None:
    if not folder.exists():
        # The umask must neither open what is private nor close what PostgreSQL passes through.
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    elif not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    elif not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
