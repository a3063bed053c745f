"""What people type as a time, settled on one moment."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from parvis.cli.failures import Failure
from parvis.schedule.local_time import Repeated, Skipped, settle

EXAMPLE = "2026-12-24 18:00"


class Fold(StrEnum):
    FIRST = "first"
    SECOND = "second"


FoldOption = Annotated[
    Fold | None, typer.Option("--fold", help="Which one, when clocks show that time twice.")
]


def moment_from(typed: str, zone: ZoneInfo, fold: Fold | None) -> datetime:
    """In UTC. Without an offset it is the time that clocks in `zone` show. Raises Failure."""
    found = _read(typed)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    try:
        return settle(found, zone, fold=None if fold is None else int(fold is Fold.SECOND))
    except Skipped as skipped:
        before, after = (_shown(at, zone) for at in (skipped.before, skipped.after))
        raise Failure(
            "skipped",
            f"Clocks in {zone} jump over {typed}: that moment does not exist. "
            f"Name {before} or {after}.",
            before=skipped.before,
            after=skipped.after,
        ) from None
    except Repeated as repeated:
        raise Failure(
            "repeated",
            f"Clocks in {zone} show {typed} twice that day. Say --fold first "
            f"({_shown(repeated.first, zone)}) or --fold second ({_shown(repeated.second, zone)}).",
            first=repeated.first,
            second=repeated.second,
        ) from None


def shown_to_a_person(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def shown_to_the_second(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _read(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise _unreadable(typed) from None
    if len(typed.strip()) <= len("2026-12-24"):
        raise _unreadable(typed)
    return found


def _unreadable(typed: str) -> Failure:
    return Failure(
        "no-time",
        f"“{typed}” is not a day and a time. Write it as {EXAMPLE}, or with an offset as "
        "2026-12-24T18:00+01:00.",
    )


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M%z}"
