"""What a campaign is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from parvis.config.installation import LARGEST_PACE
from parvis.sandbox.ports import PORTS

POSTS_A_MINUTE = 400
SHORTEST_MINUTES = 0.2
LONGEST_MINUTES = 120.0
MOST_POSTS = 20_000
POSTS_AN_ACCOUNT = 18
FEWEST_ACCOUNTS, MOST_ACCOUNTS = 3, 20


class Break(StrEnum):
    """A safeguard that is turned off, to show that the campaign notices."""

    RESEND = "resend"
    """An unknown outcome is sent again at once."""
    NOFENCE = "nofence"
    """A worker goes on after its lease has lapsed and others have taken its work over."""
    NOLOOKUP = "nolookup"
    """A look-up says "absent" without asking the network."""


class Trouble(StrEnum):
    """What goes wrong: a campaign of one kind alone is quick, and sure to put one safeguard to the
    test."""

    ALL = "all"
    ANSWERS = "answers"
    """Answers to publishing are lost, or come too late."""
    FREEZING = "freezing"
    """Workers stop with work in their hands, and go on when others have taken it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`minutes` is how long posts fall due and things break; what is under way then is given time
    to settle. `pace` is by how many times Parvis' own terms are shortened."""

    seed: int = 1
    posts: int = 2000
    minutes: float = 5.0
    networks: tuple[str, ...] = tuple(PORTS)
    pace: float = 5.0
    broken: Break | None = None
    trouble: Trouble = Trouble.ALL

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def accounts(self) -> int:
        """On each network: few posts need few accounts, but an account is never alone."""
        wanted = round(self.posts / len(self.networks) / POSTS_AN_ACCOUNT)
        return max(FEWEST_ACCOUNTS, min(MOST_ACCOUNTS, wanted))


def read_options(arguments: Sequence[str]) -> Options:
    """Ends the process with a sentence where an option is nonsense."""
    parser = _parser()
    said = parser.parse_args(arguments)
    usual = max(SHORTEST_MINUTES, said.posts / POSTS_A_MINUTE)
    options = Options(
        seed=said.seed,
        posts=said.posts,
        minutes=usual if said.minutes is None else said.minutes,
        networks=tuple(said.networks.replace(",", " ").split()) or tuple(PORTS),
        pace=said.pace,
        broken=said.broken,
        trouble=said.trouble,
    )
    if nonsense := _nonsense(options):
        parser.error(nonsense)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--networks", default="", help="names with commas between; all if empty")
    parser.add_argument("--pace", type=float, default=5.0, help="1 is the real pace")
    parser.add_argument("--break", dest="broken", type=Break, default=None, choices=list(Break))
    parser.add_argument("--trouble", type=Trouble, default=Trouble.ALL, choices=list(Trouble))
    return parser


def _nonsense(options: Options) -> str:
    if unknown := set(options.networks) - set(PORTS):
        return f"no such network: {', '.join(sorted(unknown))}; there are {', '.join(PORTS)}"
    if not 1 <= options.posts <= MOST_POSTS:
        return f"posts: from 1 to {MOST_POSTS}"
    if not SHORTEST_MINUTES <= options.minutes <= LONGEST_MINUTES:
        return f"minutes: from {SHORTEST_MINUTES:g} to {LONGEST_MINUTES:g}"
    if not 1 <= options.pace <= LARGEST_PACE:
        return f"pace: from 1 to {LARGEST_PACE}"
    return ""
