"""A text of Bluesky shows what its facets mark, and nothing else."""

from __future__ import annotations

from typing import Any

from parvis.sandbox.bluesky.facets import marked_by_facets

KIND = "app.bsky.richtext.facet#"


def facet(start: int, end: int, kind: str, **feature: str) -> dict[str, Any]:
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": KIND + kind, **feature}],
    }


def test_a_text_without_facets_has_no_link() -> None:
    assert marked_by_facets("https://example.org #lecture <b>", []) == (
        "https://example.org #lecture &lt;b&gt;"
    )


def test_offsets_are_bytes() -> None:
    text = "📚 à lire"

    shown = marked_by_facets(text, [facet(8, 12, "link", uri="https://example.org/?a=1&b=2")])

    assert shown == (
        '📚 à <a href="https://example.org/?a=1&amp;b=2" rel="noreferrer nofollow">lire</a>'
    )


def test_mentions_and_tags_are_shown_in_order_and_never_twice() -> None:
    facets = [facet(5, 11, "tag"), facet(0, 4, "mention", did="did:plc:x"), facet(2, 9, "tag")]

    assert marked_by_facets("@bob #été", facets) == (
        '<span class="mention">@bob</span> <span class="hashtag">#été</span>'
    )


def test_an_address_that_is_none_of_the_web_is_no_link() -> None:
    assert marked_by_facets("ici", [facet(0, 3, "link", uri="javascript:alert(1)")]) == "ici"
