"""What records must look like, by the lexicons (bluesky-social/atproto, 2026-08), and what the
reference PDS 0.5.35 says when they do not; the sentences were read from it.

In one thing this is stricter: a facet must lie on whole characters of the text. The real server
takes any numbers, and readers then see no link; here the mistake shows at once.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import regex

from parvis.sandbox.bluesky.cids import is_cid, is_tid
from parvis.sandbox.records import Json

POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
PROFILE = "app.bsky.actor.profile"

Check = Callable[[Any, str], None]
_GRAPHEME = regex.compile(r"\X")
_DATETIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,20})?(?:Z|[+-][0-2]\d:[0-5]\d)"
)
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_HANDLE = re.compile(
    r"(?=.{1,253}\Z)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+"
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)
_NSID = re.compile(
    r"[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9-]+)+\.[a-zA-Z][a-zA-Z0-9]*"
)
_RECORD_KEY = re.compile(r"(?!\.{1,2}\Z)[a-zA-Z0-9_~.:-]{1,512}")
_LANGUAGE = re.compile(r"(?:[a-z]{2,3}|i)(?:-[a-zA-Z0-9-]+)?")
_URI = re.compile(r"\w+:(?://)?[^\s/][^\s]*")


class Unfit(Exception):
    """A record that the server refuses; the text is its message."""


def check_record(collection: str, rkey: str, record: Json, path: str = "$.record") -> bool:
    """Raises Unfit. False when the collection is one whose lexicon is not known here."""
    if not isinstance(record, dict) or record.get("$type", collection) != collection:
        kind = record.get("$type") if isinstance(record, dict) else record
        raise Unfit(f"Invalid $type: expected {collection}, got {kind}")
    if not is_record_key(rkey):
        raise Unfit(f"Invalid record key: {rkey}")
    if collection not in _RECORDS:
        return False
    if collection in _KEYED_BY_TID and not is_tid(rkey):
        raise Unfit(
            f"Invalid record key for {collection}: Invalid TID string (got {_quoted(rkey)}) at $"
        )
    try:
        _RECORDS[collection](record, path)
    except Unfit as unfit:
        raise Unfit(f"Invalid {collection} record: {unfit}") from None
    return True


def is_handle(text: str) -> bool:
    return _HANDLE.fullmatch(text) is not None


def is_did(text: object) -> bool:
    return isinstance(text, str) and _DID.fullmatch(text) is not None


def is_nsid(text: object) -> bool:
    return isinstance(text, str) and _NSID.fullmatch(text) is not None


def is_record_key(text: object) -> bool:
    return isinstance(text, str) and _RECORD_KEY.fullmatch(text) is not None


def is_at_uri(text: object) -> bool:
    if not isinstance(text, str) or not text.startswith("at://"):
        return False
    authority, *path = text.removeprefix("at://").split("/")
    known = is_did(authority) or is_handle(authority)
    tests = (is_nsid, is_record_key)
    return known and len(path) <= 2 and all(t(p) for t, p in zip(tests, path, strict=False))


def graphemes(text: str) -> int:
    return len(_GRAPHEME.findall(text))


# Checks of values. Each takes the value and its path, such as $.record.text.


def _text(
    *, most_bytes: int | None = None, most_graphemes: int | None = None, form: str = ""
) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise Unfit(f"Expected string value type (got {_quoted(value)}) at {path}")
        size = len(value.encode(errors="surrogatepass"))
        if most_bytes is not None and size > most_bytes:
            raise Unfit(f"string too big (maximum {most_bytes}, got {size}) at {path}")
        if most_graphemes is not None and (count := graphemes(value)) > most_graphemes:
            raise Unfit(f"grapheme too big (maximum {most_graphemes}, got {count}) at {path}")
        if form and not _FORMS[form](value):
            raise Unfit(f"Invalid {form} (got {_quoted(value)}) at {path}")

    return check


def _number(*, least: int) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unfit(f"Expected integer value type (got {_quoted(value)}) at {path}")
        if value < least:
            raise Unfit(f"integer too small (minimum {least}, got {value}) at {path}")

    return check


def _list(of: Check, *, most: int | None = None) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise Unfit(f"Expected array value type (got {_quoted(value)}) at {path}")
        if most is not None and len(value) > most:
            raise Unfit(f"array too big (maximum {most}, got {len(value)}) at {path}")
        for index, each in enumerate(value):
            of(each, f"{path}[{index}]")

    return check


def _object(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Names that it does not know are let pass: lexicons grow."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Unfit(f"Expected object value type (got {_quoted(value)}) at {path}")
        for name, each in required.items():
            if name not in value:
                raise Unfit(f"Missing required key {_quoted(name)} at {path}")
            each(value[name], f"{path}.{name}")
        for name, each in (optional or {}).items():
            if name in value:
                each(value[name], f"{path}.{name}")

    return check


def _union(known: Mapping[str, Check]) -> Check:
    """An open one: what is of another type is let pass."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict) or not isinstance(value.get("$type"), str):
            raise Unfit(f"Expected an object with a {_quoted('$type')} property at {path}")
        if value["$type"] in known:
            known[value["$type"]](value, path)

    return check


