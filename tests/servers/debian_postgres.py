"""Runs a command with DATABASE_URL naming a PostgreSQL server of the system's package.

    python -m tests.servers.debian_postgres pytest tests/deliver

The server lives in a temporary folder, listens on a free loopback port with a password, and ends
with the command.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def main(command: list[str]) -> int:
    programs = newest_programs()
    if programs is None:
        sys.exit("No PostgreSQL of the system's package is here: nothing was run on it.")
    with running_postgres(programs) as url:
        return subprocess.run(
            command, env={**os.environ, "DATABASE_URL": url}, check=False
        ).returncode


def newest_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    return found[-1] if found else None


@contextmanager
def running_postgres(programs: Path) -> Iterator[str]:
    """The URL of a server that runs while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="parvis-postgres-") as place:
        folder = Path(place)
        cluster, password, port = folder / "cluster", secrets.token_hex(16), _free_port()
        (folder / "password").write_text(password)
        _give_to_server_user(folder)
        _run(
            [
                programs / "initdb",
                "-D",
                cluster,
                "-U",
                "parvis",
                "-A",
                "scram-sha-256",
                f"--pwfile={folder / 'password'}",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        # The folder would not outlive a loss of power either.
        options += " -c fsync=off -c full_page_writes=off"
        control = [programs / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log"]
        _run([*control, "-o", options, "start"])
        try:
            yield f"postgresql://parvis:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "fast", "stop"])


def _run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=_server_user(), cwd="/")


def _give_to_server_user(folder: Path) -> None:
    if user := _server_user():
        subprocess.run(["chown", "-R", user, folder], check=True)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
