"""What a worker has done since it started, for whoever watches it."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from parvis.deliver.ledger import Settlement
from parvis.deliver.states import State

# Upper bounds in seconds. The first is what an idle desk should keep to.
_BOUNDS = (0.05, 0.1, 0.5, 1, 5, 30, 300)


@dataclass(slots=True)
class Tally:
    """Outcomes by their names, what was held as "held"; lateness from the due time to the writing
    of the first attempt, counted under the smallest bound that it keeps to."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lateness_sum: float = 0.0
    first_tries: int = 0
    _late: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))

    def settled(self, settlement: Settlement) -> None:
        if settlement.after is State.HELD:
            self.outcomes[str(State.HELD)] += 1
        elif settlement.outcome is not None:
            self.outcomes[str(settlement.outcome)] += 1

    def left(self, lateness: float) -> None:
        """A first try was written down so many seconds after its due time."""
        self.first_tries += 1
        self.lateness_sum += max(lateness, 0.0)
        self._late[bisect_left(_BOUNDS, lateness)] += 1

    def to_json(self) -> dict[str, object]:
        within = zip(_BOUNDS, accumulate(self._late), strict=False)
        lateness = {f"{bound:g}": count for bound, count in within}
        return {
            **self.outcomes,
            "lateness": {"count": self.first_tries, "sum": self.lateness_sum, **lateness},
        }
