"""Rate-limit windows. They live in memory: a sandbox that is started again has forgotten them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from parvis.sandbox.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How one counter stands after a request was counted (or found to be one too many)."""

    limit: int
    remaining: int
    resets_at: datetime
    is_exceeded: bool


class Windows:
    """Fixed windows: a counter starts with a request and starts anew once it has run out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counters: dict[str, tuple[datetime, int]] = {}

    def take(self, key: str, *, limit: int, seconds: float, cost: int = 1) -> Window:
        """Counts a request under `key`, such as "tweets.create/" + the person's id."""
        now = self._clock.now()
        resets_at, used = self._counters.get(key, (now, 0))
        if resets_at <= now:
            resets_at, used = now + timedelta(seconds=seconds), 0
        is_exceeded = used + cost > limit
        if not is_exceeded:
            used += cost
        self._counters[key] = (resets_at, used)
        return Window(
            limit=limit, remaining=limit - used, resets_at=resets_at, is_exceeded=is_exceeded
        )

    def clear(self) -> None:
        self._counters.clear()
