"""Why no backup was made, in words: what happened, what was kept, what to do."""

from django.utils.translation import gettext_lazy as _

_WHY = {
    "little-space": _(
        "A backup would nearly fill the disk, so it was not made. Nothing else was changed. Free "
        "some space, or write the backup to another disk with `parvis backup`."
    ),
    "disk-full": _(
        "The disk is full. No backup was made, and nothing else was changed. Free some space, then "
        "try again."
    ),
    "disk": _(
        "A file could not be read or written. No backup was made, and nothing else was changed. "
        "`parvis doctor` says more."
    ),
    "pg-dump": _(
        "The database could not be read to its end. No backup was made, and nothing else was "
        "changed. The log of Parvis says more."
    ),
    "stopped": _(
        "Parvis was stopped while it made the backup, so there is none. Make it once more."
    ),
}
_OTHERWISE = _(
    "No backup was made, and nothing else was changed. Try again; the log of Parvis says more."
)


def why_no_backup(code: str) -> str:
    return str(_WHY.get(code, _OTHERWISE))
