"""Where the state lives: one SQLite database, in memory or in a file that survives a kill."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from parvis.sandbox.records import Json

_TABLES = """
CREATE TABLE IF NOT EXISTS records (
    network TEXT, kind TEXT, id TEXT, place INTEGER, body TEXT, PRIMARY KEY (network, kind, id)
);
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, bytes BLOB);
"""


class StateUnavailable(Exception):
    """The state file cannot be used. The text says why and what to do."""


class Storage:
    def __init__(self, file: Path | None) -> None:
        self._place = 0
        try:
            self._open(file)
        except sqlite3.Error as error:
            raise StateUnavailable(_why_not(file, error)) from None

    def _open(self, file: Path | None) -> None:
        # An exclusive lock keeps a second sandbox from the same file, and ends with the process.
        self._base = sqlite3.connect(
            file or ":memory:", isolation_level=None, check_same_thread=False, timeout=0.5
        )
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.executescript(_TABLES)
        found = self._base.execute("SELECT coalesce(max(place), 0) FROM records").fetchone()
        self._place = int(found[0])

    def close(self) -> None:
        self._base.close()

    def put(self, network: str, kind: str, key: str, body: Json) -> None:
        self._place += 1
        self._base.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (network, kind, id) DO UPDATE SET body = excluded.body",
            (network, kind, key, self._place, json.dumps(body)),
        )

    def remove(self, network: str, kind: str, key: str) -> None:
        self._base.execute(
            "DELETE FROM records WHERE network = ? AND kind = ? AND id = ?", (network, kind, key)
        )

    def read(self, network: str, kind: str) -> Iterator[Json]:
        """In the order in which they were first put."""
        rows = self._base.execute(
            "SELECT body FROM records WHERE network = ? AND kind = ? ORDER BY place",
            (network, kind),
        )
        for (body,) in rows:
            yield json.loads(body)

    def keep_blob(self, content: bytes) -> str:
        """Answers its SHA-256, by which it is read again."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._base.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (sha256, content))
        return sha256

    def read_blob(self, sha256: str) -> bytes:
        found = self._base.execute("SELECT bytes FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
        if found is None:
            raise KeyError(sha256)
        return bytes(found[0])

    def clear(self) -> None:
        self._base.execute("DELETE FROM records")
        self._base.execute("DELETE FROM blobs")


def _why_not(file: Path | None, error: sqlite3.Error) -> str:
    cure = (
        "Another sandbox is using it: stop that one, or name another file."
        if "locked" in str(error)
        else "Name a file of a sandbox, or a new one in a folder that can be written to."
    )
    return f"{file} cannot hold the sandbox’s state ({error}). Nothing was changed in it. {cure}"
