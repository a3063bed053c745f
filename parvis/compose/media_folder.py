"""Whether the media folder is the desk's: a share that is not mounted leaves an empty folder, and
what was put there would be hidden as soon as it is mounted again."""

from pathlib import Path

from django.conf import settings

from parvis.people.models import Desk

# Holds the mark of the desk: see upkeep.identity.
MARK_FILE = "desk.mark"


class MediaFolderAway(Exception):
    """The folder that the desk's machines share is not there. Nothing was kept."""


def refuse_another_folder() -> None:
    """Raises MediaFolderAway. A desk that was never started has no mark yet."""
    known = Desk.objects.values_list("mark", flat=True).first()
    if known is not None and _mark_here() != known:
        raise MediaFolderAway(
            f"The media folder {settings.MEDIA_ROOT} is not the one of this desk: its disk may not "
            "be mounted. Nothing was kept. Mount it, then try again; `parvis doctor` tells more."
        )


def _mark_here() -> str:
    """Empty where there is none, or none that can be read."""
    try:
        return (Path(settings.MEDIA_ROOT) / MARK_FILE).read_text("ascii", "replace").strip()
    except OSError:
        return ""
