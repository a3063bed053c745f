"""What shall go wrong, and when: decided by the seed alone, without I/O."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from typing import Any

from parvis.config.terms import Terms
from tests.faults.options import Options, Trouble

FIRST_SECOND = 4.0
ORDERS_EVERY = 3.5
SURE_SECONDS = 10.0
DISASTERS_EVERY = 5.0
WORKERS = 3
# Of `under_way`: together less than all of it.
LONGEST_SLEEP, LATEST_ACT = 0.5, 0.3


class Kind(StrEnum):
    """What happens to a part of the installation, as it is counted in the total's `hit`."""

    KILLED = "worker killed"
    FROZEN = "worker frozen"
    CUT = "database cut off"
    SILENT = "database silent"
    POSTGRES_KILLED = "postgres killed"
    BACKEND_KILLED = "postgres backend killed"
    POSTGRES_RESTARTED = "postgres restarted"
    WORKER_CLOCK = "worker's clock moved"
    DATABASE_CLOCK = "database's clock moved"
    NETWORK_CLOCK = "networks' clock moved"


_OF_A_WORKER = (Kind.KILLED, Kind.FROZEN, Kind.CUT, Kind.SILENT, Kind.WORKER_CLOCK)
_USUAL_ORDER = (
    Kind.FROZEN,
    Kind.CUT,
    Kind.KILLED,
    Kind.WORKER_CLOCK,
    Kind.SILENT,
    Kind.POSTGRES_KILLED,
    Kind.KILLED,
    Kind.NETWORK_CLOCK,
    Kind.BACKEND_KILLED,
    Kind.POSTGRES_RESTARTED,
)
# Workers do nothing for a while when the database's clock has jumped: not too often, then.
_ROUND = (*_USUAL_ORDER, Kind.DATABASE_CLOCK, *_USUAL_ORDER, *_USUAL_ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disaster:
    """Begins `at` seconds from the start and lasts for `seconds`. `worker` is whom it befalls;
    `by` is by how many seconds a clock is wrong meanwhile."""

    at: float
    kind: Kind
    worker: int | None = None
    seconds: float = 0.0
    by: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A fault that the sandbox is told to let happen, `at` seconds from the start."""

    at: float
    fault: str
    network: str
    on: str
    more: Mapping[str, Any] = field(default_factory=dict)


def disasters(options: Options, terms: Terms) -> list[Disaster]:
    """Each kind in its turn, at random moments, so that also a short campaign has its share. The
    last ones are over before the campaign's time is."""
    if options.trouble is not Trouble.ALL:
        return []
    chance = random.Random(f"{options.seed}/disasters")
    return list(_disasters(options, terms, chance))


def _disasters(options: Options, terms: Terms, chance: random.Random) -> Iterator[Disaster]:
    at = FIRST_SECOND
    worker = cycle(range(WORKERS))
    for kind in cycle(_ROUND):
        if at > options.seconds:
            return
        yield Disaster(
            at=round(at, 3),
            kind=kind,
            worker=next(worker) if kind in _OF_A_WORKER else None,
            seconds=_lasts(kind, terms, chance),
            by=_wrong_by(kind, terms, chance),
        )
        at += _gap(options) * chance.uniform(0.6, 1.4)


def _gap(options: Options) -> float:
    """Close enough for each kind to come in a short campaign as well."""
    return min(DISASTERS_EVERY, (options.seconds - FIRST_SECOND) / (len(_USUAL_ORDER) * 1.6))


def _lasts(kind: Kind, terms: Terms, chance: random.Random) -> float:
    """Longer than a lease, so that others take the work over. Sleeping and lateness together stay
    below what may be under way: a worker that sleeps for longer between its last look at the lease
    and the first byte is beyond what any lease can hold."""
    if kind in (Kind.FROZEN, Kind.CUT, Kind.SILENT):
        return chance.uniform(1.2 * terms.lease, LONGEST_SLEEP * terms.under_way)
    if kind in (Kind.WORKER_CLOCK, Kind.DATABASE_CLOCK):
        return chance.uniform(0.5 * terms.lease, 2 * terms.lease)
    return 0.0


def _wrong_by(kind: Kind, terms: Terms, chance: random.Random) -> float:
    if kind is Kind.WORKER_CLOCK:
        return chance.choice((-1, 1)) * chance.uniform(60, 600)
    if kind is Kind.DATABASE_CLOCK:
        return chance.choice((-1, 1)) * chance.uniform(2, 6) * terms.under_way
    if kind is Kind.NETWORK_CLOCK:
        return chance.uniform(1, 5)
    return 0.0


def orders(options: Options, terms: Terms, known: Mapping[str, frozenset[str]]) -> list[Order]:
    """`known` are the faults that each network has. In order of time."""
    if options.trouble is Trouble.FREEZING:
        return []
    chance = random.Random(f"{options.seed}/orders")
    made = [
        order
        for network in options.networks
        for order in _orders(network, options, terms, known[network], chance)
    ]
    return sorted(made, key=lambda order: (order.at, order.network))


def _orders(
    network: str,
    options: Options,
    terms: Terms,
    known: frozenset[str],
    chance: random.Random,
) -> Iterator[Order]:
    """First those that leave an outcome unknown, then any."""
    at = 0.5
    limits = 1 if network in _LIMITED_UNTIL_MIDNIGHT else options.posts
    while at <= options.seconds:
        is_sure = options.trouble is Trouble.ANSWERS or at < SURE_SECONDS
        fault, on = chance.choice(_SURE if is_sure else _POSSIBLE)
        limits -= fault == "rate-limit"
        if fault in known and (fault != "rate-limit" or limits >= 0):
            yield Order(
                at=round(at, 3),
                network=network,
                fault=fault,
                on=on,
                more=_details(fault, terms, chance),
            )
        at += ORDERS_EVERY * chance.uniform(0.6, 1.4)


_SURE = (("lose-answer", "publish"), ("act-late", "publish"), ("error-after", "publish"))
_LIMITED_UNTIL_MIDNIGHT = frozenset({"linkedin"})
"""One limit, and an account has nothing more to say for the rest of the campaign."""
_ANYWHERE = ("lose-request", "lose-answer", "error-before", "error-after", "html-error-page")
_GARBLED = ("malformed", "empty-body", "delay", "rate-limit")
_PURPOSES = ("publish", "upload", "processing", "container", "look-up", "token", "account")
_POSSIBLE = (
    *(("act-late", "publish"),) * 6,
    *((fault, "publish") for fault in (*_ANYWHERE, *_GARBLED) * 3),
    *((fault, on) for fault in (*_ANYWHERE, *_GARBLED) for on in _PURPOSES),
    ("refuse", "publish"),
    ("refuse", "publish"),
    ("refuse", "container"),
    ("refuse", "look-up"),
    ("expired-token", "publish"),
    ("expired-token", "look-up"),
    ("expired-token", "upload"),
    ("revoked-token", "publish"),
    ("slow-processing", "processing"),
    ("slow-processing", "processing"),
    ("container-race", "publish"),
    ("container-race", "publish"),
    ("retired-version", "publish"),
    ("usage-cap", "publish"),
)
"""Every fault that the sandbox can order on every purpose that occurs in publishing; those on
publishing itself more often."""


def _details(fault: str, terms: Terms, chance: random.Random) -> dict[str, Any]:
    more: dict[str, Any] = {"times": 1, "after": chance.randint(0, 2)}
    if fault == "act-late":
        more["seconds"] = round(chance.uniform(0.5, LATEST_ACT * terms.under_way), 1)
    elif fault == "delay":
        more["seconds"] = round(chance.uniform(0.2, 1.5) * terms.publish, 1)
    elif fault == "rate-limit":
        more["seconds"] = chance.randint(1, 4)
    elif fault == "slow-processing":
        more |= {"seconds": chance.randint(1, 3), "polls": chance.randint(1, 3)}
    elif fault in ("lose-answer", "lose-request", "error-after", "malformed"):
        more["times"] = chance.randint(1, 3)
    return more
