"""Listings of a Graph API: `{"data": […], "paging": {"cursors": {"after"}, "next"}}`."""

from collections.abc import Mapping
from typing import Any

from parvis.networks.contract import Json


def rows_of(told: Any) -> list[Json]:
    """The listed objects; none where this is no listing."""
    data = told.get("data") if isinstance(told, Mapping) else None
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def next_cursor(told: Json) -> str | None:
    """Where the next page of a listing begins. `after` is told on the last page too, so that
    there is more is told by `next` alone."""
    paging = told.get("paging")
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    return str(after) if after else None
