"""One installation of Parvis: where its data lies and how it reaches the world.

Every environment variable that Parvis knows is read here, and nonsense in one is said at once.
"""

import os
import re
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from parvis.postgres import EmbeddedPostgres

# The oldest major version that the tests run on.
OLDEST_POSTGRES = 15

# A lease of a second: shorter ones would lapse whenever a processor is busy.
LARGEST_PACE = 25

LOG_FORMATS = ("logfmt", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

# A leading dot stands for all names below it, as Django reads it.
_HOST = re.compile(r"\*|\.?[\w.-]+(:\d{1,5})?|\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]?(:\d{1,5})?")


class Misconfigured(Exception):
    """An environment variable holds something that cannot be used. The text says which and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`database_url` is None when the embedded PostgreSQL serves; `plc_directory` and
    `bluesky_entryway` are empty for the public network.

    local_url  where this machine reaches the pages; empty where `parvis up` did not start them
    sandbox    where the sandbox is controlled; empty where none runs beside this installation
    pace       how many times quicker than usual deliveries lose patience: 1 but in rehearsals
    media      where pictures and videos lie, on a shared disk where several machines work
    """

    data: Path
    database_url: str | None
    postgres_user: str | None
    public_url: str
    local_url: str
    sandbox: str
    allowed_hosts: tuple[str, ...]
    private_hosts: frozenset[str]
    plc_directory: str
    bluesky_entryway: str
    debug: bool
    media: Path
    log_level: str = "INFO"
    log_format: str = "logfmt"
    pace: float = 1.0

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
    data = _data_folder(environment)
    return Installation(
        data=data,
        media=_media_folder(environment, data),
        database_url=_database_url(environment),
        postgres_user=environment.get("PARVIS_POSTGRES_USER") or None,
        public_url=_origin(environment, "PARVIS_PUBLIC_URL"),
        local_url=_origin(environment, "PARVIS_LOCAL_URL"),
        sandbox=_origin(environment, "PARVIS_SANDBOX"),
        allowed_hosts=_hosts(environment, "PARVIS_ALLOWED_HOSTS"),
        private_hosts=frozenset(_hosts(environment, "PARVIS_ALLOW_PRIVATE_HOSTS")),
        plc_directory=_origin(environment, "PARVIS_PLC_DIRECTORY"),
        bluesky_entryway=_origin(environment, "PARVIS_BLUESKY_ENTRYWAY"),
        debug=_switch(environment, "PARVIS_DEBUG"),
        log_level=_one_of(environment, "PARVIS_LOG_LEVEL", LOG_LEVELS, usual="INFO"),
        log_format=_one_of(environment, "PARVIS_LOG_FORMAT", LOG_FORMATS, usual="logfmt"),
        pace=_pace(environment),
    )


def usual_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """What the Filesystem Hierarchy Standard and the XDG Base Directory Specification say."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/parvis")
    share = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return folder_named(share) / "parvis"


def folder_named(named: str) -> Path:
    """Absolute, with ~ and .. resolved. Raises Misconfigured."""
    try:
        folder = Path(named).expanduser().absolute()
        return folder.resolve() if ".." in folder.parts else folder
    except RuntimeError:
        raise Misconfigured(
            f"{named} cannot be found: no home folder is known for it. Name the data folder by "
            "its whole path, with --data or PARVIS_DATA."
        ) from None


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
    return folder_named(named) if named else usual_data_folder(environment)


def _media_folder(environment: Mapping[str, str], data: Path) -> Path:
    named = environment.get("PARVIS_MEDIA")
    return folder_named(named) if named else data / "media"


def _database_url(environment: Mapping[str, str]) -> str | None:
    """What is wrong is named without showing the value, which holds a password."""
    url = environment.get("DATABASE_URL")
    if not url:
        return None
    parts = _parts_of(url)
    if parts is None:
        raise Misconfigured(
            "DATABASE_URL cannot be read. Write it as postgresql://user:password@host:port/name, "
            "with %40 for an @ in the password, %2F for a /, %5B for a [ and so on."
        )
    if parts.scheme not in ("postgresql", "postgres"):
        raise Misconfigured("DATABASE_URL must start with postgresql://.")
    return url


def _hosts(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Names or addresses, with or without a port; what is none would silently never match."""
    words = [word.strip() for word in environment.get(name, "").split(",")]
    for word in filter(None, words):
        if not _HOST.fullmatch(word):
            raise Misconfigured(
                f"{name} must list host names with commas between them, such as "
                f"desk.example.org,192.0.2.7, and “{word}” is none."
            )
    return tuple(filter(None, words))


def _origin(environment: Mapping[str, str], name: str) -> str:
    """Without the slash at its end; empty when it is not set."""
    value = environment.get(name, "").rstrip("/")
    if value and not _is_origin(value):
        raise Misconfigured(
            f"{name} must be https:// or http:// and a host, such as https://desk.example.org or "
            f"http://127.0.0.1:9000, with nothing after it, and it is “{_shown(value)}”."
        )
    return value


def _is_origin(value: str) -> bool:
    parts = _parts_of(value)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        return False
    return "@" not in parts.netloc and value.lower() == f"{parts.scheme}://{parts.netloc}".lower()


def _parts_of(url: str) -> SplitResult | None:
    """None when it is no URL, or its port no port."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _shown(value: str) -> str:
    """A password may have been put before the host."""
    return value if "@" not in value else "…@" + value.rpartition("@")[2]


def _pace(environment: Mapping[str, str]) -> float:
    value = environment.get("PARVIS_PACE") or "1"
    if not re.fullmatch(r"\d{1,2}(\.\d+)?", value) or not 1 <= float(value) <= LARGEST_PACE:
        raise Misconfigured(f"PARVIS_PACE must be from 1 to {LARGEST_PACE}, and it is “{value}”.")
    return float(value)


def _one_of(environment: Mapping[str, str], name: str, words: Sequence[str], *, usual: str) -> str:
    """Whether it was written in capitals or not."""
    value = environment.get(name) or usual
    found = next((word for word in words if word.lower() == value.lower()), None)
    if found is None:
        raise Misconfigured(f"{name} must be one of {', '.join(words)}, and it is “{value}”.")
    return found


def _switch(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").lower()
    if value not in ("", "0", "1", "no", "yes", "false", "true"):
        raise Misconfigured(f"{name} must be yes or no, and it is “{value}”.")
    return value in ("1", "yes", "true")
