"""A worker of a campaign: `parvis work`, told beforehand where to die, or what to leave out.

What it is told stands in FAULTS_ORDERS, as JSON: see `Orders`. All of it is done from outside, by
wrapping what Parvis calls; nothing of it is in the product.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.faults.gaps import Gap, Ill, StopPoint
from tests.faults.options import Break

ORDERS = "FAULTS_ORDERS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """hits   a file to which a line is added for each stop point that was reached
    clock     a file with the number of seconds by which this worker's clock is wrong
    stop      where and how it ends by itself
    broken    the safeguard that it goes without"""

    hits: Path
    clock: Path
    stop: StopPoint | None = None
    broken: Break | None = None

    def to_environment(self) -> dict[str, str]:
        return {ORDERS: json.dumps(asdict(self), default=str)}


def orders_from(environment: str) -> Orders:
    told = json.loads(environment)
    stop = told["stop"]
    return Orders(
        hits=Path(told["hits"]),
        clock=Path(told["clock"]),
        stop=stop and StopPoint(Gap(stop["gap"]), Ill(stop["ill"]), stop["passage"]),
        broken=told["broken"] and Break(told["broken"]),
    )


def main() -> None:
    orders = orders_from(os.environ.pop(ORDERS))
    from parvis.cli import main as parvis
    from parvis.cli import processes

    opened_desk = processes.opened_desk

    @contextmanager
    def prepared(**how: Any) -> Iterator[Any]:
        with opened_desk(**how) as installed:
            _take_effect(orders)
            yield installed

    processes.opened_desk = prepared
    sys.argv = ["parvis", "work", "--json"]
    parvis()


def _take_effect(orders: Orders) -> None:
    """Django is ready by then. What a worker uses is imported first, to be changed."""
    import_module("parvis.deliver.worker")
    from tests.faults import breaks, clocks, gaps

    clocks.go_by(orders.clock)
    if orders.broken:
        breaks.turn_off(orders.broken)
    if orders.stop:
        gaps.stop_at(orders.stop, orders.hits)


if __name__ == "__main__":
    main()
