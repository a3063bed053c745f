"""Redis of the system's package, for Celery: in the desk's folder, on a socket of its own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def redis_is_here() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """The address of its socket. What it was given is on the disk within a second."""
    folder.mkdir()
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [
            *("redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_socket(server, socket)
        yield f"redis+socket://{socket}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await_socket(server: subprocess.Popen[bytes], socket: Path) -> None:
    deadline = time.monotonic() + 30
    while not socket.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("redis-server did not start")
        time.sleep(0.05)
