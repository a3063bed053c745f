"""The door for people at a terminal and for scripts: the command `parvis`.

It speaks English, as its option names do. Nothing here imports Django at its top: a command that
needs it gets it from `desk.opened_desk`, so that the others and the help stay quick.
"""

import sys

_INTERRUPTED = 130


def main() -> None:
    """The entry point of the installed command."""
    try:
        from parvis.cli.program import run
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    run()


__all__ = ["main"]
