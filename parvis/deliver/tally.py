"""What a worker has done since it started, for whoever watches it."""

from collections import Counter
from dataclasses import dataclass, field

from parvis.deliver.ledger import Settlement
from parvis.deliver.states import State

# Upper bounds in seconds. The first is what an idle desk should keep to.
_BOUNDS = (0.05, 0.1, 0.5, 1, 5, 30, 300)


@dataclass(slots=True)
class Tally:
    """Outcomes by their names, what was held as "held"; lateness from the due time to the writing
    of the first attempt."""

    outcomes: Counter[str] = field(default_factory=Counter)
    late: Counter[float] = field(default_factory=Counter)
    lateness_sum: float = 0.0
    first_tries: int = 0

    def settled(self, settlement: Settlement) -> None:
        if settlement.after is State.HELD:
            self.outcomes[str(State.HELD)] += 1
        elif settlement.outcome is not None:
            self.outcomes[str(settlement.outcome)] += 1

    def left(self, lateness: float) -> None:
        """A first try was written down so many seconds after its due time."""
        self.first_tries += 1
        self.lateness_sum += max(lateness, 0.0)
        for bound in _BOUNDS:
            if lateness <= bound:
                self.late[bound] += 1

    def to_json(self) -> dict[str, object]:
        lateness = {f"{bound:g}": self.late[bound] for bound in _BOUNDS}
        return {
            **self.outcomes,
            "lateness": {"count": self.first_tries, "sum": self.lateness_sum, **lateness},
        }
