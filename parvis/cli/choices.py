"""What a person can decide about a delivery, in the words of the command."""

from dataclasses import dataclass
from enum import StrEnum

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure


class Choice(StrEnum):
    THERE = "there"
    AGAIN = "again"
    LOOK = "look"
    RELEASE = "release"
    AFTER_LIMIT = "after-limit"
    GIVE_UP = "give-up"
    SET_ASIDE = "set-aside"


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a post was seen: the number of what was found, from 1, or an address."""

    candidate: int | None
    url: str


def seen_with(choice: Choice, candidate: int | None, url: str) -> Seen:
    """Raises Failure where the two options do not go together, or not with the choice."""
    if (candidate is not None or url) and choice is not Choice.THERE:
        raise _unclear("--candidate and --url say where it is: they go with there alone.")
    if candidate is not None and url:
        raise _unclear("Say where it is once: --candidate or --url.")
    return Seen(candidate, url)


def _unclear(sentence: str) -> Failure:
    return Failure("usage", f"{sentence} Nothing was done.", ExitCode.USAGE)
