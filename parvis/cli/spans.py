"""How long people say that something may take: “90m”, “3h”, “2d”."""

import re

from parvis.cli.exits import ExitCode
from parvis.cli.failures import Failure

EXAMPLE = "3h"

_SECONDS = {"m": 60, "h": 60 * 60, "d": 24 * 60 * 60, "w": 7 * 24 * 60 * 60}
_TYPED = re.compile(r"([0-9]{1,6})\s*([mhdw])", re.IGNORECASE)


def seconds_from(typed: str) -> int:
    """Minutes, hours, days or weeks. Raises Failure."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise Failure(
            "no-span",
            f"“{typed}” is no length of time. Write it as 30m, {EXAMPLE} or 2d. Nothing was done.",
            ExitCode.USAGE,
        )
    return int(found[1]) * _SECONDS[found[2].lower()]
