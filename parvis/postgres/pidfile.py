"""PostgreSQL's postmaster.pid: what it says, and whether to believe it.

PostgreSQL believes a pid in it whenever *some* process has that number, and then refuses to start
(CreateLockFile in miscinit.c). So a file whose process is not the server of this very cluster is
removed first.
"""

from dataclasses import dataclass
from pathlib import Path

import psutil

from parvis.postgres.account import Account

# Line numbers from pidfile.h of PostgreSQL.
PID_LINE, STATUS_LINE = 0, 7
READY = "ready"


@dataclass(frozen=True, slots=True)
class PidFile:
    pid: int | None
    status: str


def read_pidfile(cluster: Path) -> PidFile | None:
    try:
        lines = (cluster / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (STATUS_LINE + 1 - len(lines))
    return PidFile(pid=_number(lines[PID_LINE]), status=lines[STATUS_LINE].strip())


def remove_stale_pidfile(cluster: Path, account: Account) -> bool:
    """Remove the file unless it names the live server of `cluster`; say whether it was removed."""
    found = read_pidfile(cluster)
    if found is None or (found.pid and is_server_of(cluster, found.pid, account)):
        return False
    with account.acting():
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    return True


def is_server_of(cluster: Path, pid: int, account: Account) -> bool:
    """Whether `pid` is a living postgres at work in `cluster`.

    PostgreSQL runs only as the owner of its data and with the data folder as its working folder.
    When that folder cannot be read the answer is yes: better not to start than to start twice.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        return process.uids().real == account.uid and Path(process.cwd()) == cluster
    except psutil.AccessDenied:
        return True
    except psutil.NoSuchProcess:
        return False


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None
