"""What a measurement says: one JSON line per figure, never a verdict without what it rests on."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` is the median of `rounds`. `ratio` is value / compared value, and `target` says of it
    what is wanted. `met` is None where nothing is promised."""

    name: str
    value: float
    unit: str
    rounds: tuple[float, ...] = ()
    compared_to: str = ""
    compared_value: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rounds:
    """One thing, measured several times."""

    name: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def plain(measured: Rounds, *, note: str = "", **details: Any) -> Figure:
    return Figure(
        name=measured.name,
        value=rounded(measured.median),
        unit=measured.unit,
        rounds=_rounded(measured.values),
        note=note,
        details=details,
    )


def at_least(
    measured: Rounds, share: float, of: Rounds, *, note: str = "", **details: Any
) -> Figure:
    """For what should be large."""
    ratio = measured.median / of.median
    return _compared(measured, of, ratio, f"at least {share:g} ×", ratio >= share, note, details)


def at_most(
    measured: Rounds, share: float, of: Rounds, *, note: str = "", **details: Any
) -> Figure:
    """For what should be small."""
    ratio = measured.median / of.median
    return _compared(measured, of, ratio, f"at most {share:g} ×", ratio <= share, note, details)


def below(measured: Rounds, limit: float, *, note: str = "", **details: Any) -> Figure:
    """For the few figures that are promised as such."""
    return Figure(
        name=measured.name,
        value=rounded(measured.median),
        unit=measured.unit,
        rounds=_rounded(measured.values),
        target=f"at most {limit:g} {measured.unit}",
        met=measured.median <= limit,
        note=note,
        details=details,
    )


def not_here(name: str, unit: str, reason: str) -> Figure:
    """What could not be measured is said, and is not taken for met."""
    return Figure(name=name, value=0.0, unit=unit, note=f"not here: {reason}")


def show(figure: Figure) -> None:
    said = {
        name: value for name, value in asdict(figure).items() if value not in ("", None, (), {})
    }
    print(json.dumps(said, ensure_ascii=False), flush=True)


def tell(sentence: str) -> None:
    """For the person who waits; the figures alone are on standard output."""
    print(sentence, file=sys.stderr, flush=True)


def rounded(value: float) -> float:
    """Three digits that count: more would pretend to a precision that a shared machine has not."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(rounded(value) for value in values)


def _compared(
    measured: Rounds, of: Rounds, ratio: float, target: str, met: bool, note: str, details: Any
) -> Figure:
    return Figure(
        name=measured.name,
        value=rounded(measured.median),
        unit=measured.unit,
        rounds=_rounded(measured.values),
        compared_to=of.name,
        compared_value=rounded(of.median),
        ratio=rounded(ratio),
        target=f"{target} {of.name}",
        met=met,
        note=note,
        details=details,
    )
