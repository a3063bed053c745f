"""Keeps how pictures and videos were last described, so that nobody describes one twice."""

from collections.abc import Iterable, Mapping

from parvis.compose.content import UsedMedia
from parvis.compose.models import Media
from parvis.people.models import Workspace


def describe(media: Media, alt: str) -> None:
    media.alt = alt.strip()
    media.save(update_fields=["alt"])


def remember_descriptions(
    workspace: Workspace, used: Iterable[UsedMedia], before: Mapping[int, str]
) -> None:
    """What was written anew in a draft; `before` is what it said of each file until now."""
    written = {
        one.media_id: one.alt.strip()
        for one in used
        if one.alt.strip() and one.alt != before.get(one.media_id)
    }
    if not written:
        return
    known = list(Media.objects.filter(workspace=workspace, pk__in=written))
    for media in known:
        media.alt = written[media.pk]
    Media.objects.bulk_update(known, ["alt"])
