"""Every page of the desk, found through its addresses: a new one is among them by itself."""

from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import BrowserContext

from tests.demo import Demo

# For those who have not signed in.
OUTSIDE = frozenset({"opening", "sign-in", "join"})


def pages_of(demo: Demo, desk: BrowserContext) -> Mapping[str, str]:
    """Name of the address: a path. What only answers to forms, or is a file, is no page.

    Raises KeyError for an address with a part that `_parts` does not know yet.
    """
    paths = {name: _path(name, parts, demo) for name, parts in _named(get_resolver().url_patterns)}
    return {name: path for name, path in paths.items() if _is_a_page(desk, path)}


def _named(
    patterns: list[URLPattern | URLResolver], before: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of addresses, and of the parts that each needs."""
    for pattern in patterns:
        parts = (*before, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from _named(pattern.url_patterns, parts)
        elif pattern.name and pattern.name not in OUTSIDE:
            yield pattern.name, parts


def _path(name: str, needed: tuple[str, ...], demo: Demo) -> str:
    known = _parts(demo)
    if name == "compose":
        known["post_id"] = demo.draft.pk
    return reverse(name, kwargs={part: known[part] for part in needed})


def _parts(demo: Demo) -> dict[str, object]:
    return {
        "batch": demo.waiting.batch,
        "table_id": demo.waiting.table.pk,
        "account_id": demo.accounts["mastodon"].pk,
        "campaign_id": demo.campaign.pk,
        "delivery_id": demo.held.pk,
        "entry_id": 0,
        "feed_id": demo.feed.pk,
        "invitation_id": 0,
        "key": "key",
        "media_id": demo.pictures[0].pk,
        "membership_id": 0,
        "name": "x",
        "network": "x",
        "number": 1,
        "post_id": demo.unknown.post_id,
        "occurrence_id": 0,
        "series_id": demo.series.pk,
        "sha256": demo.pictures[0].sha256,
        "signed": "signed",
        "snippet_id": demo.snippet.pk,
        "tag_id": demo.tag.pk,
        "view_id": demo.view.pk,
    }


def _is_a_page(desk: BrowserContext, path: str) -> bool:
    answer = desk.request.get(path, max_redirects=0)
    assert answer.status != 500, f"{path} is broken"
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    return answer.status == 200 and is_html and "<main" in answer.text()
