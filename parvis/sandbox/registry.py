"""The networks that the sandbox stands in for."""

import importlib
import sys

from parvis.sandbox.network import SandboxNetwork

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
