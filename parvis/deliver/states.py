"""The life of a delivery, declared once. Every change of state elsewhere names two of these.

                  move, postpone
                    ┌──────┐
(handed over) ──► SCHEDULED ──claim──► CLAIMED ──write the attempt──► SENDING ──► PUBLISHED
                    ▲    │                │                            │  │  ▲
                    │    └─► HELD, CANCELLED   HELD, REFUSED ◄─────────┘  └──┘ next part
                    │                                          outcome unknown
                    ├───────────── absent ◄──── CHECKING ◄──────┘
                    │                           │   │
                    └── "send again" ── UNKNOWN ◄┘   └─► PUBLISHED
"""

from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    SCHEDULED = "scheduled", pgettext_lazy("delivery", "scheduled")
    CLAIMED = "claimed", pgettext_lazy("delivery", "being prepared")
    SENDING = "sending", pgettext_lazy("delivery", "being sent")
    CHECKING = "checking", pgettext_lazy("delivery", "being looked up")
    PUBLISHED = "published", pgettext_lazy("delivery", "published")
    REFUSED = "refused", pgettext_lazy("delivery", "refused")
    UNKNOWN = "unknown", pgettext_lazy("delivery", "to decide")
    HELD = "held", pgettext_lazy("delivery", "held")
    CANCELLED = "cancelled", pgettext_lazy("delivery", "cancelled")


TRANSITIONS: dict[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.SCHEDULED, State.CLAIMED, State.HELD, State.CANCELLED}),
    State.CLAIMED: frozenset({State.SENDING, State.SCHEDULED, State.HELD, State.REFUSED}),
    State.SENDING: frozenset(
        {
            State.SENDING,
            State.PUBLISHED,
            State.REFUSED,
            State.CHECKING,
            State.SCHEDULED,
            State.HELD,
        }
    ),
    State.CHECKING: frozenset({State.CHECKING, State.PUBLISHED, State.SCHEDULED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.PUBLISHED, State.SCHEDULED, State.CANCELLED, State.CHECKING}),
    State.HELD: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.REFUSED: frozenset(),
    State.CANCELLED: frozenset(),
    State.PUBLISHED: frozenset(),
}

FINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)
LEASED = frozenset({State.CLAIMED, State.SENDING, State.CHECKING})
# Nothing more of such a delivery goes out; nothing is on the network unless it has receipts.
STAYED_HERE = frozenset({State.REFUSED, State.CANCELLED})
NEEDS_A_PERSON = frozenset({State.UNKNOWN, State.REFUSED, State.HELD})
MAY_BE_CALLED_BACK = frozenset({State.SCHEDULED, State.HELD})


class IllegalTransition(Exception):
    """A defect in Parvis: the code asked for a change that the life of a delivery has not."""


def check(before: State, after: State) -> State:
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before} → {after}")
    return after


class Change:
    """A change that a statement makes, checked when the statement's module is imported."""

    __slots__ = ("after", "before")

    def __init__(self, *before: State, to: State) -> None:
        for state in before:
            check(state, to)
        self.before, self.after = before, to

    @property
    def parameters(self) -> dict[str, Any]:
        """For `state = ANY(%(before)s)` and `SET state = %(after)s`."""
        return {"before": [state.value for state in self.before], "after": self.after.value}


def sources_of(after: State) -> tuple[State, ...]:
    """The states from which `after` may be reached, for the WHERE of a conditional update."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


def _check_that_every_state_is_reached() -> None:
    if set(TRANSITIONS) != set(State):
        raise IllegalTransition(f"undeclared: {set(State) - set(TRANSITIONS)}")
    reached = {State.SCHEDULED}
    while more := {s for r in reached for s in TRANSITIONS[r]} - reached:
        reached |= more
    if reached != set(State):
        raise IllegalTransition(f"never reached: {set(State) - reached}")
    stuck = [s for s in State if s not in FINAL and not _can_end(s)]
    if stuck:
        raise IllegalTransition(f"cannot end: {stuck}")


def _can_end(state: State) -> bool:
    seen, waiting = {state}, [state]
    while waiting:
        following = TRANSITIONS[waiting.pop()]
        if following & FINAL:
            return True
        waiting += following - seen
        seen |= following
    return False


_check_that_every_state_is_reached()
