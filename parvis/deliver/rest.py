"""What is not out of a delivery that stopped half-way, as content that can be written anew."""

from collections.abc import Iterator, Sequence

from django.db.models.functions import Coalesce

from parvis.compose.content import Content, Said, UsedMedia
from parvis.compose.models import Media
from parvis.deliver.freeze import part_from_json
from parvis.deliver.models import Delivery
from parvis.networks.part import Part


def content_of_the_rest(delivery: Delivery) -> Content:
    """As it was frozen for this account, signature and marks of its links included. A comment that
    is all the rest becomes the text."""
    parts = [part_from_json(each) for each in delivery.parts[len(delivery.receipts) :]]
    thread = [part for part in parts if not part.is_comment] or parts
    comment = next((part for part in parts if part.is_comment and part not in thread), None)
    first, *more = thread
    return Content(
        text=first.text,
        thread=tuple(part.text for part in more),
        first_comment=comment.text if comment else "",
        splits=delivery.post.splits,
        language=first.language,
        content_warning=first.content_warning,
        visibility=first.visibility or "",
        media=tuple(_used_media(delivery, thread)),
        said=_said(delivery),
        lateness_allowed=delivery.lateness_allowed,
        campaign_id=delivery.post.campaign_id,
        signs=False,
    )


def _said(delivery: Delivery) -> dict[int, Said]:
    """Nobody, where the account was disconnected since."""
    return {} if delivery.account.sealed_tokens is None else {delivery.account_id: Said()}


def _used_media(delivery: Delivery, parts: Sequence[Part]) -> Iterator[UsedMedia]:
    """Files are named by the hash of their bytes. In the place of a copy that was made for the
    network stands the whole, from which one is made anew."""
    kept = dict(
        Media.objects.filter(
            workspace=delivery.workspace_id,
            sha256__in=[file.path.name for part in parts for file in part.media],
        ).values_list("sha256", Coalesce("copy_of", "pk"))
    )
    for number, part in enumerate(parts):
        for file in part.media:
            if file.path.name in kept:
                yield UsedMedia(media_id=kept[file.path.name], alt=file.alt, part=number)
