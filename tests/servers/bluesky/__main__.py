"""`python -m tests.servers.bluesky install` fetches the server into .cache/bluesky-server."""

from __future__ import annotations

import argparse
import sys

from tests.servers.bluesky.installation import BlueskyUnavailable, install


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.bluesky")
    parser.add_argument("verb", choices=["install"])
    parser.parse_args()
    try:
        sys.stdout.write(f"The Bluesky server for the tests is in {install()}\n")
    except BlueskyUnavailable as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        return 1
    return 0


sys.exit(main())
