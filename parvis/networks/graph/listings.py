"""Listings of a Graph API, `{"data": […], "paging": {"cursors": {"after"}, "next"}}`, and how one's
own post is told in them.

Meta keeps a text as it was sent, but for the spaces at its ends and, here and there, those within
[from memory]: two texts are the same when they are so in all but spaces.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from parvis.networks.contract import Candidate, Json
from parvis.networks.likeness import closely


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One's own post, media or comment as Meta lists it. `media_ids` are those of the uploads
    that it shows, where the listing tells them; `media_count` is None where it does not say."""

    remote_id: str
    url: str
    text: str
    created_at: datetime
    media_ids: frozenset[str] = frozenset()
    media_count: int | None = None

    def as_candidate(self) -> Candidate:
        return Candidate(
            remote_id=self.remote_id,
            url=self.url,
            text=self.text,
            published_at=self.created_at,
            media_count=self.media_count,
        )


def same_text(one: str, other: str) -> bool:
    return closely(one) == closely(other)


def ends_before(posts: Sequence[Listed], floor: datetime) -> bool:
    """Whether what follows this page of a listing is older still. That Meta lists the newest
    first is not documented everywhere, so it is looked at."""
    moments = [post.created_at for post in posts]
    return bool(moments) and moments[-1] < floor and moments == sorted(moments, reverse=True)


def recent(posts: Iterable[Listed], floor: datetime) -> tuple[Listed, ...]:
    return tuple(post for post in posts if post.created_at >= floor)


def moment(told: Any) -> datetime:
    """Meta writes times as 2026-11-21T12:00:00+0000. Raises ValueError or TypeError."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_or_none(told: Any) -> datetime | None:
    try:
        return moment(told)
    except (TypeError, ValueError):
        return None
