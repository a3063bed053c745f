"""Where servers of the tests keep their data."""

import os
import shutil
from pathlib import Path


def roomy_place() -> Path:
    """In memory where that allows programs (a container may not): a disk that many tests write to
    at once can make a server wait for half a minute."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if usable and shutil.disk_usage(memory).free > 1_000_000_000 else Path("/tmp")
