"""The networks that the sandbox stands in for, and the port of each: the base port and more."""

import importlib
import sys
from collections.abc import Mapping

from parvis.sandbox.network import SandboxNetwork

PORTS: Mapping[str, int] = {
    "x": 1,
    "facebook": 2,
    "instagram": 3,
    "linkedin": 4,
    "threads": 5,
    "mastodon": 6,
    "bluesky": 7,
}
_CLASSES = {
    "x": "X",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "threads": "Threads",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
}


def networks() -> tuple[type[SandboxNetwork], ...]:
    found: list[type[SandboxNetwork]] = []
    for module, name in _CLASSES.items():
        # Until all seven stand: one that does not import yet must not stop the others.
        try:
            found.append(getattr(importlib.import_module(f"parvis.sandbox.{module}"), name))
        except Exception as error:
            sys.stderr.write(f"sandbox: {module} is left out: {error!r}\n")
    return tuple(found)
