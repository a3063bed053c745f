"""`python -m tests.servers.twitter_text install` fetches it into .cache/twitter-text."""

from __future__ import annotations

import argparse
import sys

from tests.servers.node_packages import NodeUnavailable
from tests.servers.twitter_text import PACKAGES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.twitter_text")
    parser.add_argument("verb", choices=["install"])
    parser.parse_args()
    try:
        sys.stdout.write(f"twitter-text for the tests is in {PACKAGES.install()}\n")
    except NodeUnavailable as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        return 1
    return 0


sys.exit(main())
