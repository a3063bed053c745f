"""How many follow an account, and how that has changed."""

from dataclasses import dataclass
from datetime import date, timedelta

from parvis.connections.models import Account
from parvis.engagement.models import AccountFigures
from parvis.report.figure_phrases import grouped

LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`change` is that of the followers since `since`, with its sign; empty without an earlier
    count."""

    followers: str
    posts: str
    day: date
    change: str
    since: date


def standing_of(account: Account) -> Standing | None:
    """By the newest count; None before the first. One query."""
    counts = list(account.figures.exclude(followers=None).order_by("-day")[: LOOKED_BACK.days + 1])
    if not counts:
        return None
    newest, oldest = counts[0], _first_within(counts)
    change = (newest.followers or 0) - (oldest.followers or 0)
    return Standing(
        followers=grouped(newest.followers or 0),
        posts="" if newest.posts is None else grouped(newest.posts),
        day=newest.day,
        change=_signed(change) if oldest.day < newest.day else "",
        since=oldest.day,
    )


def _first_within(counts: list[AccountFigures]) -> AccountFigures:
    return next(one for one in reversed(counts) if one.day >= counts[0].day - LOOKED_BACK)


def _signed(change: int) -> str:
    """With a minus sign as printers have it."""
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{grouped(abs(change))}"
