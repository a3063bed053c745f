"""Figures by name, when Meta may have retired some of the names.

One name that Meta no longer knows, or not for this kind of media, fails the whole request with
code 100. So what is refused is asked for again with fewer names, until what is left is answered.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from parvis.networks.answer import Answer
from parvis.networks.graph.fault import is_missing, read_fault

_BAD_PARAMETER = 100
# “metric[5] must be one of the following values: views, reach”
_THE_KNOWN = re.compile(r"must be one of the following values:\s*(?P<names>[\w, ]+)")

Ask = Callable[[Sequence[str]], Awaitable[Answer]]


async def ask_for(names: Sequence[str], ask: Ask) -> list[Answer]:
    """The answers that together hold all of the names that are still known; or the one answer
    that was no refusal of a name, whatever it is."""
    if not names:
        return []
    answer = await ask(names)
    if answer.ok or not refuses_a_name(answer):
        return [answer]
    if len(names) == 1:
        return []
    if fewer := _still_known(answer, names):
        return await ask_for(fewer, ask)
    middle = len(names) // 2
    return [*await ask_for(names[:middle], ask), *await ask_for(names[middle:], ask)]


def refuses_a_name(answer: Answer) -> bool:
    fault = read_fault(answer)
    return fault is not None and fault.code == _BAD_PARAMETER and not is_missing(fault)


def read_values(told: Any) -> dict[str, int]:
    """The figures of `{"data": [{"name", "values": [{"value"}]}]}` or `{"name", "total_value"}`; a
    figure by kind of reaction is summed up."""
    data = told.get("data") if isinstance(told, Mapping) else None
    found: dict[str, int] = {}
    for one in data if isinstance(data, list) else ():
        if isinstance(one, Mapping) and (value := _value(one)) is not None:
            found[str(one.get("name"))] = value
    return found


def _value(told: Mapping[str, Any]) -> int | None:
    values = told.get("values")
    holder = values[-1] if isinstance(values, list) and values else told.get("total_value")
    value = holder.get("value") if isinstance(holder, Mapping) else None
    if isinstance(value, Mapping):
        return sum(part for part in value.values() if isinstance(part, int))
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _still_known(answer: Answer, names: Sequence[str]) -> list[str]:
    """The names that the refusal leaves standing, when it says so; empty when it does not."""
    fault = read_fault(answer)
    message = fault.message if fault else ""
    if listed := _THE_KNOWN.search(message):
        known = set(re.findall(r"\w+", listed["names"]))
        kept = [name for name in names if name in known]
    else:
        kept = [name for name in names if not re.search(rf"\b{re.escape(name)}\b", message)]
    return kept if len(kept) < len(names) else []
