"""What the frame around every page tells: how much waits for a person, and what is wrong."""

from dataclasses import dataclass

from parvis.deliver.roster import present_workers
from parvis.people.models import Workspace
from parvis.report.deciding import to_decide, to_reconnect
from parvis.report.troubles import Strip, strip_of_troubles

SENDING = frozenset({"clock", "deliver"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """`to_decide` counts deliveries and accounts that wait for a person."""

    to_decide: int
    troubles: Strip


def rail_of(workspace: Workspace) -> Rail:
    waiting = to_decide(workspace).count() + to_reconnect(workspace).count()
    return Rail(to_decide=waiting, troubles=strip_of_troubles())


def somebody_sends() -> bool:
    """Whether what comes due would be taken and sent by workers that are alive."""
    roles = present_workers().values_list("roles", flat=True)
    return {role for of_one in roles for role in of_one} >= SENDING
