"""How a network shows itself: its name and its letters."""

from dataclasses import dataclass

from parvis.config.reach import all_networks


@dataclass(frozen=True, slots=True)
class Face:
    label: str
    monogram: str


def face_of(network: str) -> Face:
    """A network that this version no longer speaks to keeps its name: its history stays."""
    known = all_networks().get(network)
    return Face(known.label, known.monogram) if known else Face(network, network[:1].upper())
