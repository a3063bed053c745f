"""`python -m tests.servers.axe install` fetches it into .cache/axe."""

from __future__ import annotations

import argparse
import sys

from tests.servers.axe import PACKAGES
from tests.servers.node_packages import NodeUnavailable


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.axe")
    parser.add_argument("verb", choices=["install"])
    parser.parse_args()
    try:
        sys.stdout.write(f"axe-core for the tests is in {PACKAGES.install()}\n")
    except NodeUnavailable as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        return 1
    return 0


sys.exit(main())
