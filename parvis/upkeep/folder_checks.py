"""Checks of the data folder that need no database, and that change nothing there.

They come first: opening the desk would make a key that is missing, and hide that it was.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from parvis.config.installation import Installation
from parvis.machine.place import data_folder_mode
from parvis.machine.presence import who_runs
from parvis.upkeep.findings import Finding, fault, fine, warning

# Below the first PostgreSQL may stop in the middle of a day; the second leaves time to act.
TOO_LITTLE_MB = 200
LITTLE_MB = 1000
SECRET = 0o600


def examine_folder(installed: Installation) -> list[Finding]:
    """Ends early when there is no folder to look into."""
    if not installed.data.is_dir():
        sentence = _(
            "There is no data folder at %(folder)s. `parvis up` makes it; or name the right one "
            "with --data or PARVIS_DATA."
        )
        return [fault("data-folder", sentence, folder=installed.data)]
    return [
        *_about_folder(installed),
        *_about_space(installed),
        *_about_key("sealing-key", installed.sealing_key_file),
        *_about_key("signing-key", installed.signing_key_file),
        *_about_running(installed),
    ]


def _about_folder(installed: Installation) -> Iterator[Finding]:
    mode = stat.S_IMODE(installed.data.stat().st_mode)
    facts = {"folder": installed.data, "mode": f"{mode:o}", "usual": f"{data_folder_mode():o}"}
    if not os.access(installed.data, os.W_OK | os.X_OK):
        sentence = _(
            "The data folder %(folder)s cannot be written. Give it to the user that runs Parvis."
        )
        yield fault("data-folder", sentence, **facts)
    elif mode & ~data_folder_mode():
        sentence = _(
            "Other users of this machine can look into the data folder %(folder)s (mode %(mode)s). "
            "Close it: chmod %(usual)s %(folder)s"
        )
        yield warning("data-folder", sentence, **facts)
    else:
        yield fine("data-folder", _("The data folder is %(folder)s."), **facts)


def _about_space(installed: Installation) -> Iterator[Finding]:
    free = shutil.disk_usage(installed.data).free // 1_000_000
    if free < TOO_LITTLE_MB:
        sentence = _(
            "Only %(free)s MB are free on the disk of the data folder. Nothing can be scheduled or "
            "sent once it is full: free some space now."
        )
        yield fault("free-space", sentence, free=free)
    elif free < LITTLE_MB:
        sentence = _("Only %(free)s MB are free on the disk of the data folder.")
        yield warning("free-space", sentence, free=free)
    else:
        sentence = _("%(free)s MB are free on the disk of the data folder.")
        yield fine("free-space", sentence, free=free)


def _about_key(check: str, file: Path) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        return
    if mode & ~SECRET:
        sentence = _("Other users can read %(file)s (mode %(mode)s). Close it: chmod 600 %(file)s")
        yield fault(check, sentence, file=file, mode=f"{mode:o}")
    else:
        yield fine(check, _("%(file)s is closed to others."), file=file)


def _about_running(installed: Installation) -> Iterator[Finding]:
    if running := who_runs(installed.data):
        yield fine("running", _("Parvis runs here and is at %(url)s."), url=running.url or "…")
    else:
        yield fine("running", _("`parvis up` does not run on this data folder."))
