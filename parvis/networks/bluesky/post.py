"""The post as a record: `app.bsky.feed.post`, its facets and its images (AT Protocol lexicons);
and the receipt."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from parvis.networks.bluesky import xrpc
from parvis.networks.bluesky.identity import is_handle
from parvis.networks.contract import Account, Json, MediaFile, Part, Prepared, Published
from parvis.networks.http import Answer
from parvis.networks.part import GIF
from parvis.networks.text import Span, find_hashtags, find_links, find_mentions, graphemes
from parvis.networks.traits import ReplySetting

COLLECTION = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
WEBSITE = "https://bsky.app"
_TAG_LIMIT = 64
_ALLOWED: Mapping[ReplySetting, list[Json]] = {
    ReplySetting.FOLLOWED: [{"$type": f"{GATE}#followingRule"}],
    ReplySetting.FOLLOWERS: [{"$type": f"{GATE}#followerRule"}],
    ReplySetting.MENTIONED: [{"$type": f"{GATE}#mentionRule"}],
    ReplySetting.NOBODY: [],
}
GATED = frozenset(_ALLOWED)


def mentioned_handles(text: str) -> list[str]:
    """Each handle once, in the order in which they come."""
    return list(dict.fromkeys(span.value.lower() for span in _handle_spans(text)))


def build_record(
    part: Part,
    created_at: datetime,
    dids: Mapping[str, str],
    blobs: Sequence[Json],
    reply: Json | None = None,
) -> Json:
    """`dids` by handle; a handle that is not among them stays plain text. `blobs` as uploaded, in
    the order of the part's media. `reply` as `build_reply` made it."""
    record: Json = {
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": _timestamp(created_at),
    }
    if part.language:
        record["langs"] = [part.language]
    if facets := build_facets(part.text, dids):
        record["facets"] = facets
    if part.media:
        record["embed"] = _embed(part.media, blobs)
    if reply:
        record["reply"] = reply
    return record


def build_reply(root: Published, parent: Published) -> Json:
    """`root` is the thread's first post, `parent` the one that is answered. The reference of each
    holds its `cid`."""
    return {"root": _strong_reference(root), "parent": _strong_reference(parent)}


def _strong_reference(post: Published) -> Json:
    return {"uri": post.remote_id, "cid": post.reference["cid"]}


def page_of(server: str, uri: str) -> str:
    """Where a person reads the post. It names the DID: a handle may change hands.

    bsky.app shows every account whose server it can reach. A server that is spoken to in plain
    http is on a machine of one's own, where only a page of that server itself can be right.
    """
    did, _, key = uri.removeprefix("at://").split("/")
    site = server if server.startswith("http://") else WEBSITE
    return f"{site}/profile/{did}/post/{key}"


def build_body(account: Account, key: str, part: Part, record: Json) -> Json:
    """The arguments that publish the record, of the procedure that `method_of` names."""
    if part.reply_setting in GATED:
        return build_gated_writes(account, key, record, part.reply_setting)
    return build_put(account, key, record)


def build_put(account: Account, key: str, record: Json) -> Json:
    """The arguments of putRecord. `swapRecord: null` makes it create or find, never overwrite."""
    return {
        "repo": account.remote_id,
        "collection": COLLECTION,
        "rkey": key,
        "record": record,
        "swapRecord": None,
    }


def build_gated_writes(account: Account, key: str, record: Json, setting: ReplySetting) -> Json:
    """The arguments of applyWrites: the post and who may answer it, in one commit.

    In one, so that no moment is open to everybody; and the post before its gate, because an
    AppView that sees the gate first leaves the post unmarked (bluesky-social/atproto, the plugin
    thread-gate.ts). Sent again it is a 500 and no second post, as the key is taken: what became of
    it is looked up.
    """
    gate = {
        "$type": GATE,
        "post": uri_of(account, key),
        "allow": _ALLOWED[setting],
        "createdAt": record["createdAt"],
    }
    return {
        "repo": account.remote_id,
        "writes": [_create(COLLECTION, key, record), _create(GATE, key, gate)],
    }


def _create(collection: str, key: str, record: Json) -> Json:
    return {
        "$type": "com.atproto.repo.applyWrites#create",
        "collection": collection,
        "rkey": key,
        "value": record,
    }


def uri_of(account: Account, key: str) -> str:
    return f"at://{account.remote_id}/{COLLECTION}/{key}"


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


def is_moving(file: MediaFile) -> bool:
    """A moving picture stands still as an image, so it goes the way of a video."""
    return file.is_video or file.is_animated


def _embed(media: Sequence[MediaFile], blobs: Sequence[Json]) -> Json:
    if is_moving(media[0]):
        return _video(media[0], blobs[0])
    return {
        "$type": "app.bsky.embed.images",
        "images": [_image(image, blob) for image, blob in zip(media, blobs, strict=True)],
    }


def _video(video: MediaFile, blob: Json) -> Json:
    embed: Json = {"$type": "app.bsky.embed.video", "video": blob, **_shape(video)}
    if video.alt:
        embed["alt"] = video.alt
    if video.media_type == GIF:
        embed["presentation"] = "gif"
    return embed


def _image(image: MediaFile, blob: Json) -> Json:
    return {"image": blob, "alt": image.alt, **_shape(image)}


def _shape(file: MediaFile) -> Json:
    if file.width <= 0 or file.height <= 0:
        return {}
    return {"aspectRatio": {"width": file.width, "height": file.height}}


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_receipt(answer: Answer, account: Account, prepared: Prepared) -> Published:
    """What putRecord or applyWrites answered. A repeated, equal putRecord is answered with the
    same URI."""
    said = xrpc.read(answer)
    written = _first_result(said) if is_gated(prepared) else said
    return receipt_of(answer, written, account, prepared)


def _first_result(said: Json) -> Json:
    """Of applyWrites: the results come in the order of the writes, the post first."""
    results = said.get("results")
    first = results[0] if isinstance(results, list) and results else None
    return first if isinstance(first, dict) else {}


def receipt_of(answer: Answer, written: Json, account: Account, prepared: Prepared) -> Published:
    """`written` is what the server says of the record. The key is ours, so another URI than the
    one that was asked for is no answer."""
    uri = uri_of(account, prepared.key)
    if written.get("uri") != uri:
        raise answer.unreadable()
    return Published(
        remote_id=uri,
        url=page_of(account.server, uri),
        published_at=datetime.fromisoformat(_record_in(prepared)["createdAt"]),
        reference={"cid": written["cid"]} if isinstance(written.get("cid"), str) else {},
    )


def is_gated(prepared: Prepared) -> bool:
    return "writes" in prepared.body


def method_of(prepared: Prepared) -> str:
    """The procedure that takes the prepared arguments."""
    verb = "applyWrites" if is_gated(prepared) else "putRecord"
    return f"com.atproto.repo.{verb}"


def _record_in(prepared: Prepared) -> Json:
    record: Json = (
        prepared.body["writes"][0]["value"] if is_gated(prepared) else prepared.body["record"]
    )
    return record
