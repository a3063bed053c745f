"""Four marks for the states of deliveries, the same everywhere."""

from enum import StrEnum

from parvis.deliver.states import State


class Mark(StrEnum):
    """Ring, disc, triangle, cross; a dash for what was called off."""

    DUE = "due"
    OUT = "out"
    ASK = "ask"
    NO = "no"
    OFF = "off"


def mark_of(state: str) -> Mark:
    return _MARKS[State(state)]


_MARKS = {
    State.SCHEDULED: Mark.DUE,
    State.CLAIMED: Mark.DUE,
    State.SENDING: Mark.DUE,
    State.CHECKING: Mark.DUE,
    State.PUBLISHED: Mark.OUT,
    State.UNKNOWN: Mark.ASK,
    State.HELD: Mark.ASK,
    State.REFUSED: Mark.NO,
    State.CANCELLED: Mark.OFF,
}
