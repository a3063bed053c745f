"""Where everything of one embedded PostgreSQL lies.

<folder>/users.lock     shared lock: one per process that uses the server
<folder>/keeper.lock    exclusive lock: the keeper; holds its pid
<folder>/server.lock    inherited by postgres and its children: free when all of them are gone
<folder>/log/server.log what the keeper and PostgreSQL say (bounded, see log.py)
<folder>/socket/        the Unix socket (below /tmp when this path cannot hold one)
<folder>/18/install/    our copy of the programs of PostgreSQL 18
<folder>/18/cluster/    the data
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from parvis.postgres.errors import DatabaseUnavailable

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero (unix(7), unix(4)).
SOCKET_PATH_BYTES = 103
# Not tempfile.gettempdir(): two users with different TMPDIR must find the same server.
SHORT_PLACE = Path("/tmp")  # noqa: S108 - the folder below it is checked before every use


# initdb and pg_upgrade put the paths of their programs between double quotes into a shell command.
FORBIDDEN_CHARACTERS = frozenset('"$`\\\n\r')


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one (resolved) folder."""

    folder: Path

    @property
    def users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.folder / "keeper.lock"

    @property
    def server_lock(self) -> Path:
        return self.folder / "server.lock"

    @property
    def log(self) -> Path:
        return self.folder / "log" / "server.log"

    def refuse_unspeakable(self) -> None:
        forbidden = FORBIDDEN_CHARACTERS & set(str(self.folder))
        if forbidden:
            raise DatabaseUnavailable(
                "odd-folder-name",
                f"PostgreSQL cannot work in {self.folder}, for the character "
                f"{' '.join(sorted(forbidden))!r} in its name. Nothing was changed. "
                "Choose a data folder without it.",
            )

    def home(self, major: int) -> Path:
        return self.folder / str(major)

    def cluster(self, major: int) -> Path:
        return self.home(major) / "cluster"

    def install(self, major: int) -> Path:
        return self.home(major) / "install"

    def majors(self) -> list[int]:
        """The major versions that have a finished cluster, oldest first."""
        homes = (home for home in self.folder.iterdir() if home.name.isdecimal())
        return sorted(int(home.name) for home in homes if (home / "cluster/PG_VERSION").exists())

    def socket_folder(self, uid: int) -> Path:
        inside = self.folder / "socket"
        # To libpq a comma in `host` separates two hosts.
        if len(bytes(inside / SOCKET_NAME)) <= SOCKET_PATH_BYTES and "," not in str(inside):
            return inside
        digest = hashlib.sha256(bytes(self.folder)).hexdigest()[:16]
        return SHORT_PLACE / f"parvis-{uid}-{digest}"
