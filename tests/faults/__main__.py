"""`python -m tests.faults`: one campaign, as its options say. See the package."""

from __future__ import annotations

import signal
import sys

from tests.faults.options import read_options


def main() -> int:
    options = read_options(sys.argv[1:])
    # Ctrl-C and a wish to end unwind everything that was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from tests.faults.place import place_of

    with place_of(options) as place:
        from parvis.cli.desk import start_django

        start_django()
        from tests.faults.campaign import run

        return run(options, place)


if __name__ == "__main__":
    sys.exit(main())
