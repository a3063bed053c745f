"""Whether this machine has the keys and the media folder of the desk whose database it opens.

A desk on several machines shares more than its database. A machine with a sealing key of its own
could open no token and would ask for every account anew; with a signing key of its own it would
sign people out and shut the addresses at which networks fetch media; with a media folder of its
own it would find no picture. So the database keeps fingerprints of the keys, and the media folder
the desk's mark; they are written by whoever starts first.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.db import connection, transaction

from parvis.compose.media_folder import MARK_FILE as MARK_FILE
from parvis.config.installation import Installation, read_or_make_key
from parvis.connections.models import Account
from parvis.connections.verbs import (
    accounts_that_cannot_be_unsealed,
    ask_to_reconnect_what_cannot_be_unsealed,
)
from parvis.deliver.verbs import RECONNECT, hold_for
from parvis.people.models import Desk

KEY_BYTES = {"sealing": 32, "signing": 48}


class NotThisDesk(Exception):
    """A key or the media folder is not the desk's. The text says which and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def prove_identity(installed: Installation) -> None:
    """Raises NotThisDesk. On a desk that has no identity yet, the machine that opens its tokens
    gives it one."""
    desk = Desk.objects.first() or _founded(installed)
    _refuse_another_key(installed.sealing_key_file, desk.sealing_key, _SEALING)
    _refuse_another_key(installed.signing_key_file, desk.signing_key, _SIGNING)
    _refuse_another_folder(installed, desk.mark)


@transaction.atomic
def adopt_what_is_here(installed: Installation) -> list[Account]:
    """From now on the keys and the media folder of this machine are the desk's. Answers the
    accounts that must be connected again because the key does not open their tokens."""
    _wait_for_other_founders()
    mark = secrets.token_hex(16)
    _write_mark(installed, mark)
    Desk.objects.update_or_create(pk=1, defaults=_identity(installed, mark))
    unopened = ask_to_reconnect_what_cannot_be_unsealed()
    for account in unopened:
        hold_for(account, RECONNECT)
    return unopened


def holds_media(installed: Installation) -> bool:
    return any(entry.name != MARK_FILE for entry in installed.media.iterdir())


@transaction.atomic
def _founded(installed: Installation) -> Desk:
    _wait_for_other_founders()
    if desk := Desk.objects.first():
        return desk
    _refuse_a_key_that_opens_nothing(installed)
    mark = _mark_in(installed) or secrets.token_hex(16)
    _write_mark(installed, mark)
    return Desk.objects.create(pk=1, **_identity(installed, mark))


def _identity(installed: Installation, mark: str) -> dict[str, str]:
    read_or_make_key(installed.sealing_key_file, length=KEY_BYTES["sealing"])
    read_or_make_key(installed.signing_key_file, length=KEY_BYTES["signing"])
    return {
        "mark": mark,
        "sealing_key": _fingerprint(installed.sealing_key_file),
        "signing_key": _fingerprint(installed.signing_key_file),
    }


def _refuse_a_key_that_opens_nothing(installed: Installation) -> None:
    """A desk from before it had an identity: this may be a second machine without its key."""
    sealed = Account.objects.exclude(sealed_tokens=None).count()
    if sealed and len(accounts_that_cannot_be_unsealed()) == sealed:
        raise NotThisDesk(*_told(_SEALING, installed.sealing_key_file))


def _refuse_another_key(file: Path, known: str, what: tuple[str, str]) -> None:
    """A missing one is not made: it would only be another one."""
    if not file.exists() or not hmac.compare_digest(_fingerprint(file), known):
        raise NotThisDesk(*_told(what, file))


def _refuse_another_folder(installed: Installation, known: str) -> None:
    mark = _mark_in(installed)
    if mark != known:
        why = "it carries the mark of another" if mark else f"it has no {MARK_FILE}"
        raise NotThisDesk(
            "other-media",
            f"The media folder {installed.media} is not the one of this desk: {why}. Nothing "
            "was changed. Mount the folder that the desk’s machines share, or name it with "
            "PARVIS_MEDIA. If this is the right one, run `parvis adopt`.",
        )


def _mark_in(installed: Installation) -> str:
    """Empty where there is none."""
    try:
        return (installed.media / MARK_FILE).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NotThisDesk(
            "other-media",
            f"The media folder {installed.media} cannot be read: {error.strerror}. Pictures and "
            "videos are kept there. Nothing was changed. See that its disk is mounted and open to "
            "Parvis.",
        ) from None


def _write_mark(installed: Installation, mark: str) -> None:
    """Whole or not at all: other machines may be reading it."""
    unfinished = installed.media / f".{MARK_FILE}.{os.getpid()}"
    unfinished.write_text(f"{mark}\n", encoding="ascii")
    unfinished.replace(installed.media / MARK_FILE)


def _fingerprint(key_file: Path) -> str:
    key = key_file.read_bytes().strip()
    return hmac.digest(key, b"parvis: which key is this", hashlib.sha256).hex()


def _told(what: tuple[str, str], file: Path) -> tuple[str, str]:
    code, consequence = what
    found = "is not the one of this desk" if file.exists() else "is missing"
    return (
        code,
        f"The key {file} {found}: {consequence}. Nothing was changed. Copy the folder keys/ "
        "from another machine of the desk or from a backup. If that key is lost for good, run "
        "`parvis adopt`.",
    )


def _wait_for_other_founders() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('parvis.upkeep.identity'))")


_SEALING = ("other-key", "without it the tokens of the accounts cannot be opened")
_SIGNING = ("other-key", "without it people are signed out and networks cannot fetch media")
