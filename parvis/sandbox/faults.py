"""Faults to order: what shall go wrong, where, how often.

The generic ones befall a request in `handling.py`, before or after the network has done what was
asked; the others are the network's own business, which asks `faults.take` for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from parvis.sandbox.records import Json

LONGEST_DELAY_SECONDS = 300.0


class Purpose(StrEnum):
    """What a request is for. PAGE is for people's eyes and is never befallen by a fault."""

    PUBLISH = "publish"
    UPLOAD = "upload"
    PROCESSING = "processing"
    CONTAINER = "container"
    LOOK_UP = "look-up"
    METRICS = "metrics"
    REPLIES = "replies"
    DELETE = "delete"
    TOKEN = "token"  # noqa: S105 - a purpose, not a secret
    ACCOUNT = "account"
    OTHER = "other"
    """A path or a question that the sandbox does not know."""
    PAGE = "page"


ANY = "any"


class Kind(StrEnum):
    REFUSE = "refuse"
    """The network's own refusal; nothing is stored."""
    LOSE_REQUEST = "lose-request"
    """The connection breaks; nothing is stored."""
    LOSE_ANSWER = "lose-answer"
    """Stored; the connection breaks without an answer."""
    ERROR_BEFORE = "error-before"
    """The network's own 500; nothing is stored."""
    ERROR_AFTER = "error-after"
    """Stored; the network's own 500 nevertheless."""
    DELAY = "delay"
    """Stored; the answer comes `seconds` of real time late."""
    ACT_LATE = "act-late"
    """The connection breaks at once; what was asked is done `seconds` of real time later, as by a
    front server that kept the request in line."""
    RATE_LIMIT = "rate-limit"
    """The network's own 429; nothing is stored. `seconds` until it answers again."""
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 - a fault, not a secret
    """The access token that was sent has expired from now on."""
    REVOKED_TOKEN = "revoked-token"  # noqa: S105
    """The owner has shut the program out: the token sent and all of its consent are dead."""
    MALFORMED = "malformed"
    """Stored; a 200 that nobody can read."""
    EMPTY_BODY = "empty-body"
    """Stored; a 200 without a body or headers that tell."""
    HTML_ERROR_PAGE = "html-error-page"
    """A 502 with a page of HTML; nothing is stored."""
    SLOW_PROCESSING = "slow-processing"
    """The next media take `seconds` of the sandbox's time, or `polls` questions, to be ready."""
    CONTAINER_RACE = "container-race"
    """Publishing says that a finished container is not there yet."""
    RETIRED_METRIC = "retired-metric"
    """The metric named by `detail` is no longer known."""
    RETIRED_VERSION = "retired-version"
    USAGE_CAP = "usage-cap"
    """What was paid for is used up; waiting does not cure it."""


GENERIC = frozenset(Kind) - {
    Kind.SLOW_PROCESSING,
    Kind.CONTAINER_RACE,
    Kind.RETIRED_METRIC,
    Kind.RETIRED_VERSION,
    Kind.USAGE_CAP,
}
HANDED_OUT = frozenset({Kind.SLOW_PROCESSING, Kind.CONTAINER_RACE, Kind.RETIRED_METRIC})
"""These a network takes by itself, where they make sense."""


class BadOrder(Exception):
    """The order cannot be carried out; the text names what can be ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An order. It skips the first `after` requests that fit, befalls the next `times` (None:
    every one until it is removed). `detail` is for the network, such as a metric's name or the
    code of a refusal."""

    network: str
    on: str
    fault: Kind
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    polls: int = 0
    detail: str = ""

    def fits(self, network: str, purpose: Purpose) -> bool:
        return self.network == network and purpose is not Purpose.PAGE and self.on in (ANY, purpose)


class Faults:
    """The orders in line."""

    def __init__(self) -> None:
        self._orders: list[_Standing] = []

    def order(self, fault: Fault) -> None:
        self._orders.append(_Standing(fault))

    def standing(self) -> list[dict[str, Any]]:
        return [asdict(each.fault) | {"befallen": each.befallen} for each in self._orders]

    def clear(self, network: str = "") -> None:
        self._orders = [each for each in self._orders if network not in ("", each.fault.network)]

    def take(self, network: str, purpose: Purpose, kinds: Iterable[Kind]) -> Fault | None:
        """The first order that befalls this request, and counts it."""
        wanted = frozenset(kinds)
        for each in tuple(self._orders):
            if each.fault.fault not in wanted or not each.fault.fits(network, purpose):
                continue
            if each.befalls():
                if each.is_spent:
                    self._orders.remove(each)
                return each.fault
        return None


class _Standing:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.befallen = 0
        self._to_skip = fault.after

    @property
    def is_spent(self) -> bool:
        return self.fault.times is not None and self.befallen >= self.fault.times

    def befalls(self) -> bool:
        """Asked once for each request that fits."""
        if self._to_skip > 0:
            self._to_skip -= 1
            return False
        self.befallen += 1
        return True


def read_order(stated: Json, known: Mapping[str, frozenset[Kind]]) -> Fault:
    """`known` are the networks and the faults that each of them has."""
    unknown = stated.keys() - {each.name for each in fields(Fault)}
    _refuse_unless(not unknown, f"Unknown: {', '.join(sorted(unknown))}. {_FORM}")
    network = str(stated.get("network", ""))
    _refuse_unless(network in known, f"“network” is one of {', '.join(sorted(known))}.")
    places = [ANY, *(p.value for p in Purpose if p is not Purpose.PAGE)]
    _refuse_unless(stated.get("on", ANY) in places, f"“on” is one of {', '.join(places)}.")
    kinds = sorted(known[network])
    _refuse_unless(
        stated.get("fault") in kinds, f"“fault” is, for {network}, one of {', '.join(kinds)}."
    )
    _refuse_unless(_has_sound_numbers(stated), _FORM)
    return Fault(**{"on": ANY, **stated, "fault": Kind(stated["fault"])})


_FORM = (
    "An order has network, on, fault, and may have times (a number from 1, or null until it is "
    "removed), after (how many to let pass), seconds (at most "
    f"{LONGEST_DELAY_SECONDS:.0f} for delay and act-late), polls and detail (a text)."
)
_WAITING = (Kind.DELAY, Kind.ACT_LATE)


def _has_sound_numbers(stated: Json) -> bool:
    times, seconds = stated.get("times", 1), stated.get("seconds", 0)
    return (
        (times is None or (_is_count(times) and times >= 1))
        and _is_count(stated.get("after", 0))
        and _is_count(stated.get("polls", 0))
        and isinstance(seconds, int | float)
        and seconds >= 0
        and (stated["fault"] not in _WAITING or seconds <= LONGEST_DELAY_SECONDS)
        and isinstance(stated.get("detail", ""), str)
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _refuse_unless(sound: bool, sentence: str) -> None:
    if not sound:
        raise BadOrder(sentence)
