"""What a backup says about itself: the last member of its file, so that a cut file has none."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

FORMAT = "parvis-backup"
FORMAT_VERSION = 1
DATABASE_MEMBER = "database.dump"
MANIFEST_MEMBER = "manifest.json"
SEAL_MEMBER = "manifest.sha256"
KEY_MEMBERS = ("keys/sealing.key", "keys/signing.key")
# Nothing else is ever unpacked, so that no name in a file can lead out of the data folder.
_ALLOWED_MEMBER = re.compile(
    r"database\.dump|keys/(sealing|signing)\.key|media/[0-9a-f]{2}/[0-9a-f]{64}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`size` in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`postgres` is the server's version as a number (180004), `migrations` as "app.name".

    `missing_media` names pictures that were gone from the data folder when the backup was made.
    """

    made_at: datetime
    parvis: str
    postgres: int
    migrations: tuple[str, ...]
    counts: Mapping[str, int]
    missing_media: tuple[str, ...]
    members: Mapping[str, Member]

    @property
    def has_sealing_key(self) -> bool:
        return KEY_MEMBERS[0] in self.members

    @property
    def size(self) -> int:
        return sum(member.size for member in self.members.values())

    def to_bytes(self) -> bytes:
        plain = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            **asdict(self),
            "made_at": self.made_at.isoformat(),
        }
        return json.dumps(plain, indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        """Raises ValueError, KeyError or TypeError when it is not one of ours."""
        plain: dict[str, Any] = json.loads(content)
        if plain["format"] != FORMAT or plain["format_version"] != FORMAT_VERSION:
            raise ValueError("unknown format")
        return cls(
            made_at=datetime.fromisoformat(plain["made_at"]),
            parvis=str(plain["parvis"]),
            postgres=int(plain["postgres"]),
            migrations=tuple(plain["migrations"]),
            counts=dict(plain["counts"]),
            missing_media=tuple(plain["missing_media"]),
            members={name: Member(**member) for name, member in plain["members"].items()},
        )


def may_be_a_member(name: str) -> bool:
    return _ALLOWED_MEMBER.fullmatch(name) is not None
