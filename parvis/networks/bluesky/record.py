"""The post as a record: `app.bsky.feed.post`, its facets and its images (AT Protocol lexicons)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from parvis.networks.bluesky.identity import is_handle
from parvis.networks.contract import Account, Json, MediaFile, Part
from parvis.networks.text import Span, find_hashtags, find_links, find_mentions, graphemes

COLLECTION = "app.bsky.feed.post"
WEBSITE = "https://bsky.app"
_TAG_LIMIT = 64


def mentioned_handles(text: str) -> list[str]:
    """Each handle once, in the order in which they come."""
    return list(dict.fromkeys(span.value.lower() for span in _handle_spans(text)))


def build_record(
    part: Part, created_at: datetime, dids: Mapping[str, str], blobs: Sequence[Json]
) -> Json:
    """`dids` by handle; a handle that is not among them stays plain text. `blobs` as uploaded, in
    the order of the part's images."""
    record: Json = {
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": _timestamp(created_at),
    }
    if part.language:
        record["langs"] = [part.language]
    if facets := build_facets(part.text, dids):
        record["facets"] = facets
    if part.images:
        record["embed"] = _images(part.images, blobs)
    return record


def page_of(server: str, uri: str) -> str:
    """Where a person reads the post. It names the DID: a handle may change hands.

    bsky.app shows every account whose server it can reach. A server that is spoken to in plain
    http is on a machine of one's own, where only a page of that server itself can be right.
    """
    did, _, key = uri.removeprefix("at://").split("/")
    site = server if server.startswith("http://") else WEBSITE
    return f"{site}/profile/{did}/post/{key}"


def build_put(account: Account, key: str, record: Json) -> Json:
    """The arguments of putRecord. `swapRecord: null` makes it create or find, never overwrite."""
    return {
        "repo": account.remote_id,
        "collection": COLLECTION,
        "rkey": key,
        "record": record,
        "swapRecord": None,
    }


def build_facets(text: str, dids: Mapping[str, str]) -> list[Json]:
    """Links, mentions and tags. Their places are counted in UTF-8 bytes."""
    found: list[tuple[Span, Json]] = []
    for link in find_links(text):
        found.append((link, {"$type": "app.bsky.richtext.facet#link", "uri": link.value}))
    for mention in _handle_spans(text):
        if did := dids.get(mention.value.lower()):
            found.append((mention, {"$type": "app.bsky.richtext.facet#mention", "did": did}))
    for tag in find_hashtags(text):
        if graphemes(tag.value) <= _TAG_LIMIT:
            found.append((tag, {"$type": "app.bsky.richtext.facet#tag", "tag": tag.value}))
    found.sort(key=lambda pair: pair[0].start)
    return [_facet(text, span, feature) for span, feature in found]


def _handle_spans(text: str) -> list[Span]:
    return [span for span in find_mentions(text) if is_handle(span.value.lower())]


def _facet(text: str, span: Span, feature: Json) -> Json:
    start = len(text[: span.start].encode())
    end = start + len(text[span.start : span.end].encode())
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def _images(images: Sequence[MediaFile], blobs: Sequence[Json]) -> Json:
    return {
        "$type": "app.bsky.embed.images",
        "images": [_image(image, blob) for image, blob in zip(images, blobs, strict=True)],
    }


def _image(image: MediaFile, blob: Json) -> Json:
    embedded: Json = {"image": blob, "alt": image.alt}
    if image.width > 0 and image.height > 0:
        embedded["aspectRatio"] = {"width": image.width, "height": image.height}
    return embedded


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
