"""What a network tells of a post after it went out: its figures and its replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Metric(StrEnum):
    """The field's names. What two networks define differently has two names: a view is not an
    impression, and a reaction is more than a like."""

    IMPRESSIONS = "impressions"
    VIEWS = "views"
    REACH = "reach"
    LIKES = "likes"
    REACTIONS = "reactions"
    REPLIES = "replies"
    COMMENTS = "comments"
    REPOSTS = "reposts"
    SHARES = "shares"
    QUOTES = "quotes"
    BOOKMARKS = "bookmarks"
    SAVES = "saves"
    LINK_CLICKS = "link clicks"
    CLICKS = "clicks"
    PROFILE_CLICKS = "profile clicks"
    ENGAGEMENTS = "engagements"
    VIDEO_VIEWS = "video views"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """One post's figures at one moment. A figure that the network did not give is not in
    `counts`: it is not known, which is not 0. `is_gone` when the network says that the post is
    no longer there."""

    remote_id: str
    counts: Mapping[Metric, int]
    read_at: datetime
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many follow an account, and how many posts it has; None where that is not told."""

    followers: int | None = None
    posts: int | None = None


def told_count(told: Mapping[str, object], name: str) -> int | None:
    """A count among an answer's fields; None where there is none."""
    count = told.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Somebody's answer to a post. `parent_id` is what it answers: the post, or another reply."""

    remote_id: str
    url: str
    parent_id: str
    author_id: str
    author_handle: str
    author_name: str
    text: str
    written_at: datetime
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """A page of replies, oldest known first. `cursor` asks for the next page; None at the end."""

    replies: tuple[Reply, ...]
    cursor: str | None = None
