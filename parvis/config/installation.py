"""One installation of Parvis: where its data lies and how it reaches the world.

Every environment variable that Parvis knows is read here, and nonsense in one is said at once.
"""

import os
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from parvis.postgres import EmbeddedPostgres


class Misconfigured(Exception):
    """An environment variable holds something that cannot be used. The text says which and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`database_url` is None when the embedded PostgreSQL serves; `plc_directory` and
    `bluesky_entryway` are empty for the public network."""

    data: Path
    database_url: str | None
    postgres_user: str | None
    public_url: str
    allowed_hosts: tuple[str, ...]
    private_hosts: frozenset[str]
    plc_directory: str
    bluesky_entryway: str
    debug: bool

    @property
    def media(self) -> Path:
        return self.data / "media"

    @property
    def static(self) -> Path:
        return self.data / "static"

    @property
    def sealing_key_file(self) -> Path:
        return self.data / "keys" / "sealing.key"

    @property
    def signing_key_file(self) -> Path:
        return self.data / "keys" / "signing.key"

    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.data / "postgres", user=self.postgres_user)


def installation(environment: Mapping[str, str] = os.environ) -> Installation:
    return Installation(
        data=_data_folder(environment),
        database_url=environment.get("DATABASE_URL") or None,
        postgres_user=environment.get("PARVIS_POSTGRES_USER") or None,
        public_url=_origin(environment, "PARVIS_PUBLIC_URL"),
        allowed_hosts=_words(environment, "PARVIS_ALLOWED_HOSTS"),
        private_hosts=frozenset(_words(environment, "PARVIS_ALLOW_PRIVATE_HOSTS")),
        plc_directory=_origin(environment, "PARVIS_PLC_DIRECTORY"),
        bluesky_entryway=_origin(environment, "PARVIS_BLUESKY_ENTRYWAY"),
        debug=_switch(environment, "PARVIS_DEBUG"),
    )


def usual_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """What the Filesystem Hierarchy Standard and the XDG Base Directory Specification say."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/parvis")
    share = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(share).expanduser() / "parvis"


def read_or_make_key(file: Path, *, length: int) -> str:
    """A key file's text, base64 of `length` bytes; made at random with mode 600 on first use."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_key_once(file, urlsafe_b64encode(secrets.token_bytes(length)).decode())
    return file.read_text(encoding="ascii").strip()


def _write_key_once(file: Path, key: str) -> None:
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _data_folder(environment: Mapping[str, str]) -> Path:
    named = environment.get("PARVIS_DATA")
    return Path(named).expanduser().absolute() if named else usual_data_folder(environment)


def _words(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environment.get(name, "").split(",") if word.strip())


def _origin(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").rstrip("/")
    if value and not value.startswith(("https://", "http://")):
        raise Misconfigured(f"{name} must start with https:// or http://, and it is “{value}”.")
    return value


def _switch(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").lower()
    if value not in ("", "0", "1", "no", "yes", "false", "true"):
        raise Misconfigured(f"{name} must be yes or no, and it is “{value}”.")
    return value in ("1", "yes", "true")
