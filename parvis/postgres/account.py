"""The operating-system account that PostgreSQL runs as: never root.

An ordinary user runs it as itself. Root gives it to an account without privileges, and touches
what lies in that account's folder only *as* that account, so that nothing planted there can lead
root astray.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parvis.postgres.errors import DatabaseUnavailable

UNPRIVILEGED_NAMES = ("parvis", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        """How subprocess.Popen becomes this account (nothing to do for an ordinary user)."""
        if not running_as_root():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Act as this account for a while. Only for a process with one thread: the keeper."""
        if not running_as_root():
            yield
            return
        groups, gid = os.getgroups(), os.getegid()
        os.setgroups([])
        os.setegid(self.gid)
        os.seteuid(self.uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(gid)
            os.setgroups(groups)


def account_for(folder: Path, user: str | None) -> Account:
    """Who shall run PostgreSQL in `folder`; `user` is the owner's wish, for root only."""
    if running_as_root():
        return _chosen_by_root(folder, user)
    me = _account_of_uid(os.geteuid())
    if user not in (None, me.name):
        raise DatabaseUnavailable(
            "not-root",
            f"PostgreSQL should run as {user}, but this is {me.name} and only root may choose. "
            f"Nothing was changed. Start Parvis as root or as {user}, or leave the choice out.",
        )
    return me


def prepare_folder(folder: Path, account: Account) -> None:
    """Make `folder` private to `account`. Parents that exist are left exactly as they are."""
    for parent in reversed(folder.parents):
        if not parent.exists():
            # Traversable, for the account may be another one than ours; not listable.
            parent.mkdir(mode=0o711)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.stat()
    if running_as_root() and found.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def refuse_unreachable(folder: Path, account: Account) -> None:
    """Raise if `account` cannot get to `folder`, naming the folder that blocks the way."""
    blocking = _blocking_folder(folder, account)
    if blocking is not None:
        raise DatabaseUnavailable(
            "unreachable-folder",
            f"PostgreSQL runs as the user {account.name}, who may not pass through {blocking}. "
            "Nothing was changed. Choose a data folder outside it, for example "
            "DATA=/var/lib/parvis, or let other users pass through it.",
        )


def take_over_contents(folder: Path, account: Account) -> None:
    """Give what root put into `folder` (a restored copy, say) to `account`."""
    if not running_as_root():
        return
    for found in folder.iterdir():
        if found.lstat().st_uid != account.uid:
            _give(found, account)


def running_as_root() -> bool:
    return os.getuid() == 0


def _give(found: Path, account: Account) -> None:
    os.chown(found, account.uid, account.gid, follow_symlinks=False)
    for _, folders, files, here in os.fwalk(found, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, account.uid, account.gid, dir_fd=here, follow_symlinks=False)


def _chosen_by_root(folder: Path, user: str | None) -> Account:
    owner = _owner(folder)
    if user and owner and user != owner.name:
        raise _belongs_to_another(folder, owner, user)
    account = _account_named(user) if user else owner or _owner(folder.parent)
    account = account or _first_unprivileged()
    if account.uid == 0:
        raise DatabaseUnavailable(
            "root-refused",
            "PostgreSQL refuses to run as root. Nothing was changed. "
            "Name another user for it, or name none: it then finds one.",
        )
    return account


def _owner(folder: Path) -> Account | None:
    try:
        uid = folder.stat().st_uid
    except FileNotFoundError:
        return None
    return _account_of_uid(uid) if uid != 0 else None


def _first_unprivileged() -> Account:
    for name in UNPRIVILEGED_NAMES:
        try:
            return _account_named(name)
        except DatabaseUnavailable:
            continue
    raise _nameless("the user nobody")


def _account_named(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise _nameless(f"the user {name}") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _account_of_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        # initdb and peer authentication both look the name up, so a bare number cannot do.
        raise _nameless(f"the user with the number {uid}") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _belongs_to_another(folder: Path, owner: Account, user: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "other-owner",
        f"PostgreSQL should run as {user}, but the database in {folder} belongs to {owner.name}, "
        f"whose server may be at work there. Nothing was changed. Leave the choice out, or stop "
        f"Parvis and give the folder to {user} (chown -R).",
    )


def _nameless(who: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "no-such-user",
        f"PostgreSQL should run as {who}, but this machine knows no such user. "
        "Nothing was changed. Add it (an entry in /etc/passwd) or choose another user.",
    )


def _blocking_folder(folder: Path, account: Account) -> Path | None:
    with account.acting():
        for place in (*reversed(folder.parents), folder):
            try:
                os.stat(f"{place}/.")  # noqa: PTH116 - pathlib drops the dot, which asks for passage
            except PermissionError:
                return place
    return None