def _blob(*, accept: str, most_bytes: int) -> Check:
    def check(value: Any, path: str) -> None:
        if not is_blob(value):
            raise Unfit(f"Expected blob value type (got {_quoted(value)}) at {path}")
        if not re.fullmatch(accept.replace("*", ".+"), value["mimeType"]):
            got = _quoted(value["mimeType"])
            raise Unfit(f"Expected {_quoted(accept)} (got {got}) at {path}.mimeType")
        if value["size"] > most_bytes:
            raise Unfit(f"blob too big (maximum {most_bytes}, got {value['size']}) at {path}")

    return check


def is_blob(value: Any) -> bool:
    match value:
        case {"$type": "blob", "ref": {"$link": link}, "mimeType": str(), "size": int()}:
            return is_cid(link)
        case _:
            return False


def _is_datetime(text: str) -> bool:
    """The 30th of February is let pass, as JavaScript reads it as a day in March."""
    if not (found := _DATETIME.fullmatch(text)):
        return False
    year, month, day, hour, minute, second = map(int, found.groups())
    is_date = year > 0 and 1 <= month <= 12 and 1 <= day <= 31
    return is_date and hour <= 23 and minute <= 59 and second <= 59


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "datetime": _is_datetime,
    "at-uri": is_at_uri,
    "DID": is_did,
    "cid": is_cid,
    "uri": lambda text: _URI.fullmatch(text) is not None,
    "language": lambda text: _LANGUAGE.fullmatch(text) is not None,
}


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value) if isinstance(value, int | float) else type(value).__name__


# The records.

_STRONG_REFERENCE = _object({"uri": _text(form="at-uri"), "cid": _text(form="cid")})
_SHAPE = _object({"width": _number(least=1), "height": _number(least=1)})
_IMAGE = _object(
    {"image": _blob(accept="image/*", most_bytes=2_000_000), "alt": _text()},
    {"aspectRatio": _SHAPE},
)
_CAPTION = _object(
    {"lang": _text(form="language"), "file": _blob(accept="text/vtt", most_bytes=20_000)}
)
_MEDIA: Mapping[str, Check] = {
    "app.bsky.embed.images": _object({"images": _list(_IMAGE, most=4)}),
    "app.bsky.embed.gallery": _object(
        {"items": _list(_union({"app.bsky.embed.gallery#image": _IMAGE}), most=20)}
    ),
    "app.bsky.embed.video": _object(
        {"video": _blob(accept="video/mp4", most_bytes=300_000_000)},
        {"captions": _list(_CAPTION, most=20), "alt": _text(), "aspectRatio": _SHAPE},
    ),
    "app.bsky.embed.external": _object(
        {"external": _object({"uri": _text(form="uri"), "title": _text(), "description": _text()})}
    ),
}
_QUOTE = _object({"record": _STRONG_REFERENCE})
_EMBED = _union(
    {
        **_MEDIA,
        "app.bsky.embed.record": _QUOTE,
        "app.bsky.embed.recordWithMedia": _object({"record": _QUOTE, "media": _union(_MEDIA)}),
    }
)
_FACET = _object(
    {
        "index": _object({"byteStart": _number(least=0), "byteEnd": _number(least=0)}),
        "features": _list(
            _union(
                {
                    "app.bsky.richtext.facet#link": _object({"uri": _text(form="uri")}),
                    "app.bsky.richtext.facet#mention": _object({"did": _text(form="DID")}),
                    "app.bsky.richtext.facet#tag": _object(
                        {"tag": _text(most_bytes=640, most_graphemes=64)}
                    ),
                }
            )
        ),
    }
)
_POST = _object(
    {
        "text": _text(most_bytes=3000, most_graphemes=300),
        "createdAt": _text(form="datetime"),
    },
    {
        "facets": _list(_FACET),
        "reply": _object({"root": _STRONG_REFERENCE, "parent": _STRONG_REFERENCE}),
        "embed": _EMBED,
        "langs": _list(_text(form="language"), most=3),
        "tags": _list(_text(most_bytes=640, most_graphemes=64), most=8),
    },
)


def _post(record: Any, path: str) -> None:
    _POST(record, path)
    text = record["text"].encode()
    for number, facet in enumerate(record.get("facets", ())):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not (start < end <= len(text) and _is_whole(text[start:end])):
            raise Unfit(f"facet not on whole characters at {path}.facets[{number}].index")


def _is_whole(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


_RECORDS: Mapping[str, Check] = {
    POST: _post,
    GATE: _object(
        {"post": _text(form="at-uri"), "createdAt": _text(form="datetime")},
        {
            "allow": _list(
                _union({f"{GATE}#listRule": _object({"list": _text(form="at-uri")})}), most=5
            ),
            "hiddenReplies": _list(_text(form="at-uri"), most=300),
        },
    ),
    LIKE: _object({"subject": _STRONG_REFERENCE, "createdAt": _text(form="datetime")}),
    REPOST: _object({"subject": _STRONG_REFERENCE, "createdAt": _text(form="datetime")}),
    PROFILE: _object(
        {},
        {
            "displayName": _text(most_bytes=640, most_graphemes=64),
            "description": _text(most_bytes=2560, most_graphemes=256),
            "avatar": _blob(accept="image/*", most_bytes=2_000_000),
        },
    ),
}
_KEYED_BY_TID = frozenset({POST, GATE, LIKE, REPOST})
