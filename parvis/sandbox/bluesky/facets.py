"""A text as Bluesky shows it: only what its facets mark, by byte offsets, is a link."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from parvis.sandbox.marking import as_hashtag, as_link, as_mention
from parvis.sandbox.records import Json

_KIND = "app.bsky.richtext.facet#"


def marked_by_facets(text: str, facets: Sequence[Json]) -> Markup:
    whole, place = text.encode(), 0
    parts: list[Markup] = []
    for facet in sorted(facets, key=lambda each: int(each["index"]["byteStart"])):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if start < place:
            continue  # The apps show the first of two facets that overlap.
        parts += [escape(_text(whole[place:start])), _mark(_text(whole[start:end]), facet)]
        place = end
    return Markup("").join([*parts, escape(_text(whole[place:]))])


def _mark(word: str, facet: Json) -> Markup:
    feature = facet["features"][0] if facet["features"] else {}
    kind = str(feature.get("$type", "")).removeprefix(_KIND)
    if kind == "link":
        return as_link(str(feature["uri"]), word)
    return {"mention": as_mention, "tag": as_hashtag}.get(kind, escape)(word)


def _text(part: bytes) -> str:
    return part.decode(errors="replace")
