"""How a misfit is said."""

from parvis.networks.errors import Refused


def refused(code: str, sentence: str, remedy: str, **facts: str | int) -> Refused:
    """`remedy` is what to do, without its full stop."""
    return Refused(code, f"{sentence} Nothing was posted. {remedy}.", **facts)
