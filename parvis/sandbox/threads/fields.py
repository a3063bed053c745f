"""`fields`: a Graph API tells what it is asked for, and refuses what it does not know."""

from collections.abc import Mapping, Sequence

import regex

from parvis.sandbox.records import Json
from parvis.sandbox.threads.answers import nonexisting_field

# A name, and perhaps names of its own within braces.
_FIELD = regex.compile(r"\s*(?P<name>\w+)(?P<inner>\{(?:[^{}]|(?&inner))*\})?\s*(?:,|$)")


def names(asked: Mapping[str, str], usual: str) -> list[str]:
    """The fields of the first level."""
    stated = asked.get("fields") or usual
    return [found["name"] for found in _FIELD.finditer(stated)]


def choose(known: Mapping[str, object], asked: Mapping[str, str], usual: str) -> Json:
    return pick(known, names(asked, usual), usual)


def pick(known: Mapping[str, object], wanted: Sequence[str], always: str = "") -> Json:
    """What is None is left out, as Meta does with what an object does not have."""
    for name in wanted:
        if name not in known:
            raise nonexisting_field(name)
    kept = [name for name in known if name in wanted or name == always]
    return {name: known[name] for name in kept if known[name] is not None}
