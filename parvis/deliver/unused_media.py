"""Takes pictures and videos off the shelf that nothing names any more.

It stands here because a delivery, too, names the files that it sends or has sent.
"""

from parvis.compose.media import still_beside
from parvis.compose.media_lock import while_it_goes
from parvis.compose.models import Media, PostMedia, Version
from parvis.deliver.freeze import name_of_file
from parvis.deliver.models import Delivery
from parvis.schedule.models import Series


class StillUsed(Exception):
    """Nothing was deleted. `code` says what holds it: "post", "version", "series" or
    "delivery"."""

    def __init__(self, media: Media, code: str) -> None:
        super().__init__(f"media {media.pk} is used by a {code}")
        self.media = media
        self.code = code


def delete_unused(media: Media) -> None:
    """With the copies that were made of it for networks. Raises StillUsed, also where only a copy
    is used. Another workspace that keeps the same bytes keeps the file."""
    family = [*media.copies.all(), media]
    for each in family:
        _refuse_what_is_used(each)
    for each in family:
        _delete_row(each)
        _delete_file(each)


def _delete_row(media: Media) -> None:
    with while_it_goes(media.sha256):
        _refuse_what_is_used(media)
        Media.objects.filter(pk=media.pk).delete()


def _refuse_what_is_used(media: Media) -> None:
    if holder := _holder_of(media):
        raise StillUsed(media, holder)


def _delete_file(media: Media) -> None:
    """Once the row is surely gone: stopped in between, a file is left over and nothing is lost."""
    with while_it_goes(media.sha256):
        if Media.objects.filter(sha256=media.sha256).exists():
            return
        media.path.unlink(missing_ok=True)
        still_beside(media.path).unlink(missing_ok=True)


def _holder_of(media: Media) -> str:
    if PostMedia.objects.filter(media=media).exists():
        return "post"
    named = {"media": [{"media_id": media.pk}]}
    versions = Version.objects.filter(post__workspace_id=media.workspace_id)
    if versions.filter(content__contains=named).exists():
        return "version"
    series = Series.objects.filter(workspace_id=media.workspace_id)
    if series.filter(content__contains=named).exists():
        return "series"
    sent = [{"media": [{"file": name_of_file(media.path)}]}]
    deliveries = Delivery.objects.filter(workspace_id=media.workspace_id)
    return "delivery" if deliveries.filter(parts__contains=sent).exists() else ""
