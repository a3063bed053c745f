"""Seals tokens with a key that lies outside the database.

What is sealed for one place cannot be opened in another: `purpose` is authenticated with the
content, so a row copied over another row does not lend it its tokens.
"""

import base64
import json
import secrets
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from parvis.config.installation import read_or_make_key
from parvis.networks.contract import Secret, Tokens

_KEY_BYTES = 32
_NONCE_BYTES = 12  # What NIST SP 800-38D recommends for GCM.


class CannotUnseal(Exception):
    """The sealing key is not the one that sealed this. The text says what to do."""


def seal_tokens(tokens: Tokens, *, purpose: str) -> bytes:
    return seal(json.dumps(_plain(tokens)), purpose=purpose)


def unseal_tokens(sealed: bytes, *, purpose: str) -> Tokens:
    return _tokens(json.loads(unseal(sealed, purpose=purpose)))


def seal(text: str, *, purpose: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, text.encode(), purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> str:
    nonce, content = bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:])
    try:
        return _cipher().decrypt(nonce, content, purpose.encode()).decode()
    except InvalidTag:
        raise CannotUnseal(
            "The stored tokens cannot be opened: the sealing key in the data folder is not the "
            "one that sealed them. Posts and schedules are untouched. Put the old key back, or "
            "connect the accounts again."
        ) from None


def _cipher() -> AESGCM:
    file = settings.INSTALLATION.sealing_key_file
    try:
        written = file.stat()
    except FileNotFoundError:
        read_or_make_key(file, length=_KEY_BYTES)
        written = file.stat()
    return _cipher_of(file, written.st_ino, written.st_mtime_ns)


@lru_cache(maxsize=4)
def _cipher_of(file: Path, number: int, written_at: int) -> AESGCM:
    """Read once, for a worker unseals many; and again when the file is another."""
    return AESGCM(base64.urlsafe_b64decode(read_or_make_key(file, length=_KEY_BYTES)))


_MOMENTS = ("expires_at", "refresh_at", "lapses_at")


def _plain(tokens: Tokens) -> dict[str, Any]:
    return {
        "access": tokens.access.reveal(),
        "refresh": tokens.refresh and tokens.refresh.reveal(),
        "password": tokens.password and tokens.password.reveal(),
        "scopes": list(tokens.scopes),
    } | {name: (at := getattr(tokens, name)) and at.isoformat() for name in _MOMENTS}


def _tokens(plain: dict[str, Any]) -> Tokens:
    moments = {name: datetime.fromisoformat(plain[name]) for name in _MOMENTS if plain.get(name)}
    return Tokens(
        access=Secret(plain["access"]),
        refresh=Secret(plain["refresh"]) if plain["refresh"] else None,
        password=Secret(plain["password"]) if plain["password"] else None,
        scopes=tuple(plain["scopes"]),
        **moments,
    )
